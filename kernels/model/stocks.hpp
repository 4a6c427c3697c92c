/// Stocks of final consumers: commercial, strategic, shared; their release and refill; and the
/// memory of scarcity that prices react to. (Model, section 4.6.)
#pragma once

#include "kernels/model/allocation.hpp"
#include "kernels/model/chain_state.hpp"

RISK_BEGIN

/// Takes `drawn` from the gap of sink j.
template <class L>
RISK_FN void cover_gap(ChainState<L>& state, int j, typename L::F drawn) {
  state.drawn_t[j] = state.drawn_t[j] + drawn;
  state.gap_t[j] = real_gap(state.gap_t[j] - drawn, state.final_need_t[j]);
}

template <class L>
RISK_FN void draw_commercial(const NetworkView& net, const ChainSpec& chain, int n_sinks,
                             ChainState<L>& state) {
  using F = typename L::F;
  const float* release = net.reals + chain.commercial_release;
  each(n_sinks, [&](int j) {
    const F drawn = min(state.gap_t[j], state.commercial_t[j] * splat<F>(release[j]));
    state.commercial_t[j] = state.commercial_t[j] - drawn;
    state.drawn_t[j] = splat<F>(0.0f);
    cover_gap<L>(state, j, drawn);
  });
}

/// s follows the part of need outside R(t) that commercial stocks did not cover.
template <class L>
RISK_FN void update_scarcity(const ChainSpec& chain, int n_sinks, ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  F gaps = zero;
  F needs = zero;
  for (int j = 0; j < n_sinks; ++j) {
    const auto inside = state.restricting_homes.holds(j);
    gaps = gaps + select(inside, zero, state.gap_t[j]);
    needs = needs + select(inside, zero, state.final_need_t[j]);
  }
  const auto wanted = gt(needs, zero);
  const F scarce = masked(wanted, gaps / select(wanted, needs, splat<F>(1.0f)));
  state.scarcity = fma(scarce - state.scarcity, splat<F>(chain.scarcity_rate), state.scarcity);
}

/// Counts consecutive steps in which the gap after commercial stocks exceeds `trigger` of the need.
template <class L>
RISK_FN void count_trigger(Row<typename L::F> count, int j, typename L::F trigger,
                           const ChainState<L>& state) {
  using F = typename L::F;
  const auto over = gt(state.gap_t[j], trigger * state.final_need_t[j]);
  count[j] = masked(over, count[j] + splat<F>(1.0f));
}

/// Calls f(sink) for each sink that holds a strategic stock.
template <class Fn>
RISK_FN void each_holder(const NetworkView& net, const ChainSpec& chain, Fn&& f) {
  const std::int32_t* sinks = net.ints + chain.strategic_sinks;
  for (int k = 0; k < chain.n_strategic; ++k) f(sinks[k]);
}

template <class L>
RISK_FN void draw_strategic(const NetworkView& net, const ChainSpec& chain, const float* reference,
                            ChainState<L>& state) {
  using F = typename L::F;
  const float* latency = net.reals + chain.strategic_latency_steps;
  const float* release = net.reals + chain.strategic_release;
  each_holder(net, chain, [&](int j) {
    const auto open = gt(state.strategic_count[j], splat<F>(latency[j]));
    if (none(open)) return;
    const F most = min(state.strategic_t[j], splat<F>(release[j] * reference[j]));
    const F drawn = masked(open, min(state.gap_t[j], most));
    state.strategic_t[j] = state.strategic_t[j] - drawn;
    cover_gap<L>(state, j, drawn);
  });
}

/// Members whose count is over share what may be released in proportion to their gaps.
template <class L>
RISK_FN void draw_shared(const NetworkView& net, const ChainSpec& chain, int n_sinks, int step,
                         UniformSlotSet members, ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F latency = splat<F>(chain.shared_latency_steps);
  each(n_sinks, [&](int j) {
    const auto open = gt(state.shared_count[j], latency);
    state.given_t[j] = members.holds(j) ? masked(open, state.gap_t[j]) : zero;
  });
  const F asked = sum_row<L>(n_sinks, [&](int j) RISK_INLINE_BODY { return state.given_t[j]; });
  const float most_t = chain.shared_release * net.reals[chain.members_demand_t + step];
  const F most = min(state.shared_t, splat<F>(most_t));
  const auto draws = and_(gt(asked, zero), gt(most, zero));
  if (none(draws)) return;
  const F rate = masked(draws, min(most / select(draws, asked, splat<F>(1.0f)), splat<F>(1.0f)));
  each(n_sinks, [&](int j) {
    const F drawn = state.given_t[j] * rate;
    state.given_t[j] = drawn;
    cover_gap<L>(state, j, drawn);
  });
  const F drawn = sum_row<L>(n_sinks, [&](int j) RISK_INLINE_BODY { return state.given_t[j]; });
  state.shared_t = max(state.shared_t - drawn, zero);
}

