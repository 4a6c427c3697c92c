/// Stocks of final consumers: commercial, strategic, shared; their release and refill; and the
/// memory of scarcity that prices react to. (Model, section 4.6.)
#pragma once

#include "kernels/model/gap.hpp"
#include "kernels/model/chain_state.hpp"

RISK_BEGIN

/// Takes `drawn` from the gap of a sink.
template <class L>
RISK_FN void cover_gap(Sink<L>& sink, Stock<L>& stock, typename L::F drawn) {
  stock.drawn_t = stock.drawn_t + drawn;
  sink.gap_t = real_gap(sink.gap_t - drawn, sink.need_t);
}

/// Counts consecutive steps in which the gap after commercial stocks exceeds `trigger` of the need.
template <class L>
RISK_FN void count_trigger(const Sink<L>& sink, typename L::F trigger, typename L::F& count) {
  using F = typename L::F;
  const auto over = gt(sink.gap_t, trigger * sink.need_t);
  count = masked(over, count + splat<F>(1.0f));
}

/// Commercial stocks, and the counts that open the others.
template <class L>
RISK_FN void draw_commercial(const NetworkView& net, const ChainSpec& chain, int n_sinks,
                             Slots<L, Sink<L>>& sinks, Slots<L, Stock<L>>& stocks) {
  using F = typename L::F;
  const float* release = net.reals + chain.commercial_release;
  const float* trigger = net.reals + chain.strategic_trigger;
  const float* shared_trigger = net.reals + chain.shared_trigger;
  each<L>(n_sinks, [&](auto j) {
    Stock<L>& stock = stocks[j];
    const F drawn = min(sinks[j].gap_t, stock.commercial_t * splat<F>(release[j]));
    stock.commercial_t = stock.commercial_t - drawn;
    stock.drawn_t = drawn;
    sinks[j].gap_t = real_gap(sinks[j].gap_t - drawn, sinks[j].need_t);
    if (chain.has_shared != 0)
      count_trigger<L>(sinks[j], splat<F>(shared_trigger[j]), stock.shared_count);
  });
  each_holder<L>(net, chain, [&](auto j) {
    count_trigger<L>(sinks[j], splat<F>(trigger[j]), stocks[j].strategic_count);
  });
}

/// Sum of a field over the sinks outside R(t).
template <class L>
RISK_FN typename L::F sum_outside(int n_sinks, typename L::F Sink<L>::*field,
                                  Slots<L, Sink<L>>& sinks, const ChainState<L>& state) {
  using F = typename L::F;
  each_restricting<L>(n_sinks, state, [&](auto j) {
    sinks[j].part_t = sinks[j].*field;
    sinks[j].*field = select(state.restricting_homes.holds(j), splat<F>(0.0f), sinks[j].*field);
  });
  const F sum = sum_slots<L>(n_sinks, sinks, field);
  each_restricting<L>(n_sinks, state, [&](auto j) { sinks[j].*field = sinks[j].part_t; });
  return sum;
}

/// s follows the part of need outside R(t) that commercial stocks did not cover.
template <class L>
RISK_FN void update_scarcity(const ChainSpec& chain, int n_sinks, Slots<L, Sink<L>>& sinks,
                             ChainState<L>& state) {
  using F = typename L::F;
  const F gaps = sum_outside<L>(n_sinks, &Sink<L>::gap_t, sinks, state);
  const F needs = sum_outside<L>(n_sinks, &Sink<L>::need_t, sinks, state);
  const auto wanted = gt(needs, splat<F>(0.0f));
  const F scarce = quotient(wanted, gaps, needs);
  state.scarcity = fma(scarce - state.scarcity, splat<F>(chain.scarcity_rate), state.scarcity);
}

template <class L>
RISK_FN void draw_strategic(const NetworkView& net, const ChainSpec& chain, const float* reference,
                            Slots<L, Sink<L>>& sinks, Slots<L, Stock<L>>& stocks) {
  using F = typename L::F;
  const float* latency = net.reals + chain.strategic_latency_steps;
  const float* release = net.reals + chain.strategic_release;
  each_holder<L>(net, chain, [&](auto j) {
    Stock<L>& stock = stocks[j];
    const auto open = gt(stock.strategic_count, splat<F>(latency[j]));
    if (none(open)) return;
    const F most = min(stock.strategic_t, splat<F>(release[j] * reference[j]));
    const F drawn = masked(open, min(sinks[j].gap_t, most));
    stock.strategic_t = stock.strategic_t - drawn;
    cover_gap<L>(sinks[j], stock, drawn);
  });
}

