/// One stage of a chain in one step: contracts, restrictions, and how the gaps are filled.
/// (Model, section 4.5.)
#pragma once

#include "kernels/model/chain_state.hpp"

RISK_BEGIN

/// In single precision a gap below this part of the need is none.
inline constexpr float smallest_gap_fraction = 1e-6f;

template <class F>
RISK_FN F real_gap(F gap, F need) {
  return masked(ge(gap, need * splat<F>(smallest_gap_fraction)), gap);
}

/// A pool below this part of what is wanted of it is empty: rounding leaves such rests.
inline constexpr float smallest_pool_fraction = 1e-6f;

/// A row of `class_weight`: a target group's, then the members', then everybody's.
RISK_FN const float* class_weights(const NetworkView& net, const StageSpec& spec, int row) {
  return net.reals + spec.class_weight + row * padded_sinks(spec.n_classes);
}

/// What a pass gives of the pool per weighted tonne of gap: nothing where nothing is wanted, or
/// next to nothing is there.
template <class L>
RISK_FN typename L::M shares_pool(typename L::F pool, typename L::F wanted) {
  using F = typename L::F;
  const auto some = gt(pool, wanted * splat<F>(smallest_pool_fraction));
  return and_(gt(wanted, splat<F>(0.0f)), some);
}
template <class L>
RISK_FN typename L::F pool_rate(typename L::M shares, typename L::F pool, typename L::F wanted) {
  using F = typename L::F;
  return masked(shares, pool / select(shares, wanted, splat<F>(1.0f)));
}

inline constexpr int fill_passes = 2;

/// Any number of classes.
template <class L>
RISK_FN typename L::F fill_classes(int n_classes, const float* weight, typename L::F pool,
                                   Slots<L, SinkClass<L>>& classes) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  for (int pass = 0; pass < fill_passes; ++pass) {
    each<L>(n_classes, [&](auto k) { classes[k].part_t = splat<F>(weight[k]) * classes[k].gap_t; });
    const F wanted = sum_slots<L>(n_classes, classes, &SinkClass<L>::part_t);
    const auto shares = shares_pool<L>(pool, wanted);
    if (!some_path<L>(shares)) return pool;
    const F rate = pool_rate<L>(shares, pool, wanted);
    each<L>(n_classes, [&](auto k) {
      const F served = min(rate * splat<F>(weight[k]), one);
      const F given_t = classes[k].gap_t * served;
      classes[k].part_t = given_t;
      classes[k].gap_t = classes[k].gap_t - given_t;
      classes[k].left = classes[k].left * (one - served);
    });
    pool = max(pool - sum_slots<L>(n_classes, classes, &SinkClass<L>::part_t), splat<F>(0.0f));
  }
  return pool;
}

/// Four to eight values, summed as `sum_values` does.
template <int n, class Value>
RISK_FN auto sum_few(Value value) {
  const auto with_fourth_next = [&](int k) RISK_INLINE_BODY {
    return k + 4 < n ? value(k) + value(k + 4) : value(k);
  };
  return (with_fourth_next(0) + with_fourth_next(2)) + (with_fourth_next(1) + with_fourth_next(3));
}

/// The first few classes of a stage that has no more than eight, which is most: the same, with all
/// gaps in registers. Only classes of several sinks need to know what is left of their gap.
template <int n, MemorySlots L>
RISK_FN typename L::F fill_few_classes(const NetworkView& net, const StageSpec& spec,
                                       const float* weight, typename L::F pool,
                                       Slots<L, SinkClass<L>>& classes) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  F gap_t[n], part_t[n];
  RISK_UNROLL
  for (int k = 0; k < n; ++k) gap_t[k] = classes[k].gap_t;
  const auto part = [&](int k) RISK_INLINE_BODY { return part_t[k]; };
  for (int pass = 0; pass < fill_passes; ++pass) {
    RISK_UNROLL
    for (int k = 0; k < n; ++k) part_t[k] = splat<F>(weight[k]) * gap_t[k];
    const F wanted = sum_few<n>(part);
    const auto shares = shares_pool<L>(pool, wanted);
    if (!some_path<L>(shares)) break;
    const F rate = pool_rate<L>(shares, pool, wanted);
    RISK_UNROLL
    for (int k = 0; k < n; ++k) {
      part_t[k] = gap_t[k] * min(rate * splat<F>(weight[k]), one);
      gap_t[k] = gap_t[k] - part_t[k];
    }
    const std::int32_t* several = net.ints + spec.classes_of_several;
    for (int at = 0; at < spec.n_classes_of_several; ++at) {
      const int k = several[at];
      classes[k].left = classes[k].left * (one - min(rate * splat<F>(weight[k]), one));
    }
    pool = max(pool - sum_few<n>(part), splat<F>(0.0f));
  }
  RISK_UNROLL
  for (int k = 0; k < n; ++k) classes[k].gap_t = gap_t[k];
  return pool;
}

