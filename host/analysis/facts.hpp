/// What there is to know about a run besides its integer state: names, clock, units of the
/// fixed-point sums, and what its input says by itself. A result file carries all of it, so that
/// `show` needs no scenario.
#pragma once

#include <string>
#include <vector>

#include "host/analysis/diagnostics.hpp"
#include "host/engine/accumulators.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// An uncertain input, for people.
struct UncertainFact {
  std::string name, address, distribution;
  friend bool operator==(const UncertainFact&, const UncertainFact&) = default;
};

struct ResultFacts {
  std::vector<std::string> members, minerals;        ///< ids
  std::string start_date;                            ///< ISO, the first step's beginning
  int n_steps = 0, steps_per_year = 0, n_years = 0;  ///< n_years: whole years
  double short_threshold = 0.0;
  bool is_certain = false;                   ///< the scenario leaves nothing to chance
  std::vector<double> thresholds;            ///< exceedance thresholds, as the scenario wrote them
  std::vector<double> measure_scale;         ///< [measure][member][mineral], 1/unit of the sums
  std::vector<double> member_measure_scale;  ///< [member measure][member]
  Diagnostics diagnostics;
  std::vector<UncertainFact> uncertain;  ///< in file order; empty: none

  double months_per_step() const { return 12.0 / steps_per_year; }
  double horizon_months() const { return 12.0 * n_steps / steps_per_year; }
  AccumulatorShape shape() const;
  friend bool operator==(const ResultFacts&, const ResultFacts&) = default;
};

ResultFacts facts_of(const Network& network, const Scenario& scenario);

/// Days from the start date to the beginning of each step, by the calendar: whole months move the
/// month, a part of a month is that part of its days.
std::vector<double> step_start_days(const ResultFacts& facts);
/// ISO date of the day on which a step begins; of n_steps, the day after the horizon.
std::string step_date(const ResultFacts& facts, int step);

}  // namespace blocrisk