/// Sink j's order to refill its strategic stock while the price is low enough.
template <class L>
RISK_FN typename L::F strategic_order(const NetworkView& net, const ChainSpec& chain, int j,
                                      const ChainState<L>& state) {
  using F = typename L::F;
  const F opening = splat<F>(net.reals[chain.strategic_start_t + j]);
  const F buy_below = splat<F>(net.reals[chain.strategic_buy_below + j]);
  const F missing = (opening - state.strategic_t[j]) * splat<F>(chain.stock_refill_step);
  return masked(lt(state.price, buy_below), missing);
}

template <class L>
RISK_FN typename L::F commercial_order(const NetworkView& net, const ChainSpec& chain, int j,
                                       const ChainState<L>& state) {
  using F = typename L::F;
  const F opening = splat<F>(net.reals[chain.commercial_start_t + j]);
  return (opening - state.commercial_t[j]) * splat<F>(net.reals[chain.commercial_refill + j]);
}

template <class L>
RISK_FN typename L::F shared_order(const ChainSpec& chain, const ChainState<L>& state) {
  using F = typename L::F;
  const F missing =
      (splat<F>(chain.shared_start_t) - state.shared_t) * splat<F>(chain.stock_refill_step);
  return masked(lt(state.price, splat<F>(chain.shared_buy_below)), missing);
}

/// The leftover is split in proportion to all orders.
template <class L>
RISK_FN void refill_stocks(const NetworkView& net, const ChainSpec& chain, int n_sinks,
                           typename L::F leftover, ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  F ordered = chain.has_shared != 0 ? shared_order<L>(chain, state) : zero;
  const F shared = ordered;
  each_holder(net, chain,
              [&](int j) { ordered = ordered + strategic_order<L>(net, chain, j, state); });
  for (int j = 0; j < n_sinks; ++j) ordered = ordered + commercial_order<L>(net, chain, j, state);
  const auto buys = and_(gt(ordered, zero), gt(leftover, zero));
  if (none(buys)) return;
  const F rate =
      masked(buys, min(leftover / select(buys, ordered, splat<F>(1.0f)), splat<F>(1.0f)));
  each(n_sinks, [&](int j) {
    state.commercial_t[j] =
        fma(commercial_order<L>(net, chain, j, state), rate, state.commercial_t[j]);
  });
  each_holder(net, chain, [&](int j) {
    state.strategic_t[j] =
        fma(strategic_order<L>(net, chain, j, state), rate, state.strategic_t[j]);
  });
  state.shared_t = fma(shared, rate, state.shared_t);
}

/// All stocks of the last stage on the gaps left by the market.
template <class L>
RISK_SECTION void use_stocks(const NetworkView& net, const ChainSpec& chain, int step,
                             typename L::F leftover, ChainState<L>& state) {
  using F = typename L::F;
  const StageSpec& last = chain.stages[chain.n_stages - 1];
  const int n_sinks = last.n_sinks;
  const float* reference = net.reals + chain.demand_t + step * n_sinks;
  draw_commercial<L>(net, chain, n_sinks, state);
  update_scarcity<L>(chain, n_sinks, state);
  const float* trigger = net.reals + chain.strategic_trigger;
  each_holder(net, chain, [&](int j) {
    count_trigger<L>(state.strategic_count, j, splat<F>(trigger[j]), state);
  });
  if (chain.has_shared != 0) {
    each(n_sinks, [&](int j) {
      count_trigger<L>(state.shared_count, j, splat<F>(chain.shared_trigger), state);
    });
  }
  draw_strategic<L>(net, chain, reference, state);
  if (chain.has_shared != 0) {
    draw_shared<L>(net, chain, n_sinks, step, uniform_set(net.ints + last.member_sinks), state);
  }
  refill_stocks<L>(net, chain, n_sinks, leftover, state);
}

RISK_END