/// Shares `pool` among the classes with a weight (a row of `class_weight`; all are among the first
/// `n_served`), pro rata by gap x purchasing weight, capped at the gap, in two passes. Lowers the
/// gaps and returns what is left. Skipping a pass is an exact no-op for every lane: nothing is
/// wanted, or nothing is there.
template <class L>
RISK_SECTION typename L::F fill(const NetworkView& net, const StageSpec& spec,
                                [[maybe_unused]] int n_served, const float* weight,
                                typename L::F pool, Slots<L, SinkClass<L>>& classes) {
  if constexpr (MemorySlots<L>) {
    switch (spec.n_classes <= 8 ? n_served : -1) {
      case 0:
        return pool;
      case 1:
      case 2:
      case 3:
      case 4:
        return fill_few_classes<4, L>(net, spec, weight, pool, classes);
      case 5:
        return fill_few_classes<5, L>(net, spec, weight, pool, classes);
      case 6:
        return fill_few_classes<6, L>(net, spec, weight, pool, classes);
      case 7:
        return fill_few_classes<7, L>(net, spec, weight, pool, classes);
      case 8:
        return fill_few_classes<8, L>(net, spec, weight, pool, classes);
      default:
        break;
    }
  }
  return fill_classes<L>(spec.n_classes, weight, pool, classes);
}

/// Sums the gaps of the sinks of each class.
template <class L>
RISK_FN void sum_classes(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  sum_groups<L>(spec.n_classes, net.ints + spec.class_first, net.ints + spec.class_sinks,
                spec.largest_class, stage.sink, &Sink<L>::gap_t, [&](auto k, F gap_t) {
                  stage.sink_class[k].gap_t = gap_t;
                  stage.sink_class[k].left = splat<F>(1.0f);
                });
}

/// Hands what is left of each class's gap back to its sinks, in proportion. A class of one sink has
/// its gap itself: what home was offered is not in `left`.
template <class L>
RISK_FN void spread_classes(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const std::int32_t* class_of_sink = net.ints + spec.class_of_sink;
  const std::int32_t* is_alone = net.ints + spec.is_alone;
  const auto left = permuted<L>(spec.n_sinks, stage.sink_class, &SinkClass<L>::left, class_of_sink);
  const auto gap = permuted<L>(spec.n_sinks, stage.sink_class, &SinkClass<L>::gap_t, class_of_sink);
  each<L>(spec.n_sinks, [&](auto j) {
    Sink<L>& sink = stage.sink[j];
    const F left_t = is_alone[j] != 0 ? gap[j] : sink.gap_t * left[j];
    sink.gap_t = real_gap(left_t, sink.need_t);
  });
}

/// Splits output into what contracts deliver (as a part of the base flow) and what is open.
template <class L>
RISK_FN void commit_output(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const float* utilisation = net.reals + spec.utilisation;
  const float* contract_rate = net.reals + spec.contract_rate;
  const float* open_fraction = net.reals + spec.open_fraction;
  each<L>(spec.n_nodes, [&](auto i) {
    Node<L>& node = stage.node[i];
    const F contracted = min(node.output_t, splat<F>(utilisation[i]) * node.capacity_t);
    node.part = contracted * splat<F>(contract_rate[i]);
    node.open_t = fma(contracted, splat<F>(open_fraction[i]), node.output_t - contracted);
  });
}

/// Takes from restricted nodes what their restriction withholds, contracted and open.
template <class L>
RISK_FN void withhold(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  const float* base_flow_t = net.reals + spec.base_flow_t;
  each_raised<L>(spec.n_nodes, stage.restricting, [&](auto i) {
    Strike<L>& strike = stage.strike[i];
    Node<L>& node = stage.node[i];
    const F b = strike.blocked;
    const auto restricted = gt(b, splat<F>(0.0f));
    const F open = node.open_t;
    const F still_open = select(restricted, open * ((one - b) * strike.target_fraction), open);
    const F target_flow_t = strike.target_fraction * splat<F>(base_flow_t[i]);
    strike.withheld_t = node.part * b * target_flow_t + (open - still_open);
    node.open_t = still_open;
  });
}