/// Members whose count is over share what may be released in proportion to their gaps.
template <class L>
RISK_FN void draw_shared(const NetworkView& net, const ChainSpec& chain, const StageSpec& last,
                         int step, Slots<L, Sink<L>>& sinks, ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F latency = splat<F>(chain.shared_latency_steps);
  each<L>(last.n_sinks, [&](auto j) {  // others than members have no count
    const auto open = gt(state.stock[j].shared_count, latency);
    sinks[j].part_t = masked(open, sinks[j].gap_t);
  });
  const F asked = sum_slots<L>(last.n_sinks, sinks, &Sink<L>::part_t);
  const float most_t = chain.shared_release * net.reals[chain.members_demand_t + step];
  const F most = min(state.shared_t, splat<F>(most_t));
  const auto draws = and_(gt(asked, zero), gt(most, zero));
  if (!some_path<L>(draws)) return;
  const F rate = min(quotient(draws, most, asked), splat<F>(1.0f));
  each<L>(last.n_sinks, [&](auto j) {
    sinks[j].part_t = sinks[j].part_t * rate;
    cover_gap<L>(sinks[j], state.stock[j], sinks[j].part_t);
  });
  const F drawn = sum_slots<L>(last.n_sinks, sinks, &Sink<L>::part_t);
  state.shared_t = max(state.shared_t - drawn, zero);
}

/// Orders to refill: commercial stocks at any price (they stay in the sinks' `part_t`), strategic
/// and shared ones while it is low.
template <class L>
RISK_FN typename L::F order_refills(const NetworkView& net, const ChainSpec& chain, int n_sinks,
                                    typename L::F shared_order, Slots<L, Sink<L>>& sinks,
                                    ChainState<L>& state) {
  using F = typename L::F;
  const float* opening = net.reals + chain.commercial_start_t;
  const float* refill = net.reals + chain.commercial_refill;
  each<L>(n_sinks, [&](auto j) {
    const F missing = splat<F>(opening[j]) - state.stock[j].commercial_t;
    sinks[j].part_t = missing * splat<F>(refill[j]);
  });
  const F commercial = sum_slots<L>(n_sinks, sinks, &Sink<L>::part_t);
  if (chain.n_strategic == 0) return shared_order + commercial;
  const float* strategic_opening = net.reals + chain.strategic_start_t;
  const float* buy_below = net.reals + chain.strategic_buy_below;
  each_holder<L>(net, chain, [&](auto j) {
    const F missing = splat<F>(strategic_opening[j]) - state.stock[j].strategic_t;
    state.stock[j].strategic_order_t = masked(lt(state.price, splat<F>(buy_below[j])),
                                              missing * splat<F>(chain.stock_refill_step));
  });
  const F strategic = sum_slots<L>(n_sinks, state.stock, &Stock<L>::strategic_order_t);
  return shared_order + strategic + commercial;
}

/// The leftover of the market, split in proportion to orders.
template <class L>
RISK_FN void refill_stocks(const NetworkView& net, const ChainSpec& chain, int n_sinks,
                           typename L::F leftover, Slots<L, Sink<L>>& sinks, ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F shared_missing =
      (splat<F>(chain.shared_start_t) - state.shared_t) * splat<F>(chain.stock_refill_step);
  const F shared = masked(lt(state.price, splat<F>(chain.shared_buy_below)), shared_missing);
  const F ordered = order_refills<L>(net, chain, n_sinks, shared, sinks, state);
  const auto buys = and_(gt(ordered, zero), gt(leftover, zero));
  if (none(buys)) return;
  const F rate = min(quotient(buys, leftover, ordered), splat<F>(1.0f));
  each<L>(n_sinks, [&](auto j) {
    Stock<L>& stock = state.stock[j];
    stock.commercial_t = fma(sinks[j].part_t, rate, stock.commercial_t);
  });
  each_holder<L>(net, chain, [&](auto j) {
    Stock<L>& stock = state.stock[j];
    stock.strategic_t = fma(stock.strategic_order_t, rate, stock.strategic_t);
  });
  state.shared_t = fma(shared, rate, state.shared_t);
}

/// All stocks of the last stage on the gaps left by the market.
template <class L>
RISK_SECTION void use_stocks(const NetworkView& net, const ChainSpec& chain, int step,
                             typename L::F leftover, ChainState<L>& state) {
  const int at = last_stage<L>(chain);
  const StageSpec& last = chain.stages[at];
  Slots<L, Sink<L>>& sinks = state.stage[at].sink;
  const float* reference = net.reals + chain.demand_t + step * last.n_sinks;
  draw_commercial<L>(net, chain, last.n_sinks, sinks, state.stock);
  update_scarcity<L>(chain, last.n_sinks, sinks, state);
  draw_strategic<L>(net, chain, reference, sinks, state.stock);
  if (chain.has_shared != 0) draw_shared<L>(net, chain, last, step, sinks, state);
  refill_stocks<L>(net, chain, last.n_sinks, leftover, sinks, state);
}

RISK_END
