/// The base state of one mineral: outputs balanced with wants stage by stage, capacities, flows.
#pragma once

#include <vector>

#include "host/scenario/complaint.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// One mineral's rows of the scenario, in slot order.
struct ChainInput {
  int mineral = no_index;
  const Mineral* law = nullptr;
  std::vector<std::vector<const NodeRow*>> nodes;  ///< [stage][node]
  std::vector<const DemandRow*> demand;            ///< [last-stage sink], those with demand
};

ChainInput collect_chain(const Scenario& scenario, int mineral);

/// [stage]. What had to be adjusted or cannot be is appended to `adjustments` and `complaints`.
std::vector<StageBase> balance_chain(const Scenario& scenario, const ChainInput& chain,
                                     std::vector<Adjustment>& adjustments,
                                     std::vector<Complaint>& complaints);

}  // namespace blocrisk