/// Contract deliveries of all nodes to neighbouring sinks, summed in node order. The sums stay in
/// registers while the nodes pass by. Targets of a restriction get the cut part of the base flow.
template <int n_tile, class L>
RISK_FN void deliver_to_tile(const NetworkView& net, const StageSpec& spec, StageState<L>& stage,
                             int first_sink) {
  using F = typename L::F;
  const float* flow = net.reals + spec.flow_t + first_sink;
  const int stride = padded_sinks(spec.n_sinks);
  F sum[n_tile];
  for (F& value : sum) value = splat<F>(0.0f);
  for (int i = 0; i < spec.n_nodes; ++i, flow += stride) {
    const F contract = stage.node[i].part;
    if (stage.restricting[i]) {
      const Strike<L>& strike = stage.strike[i];
      const F cut = contract * (splat<F>(1.0f) - strike.blocked);
      const auto targets = first_sink < 32 ? shr(strike.target_low, first_sink)
                                           : shr(strike.target_high, first_sink - 32);
      RISK_UNROLL
      for (int j = 0; j < n_tile; ++j) {
        const F part = select(test_bit(targets, j), cut, contract);
        sum[j] = fma(part, splat<F>(flow[j]), sum[j]);
      }
    } else {
      RISK_UNROLL
      for (int j = 0; j < n_tile; ++j) sum[j] = fma(contract, splat<F>(flow[j]), sum[j]);
    }
  }
  RISK_UNROLL
  for (int j = 0; j < n_tile; ++j) stage.sink[first_sink + j].part_t = sum[j];
}

/// The same where every lane of the mapping is a sink and holds its own sum.
template <class L>
RISK_FN void deliver_to_lanes(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const float* flow = net.reals + spec.flow_t;
  const int stride = padded_sinks(spec.n_sinks);
  const auto restricting = raised_slots<L>(spec.n_nodes, stage.restricting);
  each<L>(spec.n_sinks, [&](auto j) { stage.sink[j].part_t = splat<F>(0.0f); });
  for (int i = 0; i < spec.n_nodes; ++i, flow += stride) {
    const F contract = value_at<L>(stage.node, &Node<L>::part, i);
    if (!restricting.some.holds(i)) {
      each<L>(spec.n_sinks, [&](auto j) {
        stage.sink[j].part_t = fma(contract, splat<F>(flow[j]), stage.sink[j].part_t);
      });
      continue;
    }
    const F blocked = value_at<L>(stage.strike, &Strike<L>::blocked, i);
    const F cut = contract * (splat<F>(1.0f) - blocked);
    const SlotSet<L> targets{value_at<L>(stage.strike, &Strike<L>::target_low, i),
                             value_at<L>(stage.strike, &Strike<L>::target_high, i)};
    each<L>(spec.n_sinks, [&](auto j) {
      const bool is_cut = restricting.mine.holds(i) && targets.holds(j);
      const F part = select(is_cut, cut, contract);
      stage.sink[j].part_t = fma(part, splat<F>(flow[j]), stage.sink[j].part_t);
    });
  }
}

template <class L>
RISK_FN void deliver(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  if constexpr (slots_in_registers<L>) {
    deliver_to_lanes<L>(net, spec, stage);
  } else {
    constexpr int widest = L::n == 16 && RISK_HAS_AVX512 ? 16 : 8;  // as registers allow
    const int padded = padded_sinks(spec.n_sinks);
    int j = 0;
    for (; j + widest <= padded; j += widest) deliver_to_tile<widest, L>(net, spec, stage, j);
    if (j < padded) deliver_to_tile<8, L>(net, spec, stage, j);
  }
}

/// Leaves what contracts do not cover as gaps and returns the surplus.
template <class L>
RISK_FN typename L::F deliver_contracts(const NetworkView& net, const StageSpec& spec,
                                        StageState<L>& stage) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  deliver<L>(net, spec, stage);
  each<L>(spec.n_sinks, [&](auto j) {
    Sink<L>& sink = stage.sink[j];
    const F missing = sink.need_t - sink.part_t;
    sink.gap_t = real_gap(missing, sink.need_t);  // nothing, where there is a surplus
    sink.part_t = max(zero - missing, zero);
  });
  return sum_slots<L>(spec.n_sinks, stage.sink, &Sink<L>::part_t);
}

