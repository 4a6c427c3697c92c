#include "host/scenario/calibrate_measures.hpp"

#include <cmath>

#include "host/scenario/calibrate_numbers.hpp"
#include "host/scenario/fields.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/number_text.hpp"
#include "kernels/math/exact_double.hpp"
#include "kernels/stats/fixed_point.hpp"

namespace blocrisk {
namespace {

const double largest_units = std::ldexp(1.0, fixed_point_bits);

/// Bounds are doubled: a sum of single-precision terms may end a little above the real one.
constexpr double bound_margin = 2.0;
constexpr double largest_log_price = 2.5;

/// The most that single precision is trusted with: every mineral may reach it, and a member's sum
/// over all of them still stays below 3.4e38.
constexpr double largest_usd = 1e36;

/// Demand of a member for a mineral over the horizon; 0 where it has none.
double horizon_demand_t(const Network& network, int mineral, int member) {
  const ChainSpec& chain = network.chains[static_cast<std::size_t>(mineral)];
  for (int cell = 0; cell < chain.n_cells; ++cell) {
    if (network.ints[chain.cell_member + static_cast<Offset>(cell)] != member) continue;
    const auto sink =
        static_cast<Offset>(network.ints[chain.cell_sink + static_cast<Offset>(cell)]);
    return network.reals[chain.total_demand_t + sink];
  }
  return 0.0;
}

double dearest_ratio(const Scenario& scenario, int mineral) {
  return exp_d(largest_log_price) + scenario.floor_ratio(mineral);
}

/// Largest loss or cost a member can have in one mineral over the horizon, in USD.
double usd_bound(const Scenario& scenario, const Network& network, int mineral, int member) {
  const Mineral& law = scenario.minerals[static_cast<std::size_t>(mineral)];
  const double dearest_usd_per_t = law.price_usd_per_t * dearest_ratio(scenario, mineral);
  const double bound_usd = bound_margin * horizon_demand_t(network, mineral, member) *
                           (law.at_risk_usd_per_t + dearest_usd_per_t);
  return bound_usd > 1.0 ? bound_usd : 1.0;
}

/// Names what makes most of the sum: the value at risk or the price.
Complaint too_much_money(const Scenario& scenario, const Network& network, int mineral,
                         int member) {
  const Mineral& law = scenario.minerals[static_cast<std::size_t>(mineral)];
  const double ratio = dearest_ratio(scenario, mineral);
  const bool at_risk = law.at_risk_usd_per_t > law.price_usd_per_t * ratio;
  const double demand_t = horizon_demand_t(network, mineral, member);
  const double allowed_usd_per_t =
      largest_usd / (2.0 * bound_margin * demand_t * (at_risk ? 1.0 : ratio));
  return complaint_at(
      scenario,
      row_address("minerals", law) + (at_risk ? ".at_risk_usd_per_t" : ".price_usd_per_t"),
      law.source, number_text(at_risk ? law.at_risk_usd_per_t : law.price_usd_per_t),
      "times the " + rounded_text(demand_t) + " t that " +
          network.members[static_cast<std::size_t>(member)] +
          " wants over the horizon is more money than single precision holds; must be at most " +
          rounded_text(allowed_usd_per_t) + ", or the demand less");
}

/// One complaint a mineral, about the member with the most at stake.
void check_money(const Scenario& scenario, const Network& network,
                 std::vector<Complaint>& complaints) {
  const int n_members = static_cast<int>(network.members.size());
  for (int mineral = 0; mineral < static_cast<int>(network.minerals.size()); ++mineral) {
    int most = 0;
    for (int member = 1; member < n_members; ++member) {
      if (usd_bound(scenario, network, mineral, member) >
          usd_bound(scenario, network, mineral, most))
        most = member;
    }
    if (n_members > 0 && usd_bound(scenario, network, mineral, most) > largest_usd)
      complaints.push_back(too_much_money(scenario, network, mineral, most));
  }
}

/// The bound of a measure's kind; `usd` is the one for money.
double bound_of(MeasureKind kind, const Network& network, double usd) {
  switch (kind) {
    case MeasureKind::ratio:
      return 4.0;
    case MeasureKind::months:
      return bound_margin * 12.0 * network.n_steps / network.steps_per_year;
    case MeasureKind::usd:
      return usd;
  }
  return usd;
}

double scale_of(double bound) { return power_of_two_below(largest_units / bound); }

/// Units of the peak window's sums, as a scale factor: 2^24, which 127 steps of fit 31 bits; less
/// where a window has more steps.
float peak_window_scale(std::int32_t n_steps) {
  constexpr float largest_sum = 127.0f * 16777216.0f;
  float scale = 16777216.0f;
  while (static_cast<float>(n_steps) * scale > largest_sum) scale *= 0.5f;
  return scale;
}

}  // namespace

std::vector<double> usd_bounds(const Scenario& scenario, const Network& network) {
  std::vector<double> bounds;
  for (int member = 0; member < static_cast<int>(network.members.size()); ++member) {
    for (int mineral = 0; mineral < static_cast<int>(network.minerals.size()); ++mineral)
      bounds.push_back(usd_bound(scenario, network, mineral, member));
  }
  return bounds;
}

MeasureScales scales_for(const std::vector<double>& cell_usd, const Network& network) {
  std::vector<double> member_usd(network.members.size(), 0.0);
  for (std::size_t cell = 0; cell < cell_usd.size(); ++cell)
    member_usd[cell / network.minerals.size()] += cell_usd[cell];
  MeasureScales scales;
  for (const MeasureInfo& measure : measure_table) {
    for (const double usd : cell_usd)
      scales.measure.push_back(scale_of(bound_of(measure.kind, network, usd)));
  }
  for (const MeasureInfo& measure : member_measure_table) {
    for (const double usd : member_usd)
      scales.member_measure.push_back(scale_of(bound_of(measure.kind, network, usd)));
  }
  return scales;
}

void set_scales(Network& network, const MeasureScales& scales) {
  network.measure_scale = scales.measure;
  network.member_measure_scale = scales.member_measure;
}

void build_measures(const Scenario& scenario, Network& network,
                    std::vector<Complaint>& complaints) {
  for (const double threshold : scenario.measures.exceedance) {
    network.exceedance.push_back(static_cast<float>(threshold));
  }
  NetworkView& header = network.header;
  header.n_thresholds = static_cast<std::int32_t>(network.exceedance.size());
  header.short_threshold = static_cast<float>(scenario.measures.short_threshold);
  header.months_per_step = static_cast<float>(12.0 / network.steps_per_year);
  const double window_steps = std::nearbyint(network.steps_per_year / 4.0);
  header.peak_window_steps = window_steps > 1.0 ? static_cast<std::int32_t>(window_steps) : 1;
  header.peak_window_scale = peak_window_scale(header.peak_window_steps);
  check_money(scenario, network, complaints);
}

}  // namespace blocrisk
