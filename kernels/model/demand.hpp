/// What final consumers want: price response and substitution. Looks only at the previous step.
/// (Model, section 4.7.)
#pragma once

#include "kernels/model/chain_state.hpp"

RISK_BEGIN

/// Part of reference demand still wanted at log price `y`.
template <class L>
RISK_FN typename L::F demand_response(const ChainSpec& chain, typename L::F y) {
  using F = typename L::F;
  const F dear = max(y, splat<F>(0.0f));
  return max(exp(splat<F>(-chain.demand_elasticity) * dear), splat<F>(chain.least_response));
}

template <class L>
RISK_FN void update_substitution(const ChainSpec& chain, ChainState<L>& state) {
  using F = typename L::F;
  if (chain.inverse_substitution_max <= 0.0f) return;
  const F sub = state.substituted;
  const F room = fma(splat<F>(-chain.inverse_substitution_max), sub, splat<F>(1.0f));
  const F gain = splat<F>(chain.substitution_step) * state.scarcity * room;
  state.substituted = fma(splat<F>(-chain.substitution_reversal_step), sub, sub + gain);
}

/// What buyers want of reference demand in the step to come. Those inside R(t) pay the price
/// without scarcity.
template <class L>
RISK_FN void update_responses(const ChainSpec& chain, ChainState<L>& state) {
  using F = typename L::F;
  update_substitution<L>(chain, state);
  const F kept = splat<F>(1.0f) - state.substituted;
  state.wanted = demand_response<L>(chain, state.y) * kept;
  if (!state.restricting_homes.empty())
    state.wanted_inside = demand_response<L>(chain, state.y_quiet) * kept;
}

/// Needs N of the last stage.
template <class L>
RISK_FN void update_demand(const NetworkView& net, const ChainSpec& chain, int step,
                           ChainState<L>& state) {
  using F = typename L::F;
  const int last = last_stage<L>(chain);
  const int n_sinks = chain.stages[last].n_sinks;
  const float* reference = net.reals + chain.demand_t + step * n_sinks;
  auto& sinks = state.stage[last].sink;
  const F outside = state.wanted;
  each<L>(n_sinks, [&](auto j) { sinks[j].need_t = splat<F>(reference[j]) * outside; });
  if (state.restricting_homes.empty()) return;
  const F inside = state.wanted_inside;
  each_restricting<L>(n_sinks, state, [&](auto j) {
    const F response = select(state.restricting_homes.holds(j), inside, outside);
    sinks[j].need_t = splat<F>(reference[j]) * response;
  });
}

RISK_END
