/// Scenarios small enough to work out by hand: one supplier abroad, one member, nothing that
/// happens by itself, round numbers.
#pragma once

#include <string>
#include <vector>

#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Supplier "S" makes 1,200 t of "metal" a year, all of it for member "M", at 12 steps a year for
/// three years. No stocks, no spare capacity, no response to prices; S is an actor whose own events
/// have rate 0 but always include its node; targets are "everyone". Not yet resolved.
Scenario sole_supplier();

/// A second buyer or a home market of S; raises S's output as needed.
void add_demand(Scenario& scenario, const std::string& country, double demand_t_per_yr);

/// An instrument of one severity from the first step on.
void add_instrument(Scenario& scenario, const std::string& name, double severity);

/// S restricts exports to everyone for certain, with an instrument of that severity.
void schedule(Scenario& scenario, double month, double duration_months, double severity);

/// Restrictions of one step each, so that M goes short by `unmet[t]` of its need at step t.
Scenario with_shortfalls(Scenario scenario, const std::vector<double>& unmet);

}  // namespace blocrisk
