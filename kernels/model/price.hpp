/// The price of one mineral: mean reversion, jumps, flooding, scarcity; and what producers earn.
/// (Model, sections 4.1 and 4.2.)
#pragma once

#include "kernels/model/chain_state.hpp"
#include "kernels/model/world.hpp"

RISK_BEGIN

inline constexpr float log_price_limit = 2.5f;  ///< |y| at most
inline constexpr float scarcity_limit = 0.9f;   ///< s enters the price up to here

template <class F>
RISK_FN F clamp_log_price(F y) {
  return min(max(y, splat<F>(-log_price_limit)), splat<F>(log_price_limit));
}

template <class L>
RISK_FN typename L::F draw_jump(const ChainSpec& chain, const PathKeys<L>& paths, int step,
                                const ChainState<L>& state) {
  using F = typename L::F;
  using U = typename L::U;
  const auto jumps = happens(state.jump_words[word_of_step(step)], splat<U>(chain.jump_threshold));
  if (none(jumps)) return splat<F>(0.0f);
  const Words<L> words =
      draw_words<L>(paths, chain.jump_size_stream, static_cast<std::uint32_t>(step));
  const auto up = happens(words.w[0], splat<U>(chain.jump_up_threshold));
  const F exponential = exponential_from_word<L>(words.w[1], splat<F>(1.0f));
  const F size = select(up, splat<F>(chain.jump_up_mean) * exponential,
                        splat<F>(-chain.jump_down_mean) * exponential);
  return masked(jumps, size);
}

/// Starts or ends a flood. The hazard follows the regime of the flooder's country.
template <class L>
RISK_FN void update_flooding(const NetworkView& net, const ChainSpec& chain, int step,
                             const World<L>& world, ChainState<L>& state) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  if (chain.flooder == 0) return;
  const std::int32_t* thresholds = net.ints + chain.flood_thresholds;
  U start = splat<U>(static_cast<std::uint32_t>(thresholds[0]));
  const int regimes = chain.flood_actor < 0 ? 1 : net.actors[chain.flood_actor].n_regimes;
  for (int z = 1; z < regimes; ++z) {
    const I regime = world.regime[chain.flood_actor * net.n_steps + step];
    start =
        select(eq(regime, splat<I>(z)), splat<U>(static_cast<std::uint32_t>(thresholds[z])), start);
  }
  const auto tempted = gt(state.rivals_share, splat<F>(chain.flood_trigger_fraction));
  start = select(tempted, start, splat<U>(0u));
  const auto on = gt(state.flooding, splat<F>(0.5f));
  const U threshold = select(on, splat<U>(chain.flood_end_threshold), start);
  const auto flips = happens(state.flood_words[word_of_step(step)], threshold);
  state.flooding = masked(xor_(on, flips), splat<F>(1.0f));
}

/// Moves the log price one step. Until here `y` holds the previous step's, which demand looks at.
template <class L>
RISK_SECTION void update_price(const NetworkView& net, const ChainSpec& chain, int mineral,
                               const PathKeys<L>& paths, const World<L>& world, int step,
                               ChainState<L>& state) {
  using F = typename L::F;
  const F shock = world.price_shock[mineral * net.n_steps + step];
  const F moved =
      fma(state.log_price, splat<F>(chain.reversion_factor), splat<F>(chain.shock_sd) * shock);
  state.log_price = moved + draw_jump<L>(chain, paths, step, state);
  update_flooding<L>(net, chain, step, world, state);
  const F base = fma(splat<F>(-chain.flood_depth), state.flooding, state.log_price);
  const F scarce = min(state.scarcity, splat<F>(scarcity_limit));
  const F premium = splat<F>(chain.scarcity_gain) * log(splat<F>(1.0f) - scarce);
  state.y = clamp_log_price(base - premium);
  state.y_quiet = clamp_log_price(base);
  state.price = exp(state.y);
  state.price_quiet = exp(state.y_quiet);
}

/// What a bloc producer gets, or a bloc buyer pays, at price `p`.
template <class L>
RISK_FN typename L::F with_floor(const ChainSpec& chain, int step, typename L::F p) {
  using F = typename L::F;
  if (chain.floor_ratio <= 0.0f || step < chain.floor_from_step) return p;
  const F lift = max(splat<F>(chain.floor_ratio) - p, splat<F>(0.0f));
  return fma(splat<F>(chain.floor_pass), lift, p);
}

template <class L>
RISK_FN void update_earnings(const ChainSpec& chain, int step, ChainState<L>& state) {
  using F = typename L::F;
  const F rate = splat<F>(chain.earn_rate);
  const F bloc = with_floor<L>(chain, step, state.price);
  state.world_earned = fma(state.price - state.world_earned, rate, state.world_earned);
  state.bloc_earned = fma(bloc - state.bloc_earned, rate, state.bloc_earned);
}

RISK_END
