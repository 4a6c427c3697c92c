/// Feed stocks between stages, and what a lack of feed does to output. (Model, section 4.5.)
#pragma once

#include "kernels/model/gap.hpp"

RISK_BEGIN

/// What the next stage's nodes want of feed for their output before the feed limit.
template <class L>
RISK_FN void want_feed(const NetworkView& net, const StageSpec& next_spec,
                       const Slots<L, Node<L>>& nodes, Slots<L, Sink<L>>& buyers) {
  using F = typename L::F;
  const float* feed_per_output = net.reals + next_spec.feed_per_output;
  each<L>(next_spec.n_nodes,
          [&](auto j) { buyers[j].need_t = nodes[j].output_t * splat<F>(feed_per_output[j]); });
}

/// Part of the feed wanted that a buyer did not get.
template <class L>
RISK_FN typename L::F missing_feed(const Sink<L>& buyer) {
  using F = typename L::F;
  const F gap = buyer.gap_t;
  const auto misses = gt(gap, splat<F>(0.0f));
  return quotient(misses, gap, max(buyer.need_t, gap));
}

/// Limits a node's output to the feed received; the secondary part is always there. Where nobody
/// misses anything the factor is 1.
template <class L>
RISK_FN void limit_by_feed(float secondary, const Sink<L>& buyer, Node<L>& node) {
  using F = typename L::F;
  if (none(gt(buyer.gap_t, splat<F>(0.0f)))) return;
  const F missing = missing_feed<L>(buyer);
  node.output_t = node.output_t * fma(splat<F>(secondary - 1.0f), missing, splat<F>(1.0f));
}

/// Next-stage nodes draw on their feed stocks, and are limited to what they have; the leftover
/// refills the stocks. `buyers` are the stage's sinks, slot by slot the next stage's nodes.
template <class L>
RISK_FN void use_feed(const NetworkView& net, const ChainSpec& chain, const StageSpec& next_spec,
                      Slots<L, Sink<L>>& buyers, Slots<L, Node<L>>& nodes, typename L::F leftover) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const float* opening = net.reals + next_spec.feed_stock_t;
  const float* secondary = net.reals + next_spec.secondary;
  const F refill = splat<F>(chain.stock_refill_step);
  const F ordered = sum_each<L, 1>(next_spec.n_nodes, [&](auto j) RISK_INLINE_BODY {
    Sink<L>& buyer = buyers[j];
    Node<L>& node = nodes[j];
    const F drawn = min(buyer.gap_t, node.feed_stock_t);
    node.feed_stock_t = node.feed_stock_t - drawn;
    buyer.gap_t = real_gap(buyer.gap_t - drawn, buyer.need_t);
    limit_by_feed<L>(secondary[j], buyer, node);
    buyer.part_t = (splat<F>(opening[j]) - node.feed_stock_t) * refill;
    return Several<F, 1>{{buyer.part_t}};
  })[0];
  const auto buys = and_(gt(ordered, zero), gt(leftover, zero));
  if (none(buys)) return;
  const F rate = min(quotient(buys, leftover, ordered), splat<F>(1.0f));
  each<L>(next_spec.n_nodes, [&](auto j) {
    nodes[j].feed_stock_t = fma(buyers[j].part_t, rate, nodes[j].feed_stock_t);
  });
}

RISK_END