/// Withheld volumes go to their own country first, all of them, ..
template <class L>
RISK_FN void offer_withheld_at_home(const NetworkView& net, const StageSpec& spec,
                                    StageState<L>& stage) {
  using F = typename L::F;
  const std::int32_t* home_class = net.ints + spec.home_class;
  if constexpr (MemorySlots<L>) {
    each_raised<L>(spec.n_nodes, stage.restricting, [&](auto i) {
      if (home_class[i] < 0) return;
      F& gap_t = stage.sink_class[home_class[i]].gap_t;
      F& withheld_t = stage.strike[i].withheld_t;
      const F given = min(withheld_t, gap_t);
      withheld_t = withheld_t - given;
      gap_t = gap_t - given;
    });
  } else {
    const auto gap = permuted<L>(spec.n_nodes, stage.sink_class, &SinkClass<L>::gap_t, home_class);
    each<L>(spec.n_nodes, [&](auto i) { stage.node[i].part = splat<F>(0.0f); });
    each_raised<L>(spec.n_nodes, stage.restricting, [&](auto i) {
      if (home_class[i] < 0) return;
      Strike<L>& strike = stage.strike[i];
      stage.node[i].part = min(strike.withheld_t, gap[i]);
      strike.withheld_t = strike.withheld_t - stage.node[i].part;
    });
    const std::int32_t* home_node = net.ints + spec.home_node;
    const auto given = permuted<L>(spec.n_classes, stage.node, &Node<L>::part, home_node);
    each<L>(spec.n_classes, [&](auto k) {
      if (home_node[k] < 0) return;
      stage.sink_class[k].gap_t = stage.sink_class[k].gap_t - given[k];
    });
  }
}

/// Target groups, a bit each, that something is withheld from in some lane.
template <class L>
RISK_FN std::uint32_t groups_aimed_at(const StageSpec& spec, const StageState<L>& stage) {
  using F = typename L::F;
  using U = typename L::U;
  U groups = splat<U>(0u);
  each_raised<L>(spec.n_nodes, stage.restricting, [&](auto i) {
    const Strike<L>& strike = stage.strike[i];
    const U group = shl(splat<U>(1u), as_word(strike.group));
    groups = groups | masked(gt(strike.withheld_t, splat<F>(0.0f)), group);
  });
  return bits_of_some(union_of_lanes<L>(groups));
}

/// .. then, group by group, to sinks outside the target group. The rest is unsold. Nodes without a
/// restriction have no part in it.
template <class L>
RISK_FN void offer_withheld_abroad(const NetworkView& net, const StageSpec& spec,
                                   StageState<L>& stage) {
  using F = typename L::F;
  using I = typename L::I;
  const std::uint32_t aimed_at = groups_aimed_at<L>(spec, stage);
  for (int g = 0; g < net.n_groups; ++g) {
    if (net.ints[spec.serves_outside + g] == 0) continue;
    if (!some_slot<L>(((aimed_at >> g) & 1u) != 0)) continue;
    const F pool =
        sum_raised<L>(spec.n_nodes, stage.restricting, stage.node, &Node<L>::part, [&](auto i) {
          const Strike<L>& strike = stage.strike[i];
          return masked(eq(strike.group, splat<I>(g)), strike.withheld_t);
        });
    fill<L>(net, spec, spec.n_classes, class_weights(net, spec, g), pool, stage.sink_class);
  }
}

/// The alternative rule: the pool serves the named countries one after the other.
template <class L>
RISK_FN typename L::F serve_by_priority(const NetworkView& net, const StageSpec& spec,
                                        typename L::F pool, StageState<L>& stage) {
  using F = typename L::F;
  const std::int32_t* order = net.ints + spec.priority_classes;
  for (int at = 0; at < spec.n_priority; ++at) {
    const F gap = value_at<L>(stage.sink_class, &SinkClass<L>::gap_t, order[at]);
    const F given = min(pool, gap);
    only_at<L>(order[at], [&](auto k) { stage.sink_class[k].gap_t = gap - given; });
    pool = pool - given;
  }
  return pool;
}

