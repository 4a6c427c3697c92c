#include "host/analysis/diagnostics.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "host/analysis/same_numbers.hpp"

namespace blocrisk {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Stages of all minerals, each mineral's in their order: what is not there yet goes behind the one
/// before it.
std::vector<std::string> all_stages(const Scenario& scenario) {
  std::vector<std::string> stages;
  for (const Mineral& mineral : scenario.minerals) {
    auto next = stages.begin();
    for (const std::string& stage : mineral.stages) {
      auto place = std::find(stages.begin(), stages.end(), stage);
      if (place == stages.end()) place = stages.insert(next, stage);
      next = place + 1;
    }
  }
  return stages;
}

double ratio(double part, double whole) { return whole > 0.0 ? part / whole : not_a_number; }

/// What countries make of one mineral at one stage, and want of it.
class Market {
 public:
  Market(const Scenario& scenario, int mineral, int stage)
      : output_t_per_yr_(scenario.countries.size()), demand_t_per_yr_(scenario.countries.size()) {
    for (const NodeRow& row : scenario.nodes) {
      if (row.mineral_index == mineral && row.stage_index == stage)
        output_t_per_yr_[static_cast<std::size_t>(row.country_index)] += row.output_t_per_yr;
    }
    for (const DemandRow& row : scenario.demand) {
      if (row.mineral_index == mineral)
        demand_t_per_yr_[static_cast<std::size_t>(row.country_index)] += row.demand_t_per_yr;
    }
  }

  /// Output without the largest supplier's over demand without its own; of equals, the first in
  /// countries.csv.
  double n1_coverage() const {
    const auto largest = std::max_element(output_t_per_yr_.begin(), output_t_per_yr_.end());
    const auto country = static_cast<std::size_t>(largest - output_t_per_yr_.begin());
    double output_t_per_yr = 0.0;
    double demand_t_per_yr = 0.0;
    for (std::size_t other = 0; other < output_t_per_yr_.size(); ++other) {
      if (other == country) continue;
      output_t_per_yr += output_t_per_yr_[other];
      demand_t_per_yr += demand_t_per_yr_[other];
    }
    return ratio(output_t_per_yr, demand_t_per_yr);
  }

  /// Herfindahl-Hirschman index of output, from 0 to 1 where one country makes all of it.
  double hhi() const {
    double total_t_per_yr = 0.0;
    for (const double output_t_per_yr : output_t_per_yr_) total_t_per_yr += output_t_per_yr;
    double sum = 0.0;
    for (const double output_t_per_yr : output_t_per_yr_) {
      const double share = ratio(output_t_per_yr, total_t_per_yr);
      sum += share * share;
    }
    return sum;
  }

  double import_reliance(int country) const {
    const auto at = static_cast<std::size_t>(country);
    const double covered = ratio(output_t_per_yr_[at], demand_t_per_yr_[at]);
    return covered > 1.0 ? 0.0 : 1.0 - covered;
  }

 private:
  std::vector<double> output_t_per_yr_, demand_t_per_yr_;  ///< [country]
};

}  // namespace

bool operator==(const Diagnostics& a, const Diagnostics& b) {
  return a.stages == b.stages && same_numbers(a.n1_coverage, b.n1_coverage) &&
         same_numbers(a.hhi, b.hhi) && same_numbers(a.import_reliance, b.import_reliance) &&
         same_numbers(a.calibration_scale, b.calibration_scale);
}

Diagnostics diagnose(const Scenario& scenario, const Network& network) {
  const std::size_t n_minerals = scenario.minerals.size();
  const auto& members = scenario.bloc.member_indices;
  Diagnostics found;
  found.stages = all_stages(scenario);
  found.import_reliance.resize(members.size() * n_minerals);
  for (std::size_t m = 0; m < n_minerals; ++m) {
    const auto mineral = static_cast<int>(m);
    for (const std::string& name : found.stages) {
      const int stage = scenario.stage_index(mineral, name);
      const bool has_it = stage != no_index;
      found.hhi.push_back(has_it ? Market(scenario, mineral, stage).hhi() : not_a_number);
      found.calibration_scale.push_back(
          has_it ? network.base[m][static_cast<std::size_t>(stage)].scale : not_a_number);
    }
    const auto last_stage = static_cast<int>(scenario.minerals[m].stages.size()) - 1;
    const Market market(scenario, mineral, last_stage);
    found.n1_coverage.push_back(market.n1_coverage());
    for (std::size_t member = 0; member < members.size(); ++member)
      found.import_reliance[member * n_minerals + m] = market.import_reliance(members[member]);
  }
  return found;
}

}  // namespace blocrisk
