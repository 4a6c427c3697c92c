#include "host/scenario/calibrate_measures.hpp"

#include <cmath>

#include "host/scenario/calibrate_numbers.hpp"
#include "kernels/math/exact_double.hpp"
#include "kernels/stats/fixed_point.hpp"

namespace blocrisk {
namespace {

const double largest_units = std::ldexp(1.0, fixed_point_bits);

/// Bounds are doubled: a sum of single-precision terms may end a little above the real one.
constexpr double bound_margin = 2.0;
constexpr double largest_log_price = 2.5;

/// Largest loss or cost a member can have in one mineral over the horizon, in USD.
double usd_bound(const Scenario& scenario, const Network& network, int mineral, int member) {
  const auto m = static_cast<std::size_t>(mineral);
  const ChainSpec& chain = network.chains[m];
  double demand_t = 0.0;
  for (int cell = 0; cell < chain.n_cells; ++cell) {
    if (network.ints[chain.cell_member + static_cast<Offset>(cell)] != member) continue;
    const auto sink =
        static_cast<Offset>(network.ints[chain.cell_sink + static_cast<Offset>(cell)]);
    demand_t = network.reals[chain.total_demand_t + sink];
  }
  const Mineral& law = scenario.minerals[m];
  const double dearest_usd_per_t =
      law.price_usd_per_t * (exp_d(largest_log_price) + scenario.floor_ratio(mineral));
  const double bound_usd = bound_margin * demand_t * (law.at_risk_usd_per_t + dearest_usd_per_t);
  return bound_usd > 1.0 ? bound_usd : 1.0;
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

void build_scales(const Scenario& scenario, Network& network) {
  const int n_members = static_cast<int>(network.members.size());
  const int n_minerals = static_cast<int>(network.minerals.size());
  std::vector<double> cell_usd, member_usd;
  for (int member = 0; member < n_members; ++member) {
    double sum_usd = 0.0;
    for (int mineral = 0; mineral < n_minerals; ++mineral) {
      cell_usd.push_back(usd_bound(scenario, network, mineral, member));
      sum_usd += cell_usd.back();
    }
    member_usd.push_back(sum_usd);
  }
  for (const MeasureInfo& measure : measure_table) {
    for (const double usd : cell_usd)
      network.measure_scale.push_back(scale_of(bound_of(measure.kind, network, usd)));
  }
  for (const MeasureInfo& measure : member_measure_table) {
    for (const double usd : member_usd) {
      network.member_measure_scale.push_back(scale_of(bound_of(measure.kind, network, usd)));
    }
  }
}

/// Units of the peak window's sums, as a scale factor: 2^24, which 127 steps of fit 31 bits; less
/// where a window has more steps.
float peak_window_scale(std::int32_t n_steps) {
  constexpr float largest_sum = 127.0f * 16777216.0f;
  float scale = 16777216.0f;
  while (static_cast<float>(n_steps) * scale > largest_sum) scale *= 0.5f;
  return scale;
}

}  // namespace

void build_measures(const Scenario& scenario, Network& network) {
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
  build_scales(scenario, network);
}

}  // namespace blocrisk