/// Members' open tonnes to members first where the bloc pools, then all that is open to all.
/// Returns the leftover.
template <class L>
RISK_FN typename L::F fill_from_open_pool(const NetworkView& net, const ChainSpec& chain,
                                          const StageSpec& spec, StageState<L>& stage,
                                          typename L::F surplus) {
  using F = typename L::F;
  const auto open_t = [&](Offset whose) {
    return sum_weighted<L>(spec.n_nodes, stage.node, &Node<L>::open_t, net.reals + whose);
  };
  F pool = surplus + open_t(spec.unpooled);
  if (chain.pooling != 0) {
    const F pooled = open_t(spec.pooled);
    pool = pool + fill<L>(net, spec, spec.n_member_classes, class_weights(net, spec, net.n_groups),
                          pooled, stage.sink_class);
  }
  if (net.priority_rule != 0) pool = serve_by_priority<L>(net, spec, pool, stage);
  return fill<L>(net, spec, spec.n_classes, class_weights(net, spec, net.n_groups + 1), pool,
                 stage.sink_class);
}

/// Next-stage nodes draw on their feed stocks; the leftover refills them. `buyers` are the stage's
/// sinks, slot by slot the next stage's nodes.
template <class L>
RISK_FN void use_feed_stocks(const NetworkView& net, const ChainSpec& chain,
                             const StageSpec& next_spec, Slots<L, Sink<L>>& buyers,
                             Slots<L, Node<L>>& nodes, typename L::F leftover) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const float* opening = net.reals + next_spec.feed_stock_t;
  const F refill = splat<F>(chain.stock_refill_step);
  each<L>(next_spec.n_nodes, [&](auto j) {
    Sink<L>& buyer = buyers[j];
    const F drawn = min(buyer.gap_t, nodes[j].feed_stock_t);
    nodes[j].feed_stock_t = nodes[j].feed_stock_t - drawn;
    buyer.gap_t = real_gap(buyer.gap_t - drawn, buyer.need_t);
    buyer.part_t = (splat<F>(opening[j]) - nodes[j].feed_stock_t) * refill;
  });
  const F ordered = sum_slots<L>(next_spec.n_nodes, buyers, &Sink<L>::part_t);
  const auto buys = and_(gt(ordered, zero), gt(leftover, zero));
  if (none(buys)) return;
  const F rate =
      masked(buys, min(leftover / select(buys, ordered, splat<F>(1.0f)), splat<F>(1.0f)));
  each<L>(next_spec.n_nodes, [&](auto j) {
    nodes[j].feed_stock_t = fma(buyers[j].part_t, rate, nodes[j].feed_stock_t);
  });
}

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
  return masked(misses, gap / select(misses, max(buyer.need_t, gap), splat<F>(1.0f)));
}

/// Limits the next stage's output to the feed received; the secondary part is always there. Where
/// nobody misses anything the factors stay 1.
template <class L>
RISK_FN void limit_by_feed(const NetworkView& net, const StageSpec& next_spec,
                           const Slots<L, Sink<L>>& buyers, Slots<L, Node<L>>& nodes) {
  using F = typename L::F;
  const float* secondary = net.reals + next_spec.secondary;
  each<L>(next_spec.n_nodes, [&](auto j) {
    if (none(gt(buyers[j].gap_t, splat<F>(0.0f)))) return;
    const F missing = missing_feed<L>(buyers[j]);
    nodes[j].output_t =
        nodes[j].output_t * fma(splat<F>(secondary[j] - 1.0f), missing, splat<F>(1.0f));
  });
}

/// Allocates stage `s`; the gaps of its sinks stay with them. Returns the leftover.
template <class L>
RISK_SECTION typename L::F allocate_stage(const NetworkView& net, const ChainSpec& chain, int s,
                                          ChainState<L>& state) {
  using F = typename L::F;
  const StageSpec& spec = chain.stages[s];
  StageState<L>& stage = state.stage[s];
  commit_output<L>(net, spec, stage);
  withhold<L>(net, spec, stage);
  const F surplus = deliver_contracts<L>(net, spec, stage);
  sum_classes<L>(net, spec, stage);
  if (some_raised<L>(spec.n_nodes, stage.restricting)) {
    offer_withheld_at_home<L>(net, spec, stage);
    offer_withheld_abroad<L>(net, spec, stage);
  }
  const F leftover = fill_from_open_pool<L>(net, chain, spec, stage, surplus);
  spread_classes<L>(net, spec, stage);
  return leftover;
}

RISK_END
