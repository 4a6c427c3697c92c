/// Stocks of final consumers: commercial, strategic, shared; their release and refill; and the
/// memory of scarcity that prices react to. (Model, section 4.6.)
#pragma once

#include "kernels/model/chain_state.hpp"
#include "kernels/model/gap.hpp"

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

/// What the sinks come to while each looks at its own stocks: gaps and needs outside R(t), gaps
/// open to the shared stock, orders of commercial stocks.
enum SinkSum { gaps_outside, needs_outside, asked_of_shared, commercial_orders, n_sink_sums };

/// Commercial stocks: drawn on at once.
template <class L>
RISK_FN void draw_commercial(float release, Sink<L>& sink, Stock<L>& stock) {
  using F = typename L::F;
  const F drawn = min(sink.gap_t, stock.commercial_t * splat<F>(release));
  stock.commercial_t = stock.commercial_t - drawn;
  stock.drawn_t = drawn;
  sink.gap_t = real_gap(sink.gap_t - drawn, sink.need_t);
}

/// A strategic stock, open while its count is over; ordered anew while the price is low.
template <class L>
RISK_FN void draw_strategic(const NetworkView& net, const ChainSpec& chain, int j, float reference,
                            typename L::F price, Sink<L>& sink, Stock<L>& stock) {
  using F = typename L::F;
  const auto of_sink = [&](Offset table) { return net.reals[table + j]; };
  count_trigger<L>(sink, splat<F>(of_sink(chain.strategic_trigger)), stock.strategic_count);
  const auto open = gt(stock.strategic_count, splat<F>(of_sink(chain.strategic_latency_steps)));
  if (any(open)) {
    const F most = splat<F>(of_sink(chain.strategic_release) * reference);
    const F drawn = masked(open, min(sink.gap_t, min(stock.strategic_t, most)));
    stock.strategic_t = stock.strategic_t - drawn;
    cover_gap<L>(sink, stock, drawn);
  }
  const F missing = splat<F>(of_sink(chain.strategic_start_t)) - stock.strategic_t;
  stock.strategic_order_t = masked(lt(price, splat<F>(of_sink(chain.strategic_buy_below))),
                                   missing * splat<F>(chain.stock_refill_step));
}

/// Each sink and the stocks of its own, and what it asks of others. Scarcity is what commercial
/// stocks do not cover outside R(t). Commercial stocks are ordered at any price: into `part_t`.
template <class L>
RISK_FN Several<typename L::F, n_sink_sums> draw_own_stocks(const NetworkView& net,
                                                            const ChainSpec& chain, int n_sinks,
                                                            const float* reference,
                                                            Slots<L, Sink<L>>& sinks,
                                                            ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const float* release = net.reals + chain.commercial_release;
  const float* shared_trigger = net.reals + chain.shared_trigger;
  const float* opening = net.reals + chain.commercial_start_t;
  const float* refill = net.reals + chain.commercial_refill;
  const F latency = splat<F>(chain.shared_latency_steps);
  const F price = state.price;
  const std::uint64_t somewhere = state.restricting_somewhere;
  const SlotFlags<L> holders = strategic_holders<L>(net, chain);
  return sum_each<L, n_sink_sums>(n_sinks, [&](auto j) RISK_INLINE_BODY {
    Sink<L>& sink = sinks[j];
    Stock<L>& stock = state.stock[j];
    draw_commercial<L>(release[j], sink, stock);
    Several<F, n_sink_sums> sums{{sink.gap_t, sink.need_t, zero, zero}};
    if (may_restrict<L>(somewhere, j)) {
      const auto inside = state.restricting_homes.holds(j);
      sums.value[gaps_outside] = select(inside, zero, sink.gap_t);
      sums.value[needs_outside] = select(inside, zero, sink.need_t);
    }
    count_trigger<L>(sink, splat<F>(shared_trigger[j]), stock.shared_count);
    if (holders[j]) draw_strategic<L>(net, chain, j, reference[j], price, sink, stock);
    // others than members have no count
    sums.value[asked_of_shared] = masked(gt(stock.shared_count, latency), sink.gap_t);
    sink.part_t = (splat<F>(opening[j]) - stock.commercial_t) * splat<F>(refill[j]);
    sums.value[commercial_orders] = sink.part_t;
    return sums;
  });
}

/// s follows the part of need outside R(t) that commercial stocks did not cover.
template <class L>
RISK_FN void update_scarcity(const ChainSpec& chain, typename L::F gaps, typename L::F needs,
                             ChainState<L>& state) {
  using F = typename L::F;
  const auto wanted = gt(needs, splat<F>(0.0f));
  const F scarce = quotient(wanted, gaps, needs);
  state.scarcity = fma(scarce - state.scarcity, splat<F>(chain.scarcity_rate), state.scarcity);
}

/// Members whose count is over share what may be released in proportion to their gaps, which are
/// `asked` in all.
template <class L>
RISK_FN void draw_shared(const NetworkView& net, const ChainSpec& chain, int n_sinks, int step,
                         typename L::F asked, Slots<L, Sink<L>>& sinks, ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F latency = splat<F>(chain.shared_latency_steps);
  const float most_t = chain.shared_release * net.reals[chain.members_demand_t + step];
  const F most = min(state.shared_t, splat<F>(most_t));
  const auto draws = and_(gt(asked, zero), gt(most, zero));
  if (!some_path<L>(draws)) return;
  const F rate = min(quotient(draws, most, asked), splat<F>(1.0f));
  const auto drawn = sum_each<L, 1>(n_sinks, [&](auto j) RISK_INLINE_BODY {
    Stock<L>& stock = state.stock[j];
    const auto open = gt(stock.shared_count, latency);
    const F share = masked(open, sinks[j].gap_t) * rate;
    cover_gap<L>(sinks[j], stock, share);
    return Several<F, 1>{{share}};
  });
  state.shared_t = max(state.shared_t - drawn[0], zero);
}

/// The leftover of the market, split in proportion to orders; of the shared stock too while the
/// price is low.
template <class L>
RISK_FN void refill_stocks(const NetworkView& net, const ChainSpec& chain, int n_sinks,
                           typename L::F commercial_order, typename L::F leftover,
                           Slots<L, Sink<L>>& sinks, ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F shared_missing =
      (splat<F>(chain.shared_start_t) - state.shared_t) * splat<F>(chain.stock_refill_step);
  const F shared = masked(lt(state.price, splat<F>(chain.shared_buy_below)), shared_missing);
  F ordered = shared;
  if (chain.n_strategic != 0)
    ordered = ordered + sum_slots<L>(n_sinks, state.stock, &Stock<L>::strategic_order_t);
  ordered = ordered + commercial_order;
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
  const int n_sinks = chain.stages[at].n_sinks;
  Slots<L, Sink<L>>& sinks = state.stage[at].sink;
  const float* reference = net.reals + chain.demand_t + step * n_sinks;
  const auto sums = draw_own_stocks<L>(net, chain, n_sinks, reference, sinks, state);
  update_scarcity<L>(chain, sums[gaps_outside], sums[needs_outside], state);
  if (chain.has_shared != 0)
    draw_shared<L>(net, chain, n_sinks, step, sums[asked_of_shared], sinks, state);
  refill_stocks<L>(net, chain, n_sinks, sums[commercial_orders], leftover, sinks, state);
}

RISK_END
