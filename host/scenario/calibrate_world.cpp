#include "host/scenario/calibrate_world.hpp"

#include <algorithm>
#include <cmath>

#include "host/scenario/calibrate_numbers.hpp"
#include "host/scenario/linear_algebra.hpp"
#include "host/scenario/number_text.hpp"
#include "kernels/math/exact_double.hpp"

namespace blocrisk {
namespace {

std::vector<std::int32_t> switch_thresholds(const Actor& actor, double dt_yr) {
  const int n_regimes = static_cast<int>(actor.events_per_yr.size());
  SquareMatrix rates_per_yr(n_regimes);
  for (int from = 0; from < n_regimes; ++from) {
    for (int to = 0; to < n_regimes; ++to) {
      rates_per_yr(from, to) =
          actor.switch_per_yr[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
    }
  }
  const SquareMatrix step = transition_matrix(rates_per_yr, dt_yr);
  std::vector<std::int32_t> thresholds;
  for (int from = 0; from < n_regimes; ++from) {
    const auto row = step.values.begin() + static_cast<std::ptrdiff_t>(from) * n_regimes;
    const auto of_row = cumulative_thresholds({row, row + n_regimes});
    thresholds.insert(thresholds.end(), of_row.begin(), of_row.end());
  }
  return thresholds;
}

ActorSpec build_actor(const Scenario& scenario, const Actor& actor, Pools& pools) {
  const double dt_yr = scenario.step_years();
  std::vector<double> events_per_step;
  for (const double rate_per_yr : actor.events_per_yr) {
    events_per_step.push_back(rate_per_yr * scenario.bloc.retaliation * dt_yr);
  }
  ActorSpec spec{};
  spec.n_regimes = static_cast<std::int32_t>(actor.events_per_yr.size());
  spec.start_thresholds = pools.add_ints(cumulative_thresholds(actor.start));
  spec.switch_thresholds = pools.add_ints(switch_thresholds(actor, dt_yr));
  spec.event_rate = pools.add_reals(events_per_step);
  spec.self_step = static_cast<float>(actor.self_excitation * dt_yr);
  spec.cross_step = static_cast<float>(actor.contagion * dt_yr);
  spec.memory_factor = static_cast<float>(exp_d(-actor.memory_per_yr * dt_yr));
  spec.instrument_thresholds = pools.add_ints(cumulative_thresholds(actor.instrument_weights));
  spec.group_thresholds = pools.add_ints(cumulative_thresholds(actor.target_weights));
  spec.bundle_weight = static_cast<float>(std::sqrt(actor.bundle_correlation));
  spec.own_weight = static_cast<float>(std::sqrt(1.0 - actor.bundle_correlation));
  spec.regime_stream = pools.stream("regime|" + actor.country);
  spec.regime_start_stream = pools.stream("regime_start|" + actor.country);
  spec.event_stream = pools.stream("event|" + actor.country);
  spec.event_pick_stream = pools.stream("event_pick|" + actor.country);
  spec.event_bundle_stream = pools.stream("event_bundle|" + actor.country);
  return spec;
}

InstrumentSpec build_instrument(const Scenario& scenario, const Instrument& law) {
  const int steps_per_year = scenario.clock.steps_per_year;
  const double settling_yr = law.settling_months / 12.0;
  InstrumentSpec spec{};
  spec.initial_severity = static_cast<float>(law.initial_severity);
  spec.settled_severity = static_cast<float>(law.settled_severity);
  spec.settling_factor =
      static_cast<float>(settling_yr > 0.0 ? exp_d(-scenario.step_years() / settling_yr) : 0.0);
  spec.acute_threshold = threshold_of(law.acute_probability);
  spec.acute_median_steps =
      static_cast<float>(steps_of_months(law.acute_median_months, steps_per_year));
  spec.acute_log_sd = static_cast<float>(law.acute_log_sd);
  spec.structural_median_steps =
      static_cast<float>(steps_of_months(law.structural_median_months, steps_per_year));
  spec.structural_log_sd = static_cast<float>(law.structural_log_sd);
  return spec;
}

bool holds_everyone(const TargetGroup& group) {
  return std::all_of(group.holds.begin(), group.holds.end(),
                     [](std::uint8_t held) { return held != 0; });
}

ScheduledSpec build_scheduled(const Scenario& scenario, const ScheduledEvent& event, int step,
                              Pools& pools) {
  ScheduledSpec spec{};
  spec.actor = event.actor_index;
  spec.step = step;
  spec.instrument = event.instrument_index;
  spec.group = event.target_index;
  spec.threshold = threshold_of(event.probability);
  if (event.duration_months) {
    spec.duration_steps =
        steps_in_force(steps_of_months(*event.duration_months, scenario.clock.steps_per_year));
  }
  for (const int mineral : event.mineral_indices) {
    (mineral < 32 ? spec.minerals_low : spec.minerals_high) |= 1U << (mineral % 32);
  }
  spec.stream = pools.stream("scheduled|" + event.name);
  return spec;
}

void build_schedule(const Scenario& scenario, Pools& pools) {
  auto& specs = pools.network().scheduled;
  for (const ScheduledEvent& event : scenario.scheduled) {
    const int step = whole_steps_of_months(event.month, scenario.clock.steps_per_year);
    if (step < 0 || step >= scenario.n_steps()) {
      pools.network().adjustments.push_back(
          {"", "", event.name, "scheduled event dropped: outside the horizon"});
      continue;
    }
    specs.push_back(build_scheduled(scenario, event, step, pools));
  }
  std::stable_sort(specs.begin(), specs.end(),
                   [](const ScheduledSpec& a, const ScheduledSpec& b) { return a.step < b.step; });
}

void build_correlation(const Scenario& scenario, Pools& pools) {
  Network& network = pools.network();
  const int n_minerals = static_cast<int>(scenario.minerals.size());
  SquareMatrix correlation(n_minerals);
  for (int row = 0; row < n_minerals; ++row) {
    for (int column = 0; column < n_minerals; ++column) {
      correlation(row, column) = scenario.correlation_at(row, column);
    }
  }
  const CholeskyFactor factor = factor_cholesky(correlation);
  if (factor.failed_row >= 0) {
    pools.complaints().push_back(
        {"", 0, "correlation", scenario.minerals[static_cast<std::size_t>(factor.failed_row)].id,
         "not positive definite: given the minerals above it, its variance is " +
             rounded_text(factor.pivot) + " (must be above 0)"});
  }
  for (const double value : factor.lower.values)
    network.cholesky.push_back(static_cast<float>(value));
  for (const Mineral& mineral : scenario.minerals) {
    network.price_streams.push_back(pools.stream("price|" + mineral.id));
  }
}

}  // namespace

void build_world(const Scenario& scenario, Pools& pools) {
  Network& network = pools.network();
  for (const Actor& actor : scenario.actors)
    network.actors.push_back(build_actor(scenario, actor, pools));
  for (const Instrument& law : scenario.instruments)
    network.instruments.push_back(build_instrument(scenario, law));
  for (const TargetGroup& group : scenario.target_groups)
    network.groups.push_back({holds_everyone(group) ? 1 : 0});
  build_schedule(scenario, pools);
  build_correlation(scenario, pools);
}

}  // namespace blocrisk
