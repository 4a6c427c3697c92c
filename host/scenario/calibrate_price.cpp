// Section 4.1 of the model: the price process and flooding.
#include <cmath>

#include "host/scenario/calibrate_chain.hpp"
#include "host/scenario/calibrate_numbers.hpp"
#include "kernels/math/exact_double.hpp"

namespace blocrisk {
namespace {

/// sd of one step of a mean-reverting process: sigma sqrt((1-e^(-2 kappa dt))/(2 kappa)).
double step_shock_sd(double volatility_per_sqrt_yr, double reversion_per_yr, double dt_yr) {
  const double variance_yr =
      reversion_per_yr > 0.0
          ? one_minus_decay(2.0 * reversion_per_yr * dt_yr) / (2.0 * reversion_per_yr)
          : dt_yr;
  return volatility_per_sqrt_yr * std::sqrt(variance_yr);
}

void build_jumps(const ChainContext& context, ChainSpec& chain) {
  const Mineral& law = *context.input.law;
  chain.jump_threshold = threshold_of(one_minus_decay(law.jumps_per_yr * context.dt_yr()));
  chain.jump_up_threshold = threshold_of(law.jump_up_probability);
  chain.jump_up_mean = static_cast<float>(law.jump_up_mean);
  chain.jump_down_mean = static_cast<float>(law.jump_down_mean);
  chain.jump_stream = context.pools.stream("jump|" + law.id);
  chain.jump_size_stream = context.pools.stream("jump_size|" + law.id);
}

/// Flood start per regime of the flooder's country: its hazard moves with that country's event
/// rate.
std::vector<std::int32_t> flood_thresholds(const ChainContext& context, const Actor* actor) {
  const double hazard_per_yr = context.input.law->flood_per_yr;
  const std::size_t n_regimes = actor == nullptr ? 1 : actor->events_per_yr.size();
  std::vector<std::int32_t> thresholds;
  for (std::size_t regime = 0; regime < n_regimes; ++regime) {
    double ratio = 1.0;
    if (actor != nullptr && actor->events_per_yr[0] > 0.0) {
      ratio = actor->events_per_yr[regime] / actor->events_per_yr[0];
    }
    const double probability = one_minus_decay(hazard_per_yr * ratio * context.dt_yr());
    thresholds.push_back(static_cast<std::int32_t>(threshold_of(probability)));
  }
  return thresholds;
}

void build_flooding(const ChainContext& context, ChainSpec& chain) {
  const Mineral& law = *context.input.law;
  chain.flood_actor = no_index;
  chain.flood_stream = context.pools.stream("flood|" + law.id);
  const Actor* actor = nullptr;
  if (law.flooder_index != no_index && law.flood_per_yr > 0.0) {
    chain.flooder = 1;
    chain.flood_actor = context.scenario.actor_index(law.flooder);
    if (chain.flood_actor != no_index)
      actor = &context.scenario.actors[static_cast<std::size_t>(chain.flood_actor)];
    chain.flood_thresholds = context.pools.add_ints(flood_thresholds(context, actor));
  } else {
    chain.flood_thresholds = context.pools.add_ints({0});
  }
  chain.flood_end_threshold = threshold_of(step_fraction(context.dt_yr(), law.flood_months / 12.0));
  chain.flood_depth = static_cast<float>(law.flood_depth);
  chain.flood_trigger_fraction = static_cast<float>(law.flood_trigger_fraction);
}

}  // namespace

void build_price(const ChainContext& context, ChainSpec& chain) {
  const Mineral& law = *context.input.law;
  const double dt_yr = context.dt_yr();
  chain.log_initial_price = static_cast<float>(log_d(law.initial_price_ratio));
  chain.reversion_factor = static_cast<float>(exp_d(-law.reversion_per_yr * dt_yr));
  chain.shock_sd =
      static_cast<float>(step_shock_sd(law.volatility_per_sqrt_yr, law.reversion_per_yr, dt_yr));
  chain.scarcity_gain = static_cast<float>(1.0 / (law.demand_elasticity + law.supply_elasticity));
  chain.scarcity_rate = static_cast<float>(step_fraction(dt_yr, law.scarcity_months / 12.0));
  chain.price_usd_per_t = static_cast<float>(law.price_usd_per_t);
  chain.at_risk_usd_per_t = static_cast<float>(law.at_risk_usd_per_t);
  build_jumps(context, chain);
  build_flooding(context, chain);
}

}  // namespace blocrisk
