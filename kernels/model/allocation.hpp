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

/// Shares `pool` among the classes with a weight (a row of `class_weight`), pro rata by gap x
/// purchasing weight, capped at the gap, in two passes. Lowers the gaps and returns what is left.
/// Skipping a pass is an exact no-op for every lane: nothing is wanted, or nothing is there.
template <class L>
RISK_FN typename L::F fill(int n_classes, const float* weight, typename L::F pool,
                           ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F one = splat<F>(1.0f);
  for (int pass = 0; pass < 2; ++pass) {
    F wanted = zero;
    for (int k = 0; k < n_classes; ++k)
      wanted = fma(splat<F>(weight[k]), state.class_gap_t[k], wanted);
    const auto shares = gt(pool, wanted * splat<F>(smallest_pool_fraction));
    const auto wants = and_(gt(wanted, zero), shares);
    if (none(wants)) return pool;
    const F rate = masked(wants, pool / select(wants, wanted, one));
    F given = zero;
    each(n_classes, [&](int k) {
      const F gap = state.class_gap_t[k];
      const F left = one - min(rate * splat<F>(weight[k]), one);
      const F left_t = gap * left;
      given = given + (gap - left_t);
      state.class_gap_t[k] = left_t;
      state.class_left[k] = state.class_left[k] * left;
    });
    pool = max(pool - given, zero);
  }
  return pool;
}

/// Sums the gaps of the sinks of each class.
template <class L>
RISK_FN void sum_classes(const NetworkView& net, const StageSpec& spec, ChainState<L>& state) {
  using F = typename L::F;
  const std::int32_t* first = net.ints + spec.class_first;
  const std::int32_t* sinks = net.ints + spec.class_sinks;
  for (int k = 0; k < spec.n_classes; ++k) {
    F sum = state.gap_t[sinks[first[k]]];
    for (int at = first[k] + 1; at < first[k + 1]; ++at) sum = sum + state.gap_t[sinks[at]];
    state.class_gap_t[k] = sum;
    state.class_left[k] = splat<F>(1.0f);
  }
}

/// Hands what is left of each class's gap back to its sinks, in proportion.
template <class L>
RISK_FN void spread_classes(const NetworkView& net, const StageSpec& spec, Row<typename L::F> need,
                            ChainState<L>& state) {
  using F = typename L::F;
  const std::int32_t* first = net.ints + spec.class_first;
  const std::int32_t* sinks = net.ints + spec.class_sinks;
  for (int k = 0; k < spec.n_classes; ++k) {
    if (first[k + 1] - first[k] == 1) {
      const int j = sinks[first[k]];
      state.gap_t[j] = real_gap(state.class_gap_t[k], need[j]);
      continue;
    }
    const F left = state.class_left[k];
    for (int at = first[k]; at < first[k + 1]; ++at) {
      const int j = sinks[at];
      state.gap_t[j] = real_gap(state.gap_t[j] * left, need[j]);
    }
  }
}

/// Splits output into what contracts deliver (as a part of the base flow) and what is open.
template <class L>
RISK_FN void commit_output(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const float* utilisation = net.reals + spec.utilisation;
  const float* contract_rate = net.reals + spec.contract_rate;
  const float* open_fraction = net.reals + spec.open_fraction;
  each(spec.n_nodes, [&](int i) {
    const F output = stage.output_t[i];
    const F contracted = min(output, splat<F>(utilisation[i]) * stage.capacity_t[i]);
    stage.contract[i] = contracted * splat<F>(contract_rate[i]);
    stage.open_t[i] = fma(contracted, splat<F>(open_fraction[i]), output - contracted);
  });
}

/// Takes from restricted nodes what their restriction withholds, contracted and open.
template <class L>
RISK_FN void withhold(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  StrikeState<L>& strike = stage.strike;
  for (int k = 0; k < spec.n_strikes; ++k) {
    if (strike.restricting[k] == 0) {
      strike.withheld_t[k] = splat<F>(0.0f);
      continue;
    }
    const int i = net.strikes[spec.strikes + k].node;
    const F b = strike.blocked[k];
    const auto restricted = gt(b, splat<F>(0.0f));
    const F open = stage.open_t[i];
    const F still_open = select(restricted, open * ((one - b) * strike.target_fraction[k]), open);
    const F from_contracts = stage.contract[i] * b * strike.target_flow_t[k];
    strike.withheld_t[k] = from_contracts + (open - still_open);
    stage.open_t[i] = still_open;
  }
}

/// Contract deliveries of all nodes to eight neighbouring sinks, summed in node order. The sums
/// stay in registers while the nodes pass by.
template <class L>
RISK_FN void deliver_to_eight(const NetworkView& net, const StageSpec& spec,
                              const StageState<L>& stage, int first_sink,
                              Row<typename L::F> delivered) {
  using F = typename L::F;
  const StrikeState<L>& strike = stage.strike;
  const float* flow = net.reals + spec.flow_t + first_sink;
  const int stride = padded_sinks(spec.n_sinks);
  F sum[flow_padding];
  for (F& value : sum) value = splat<F>(0.0f);
  int k = 0;  // the next node that can be hit
  for (int i = 0; i < spec.n_nodes; ++i, flow += stride) {
    const F contract = stage.contract[i];
    const bool can_be_hit = k < spec.n_strikes && net.strikes[spec.strikes + k].node == i;
    if (can_be_hit && strike.restricting[k] != 0) {
      const F cut = contract * (splat<F>(1.0f) - strike.blocked[k]);
      const auto targets = first_sink < 32 ? shr(strike.target_low[k], first_sink)
                                           : shr(strike.target_high[k], first_sink - 32);
      for (int j = 0; j < flow_padding; ++j) {
        const F part = select(test_bit(targets, j), cut, contract);
        sum[j] = fma(part, splat<F>(flow[j]), sum[j]);
      }
    } else {
      for (int j = 0; j < flow_padding; ++j) sum[j] = fma(contract, splat<F>(flow[j]), sum[j]);
    }
    k += can_be_hit ? 1 : 0;
  }
  for (int j = 0; j < flow_padding; ++j) delivered[first_sink + j] = sum[j];
}

/// Leaves what contracts do not cover as gaps and returns the surplus.
template <class L>
RISK_FN typename L::F deliver_contracts(const NetworkView& net, const StageSpec& spec,
                                        const StageState<L>& stage, Row<typename L::F> need,
                                        ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  Row<F> delivered = state.given_t;
  for (int j = 0; j < spec.n_sinks; j += flow_padding)
    deliver_to_eight<L>(net, spec, stage, j, delivered);
  F surplus = zero;
  each(spec.n_sinks, [&](int j) {
    const F missing = need[j] - delivered[j];
    state.gap_t[j] = real_gap(max(missing, zero), need[j]);
    surplus = surplus + max(zero - missing, zero);
  });
  return surplus;
}

/// Withheld volumes go to their own country first, all of them, ..
template <class L>
RISK_FN void offer_withheld_at_home(const NetworkView& net, const StageSpec& spec,
                                    StageState<L>& stage, ChainState<L>& state) {
  using F = typename L::F;
  for (int k = 0; k < spec.n_strikes; ++k) {
    const int home = net.strikes[spec.strikes + k].home_class;
    if (home < 0 || stage.strike.restricting[k] == 0) continue;
    const F given = min(stage.strike.withheld_t[k], state.class_gap_t[home]);
    stage.strike.withheld_t[k] = stage.strike.withheld_t[k] - given;
    state.class_gap_t[home] = state.class_gap_t[home] - given;
  }
}

/// .. then, group by group, to sinks outside the target group. The rest is unsold.
template <class L>
RISK_FN void offer_withheld_abroad(const NetworkView& net, const StageSpec& spec,
                                   StageState<L>& stage, ChainState<L>& state) {
  using F = typename L::F;
  using I = typename L::I;
  const float* weight = net.reals + spec.class_weight;
  for (int g = 0; g < net.n_groups; ++g) {
    if (net.ints[spec.serves_outside + g] == 0) continue;
    F pool = splat<F>(0.0f);
    for (int k = 0; k < spec.n_strikes; ++k) {
      if (stage.strike.restricting[k] == 0) continue;
      pool = pool + masked(eq(stage.strike.group[k], splat<I>(g)), stage.strike.withheld_t[k]);
    }
    fill<L>(spec.n_classes, weight + g * spec.n_classes, pool, state);
  }
}

/// The alternative rule: the pool serves the named countries one after the other.
template <class L>
RISK_FN typename L::F serve_by_priority(const NetworkView& net, const StageSpec& spec,
                                        typename L::F pool, ChainState<L>& state) {
  using F = typename L::F;
  const std::int32_t* order = net.ints + spec.priority_classes;
  for (int k = 0; k < spec.n_priority; ++k) {
    const F given = min(pool, state.class_gap_t[order[k]]);
    state.class_gap_t[order[k]] = state.class_gap_t[order[k]] - given;
    pool = pool - given;
  }
  return pool;
}

/// Members' open tonnes to members first where the bloc pools, then all that is open to all.
/// Returns the leftover.
template <class L>
RISK_FN typename L::F fill_from_open_pool(const NetworkView& net, const ChainSpec& chain,
                                          const StageSpec& spec, const StageState<L>& stage,
                                          typename L::F surplus, ChainState<L>& state) {
  using F = typename L::F;
  const float* weight = net.reals + spec.class_weight;
  const UniformSlotSet member_nodes = uniform_set(net.ints + spec.member_nodes);
  F members = splat<F>(0.0f);
  F others = surplus;
  for (int i = 0; i < spec.n_nodes; ++i) {
    F& pool = member_nodes.holds(i) ? members : others;
    pool = pool + stage.open_t[i];
  }
  if (chain.pooling != 0) {
    members = fill<L>(spec.n_classes, weight + net.n_groups * spec.n_classes, members, state);
  }
  F pool = members + others;
  if (net.priority_rule != 0) pool = serve_by_priority<L>(net, spec, pool, state);
  return fill<L>(spec.n_classes, weight + (net.n_groups + 1) * spec.n_classes, pool, state);
}

/// Next-stage nodes draw on their feed stocks; the leftover refills them.
template <class L>
RISK_FN void use_feed_stocks(const NetworkView& net, const ChainSpec& chain,
                             const StageSpec& next_spec, StageState<L>& next,
                             typename L::F leftover, ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const float* opening = net.reals + next_spec.feed_stock_t;
  const F refill = splat<F>(chain.stock_refill_step);
  each(next_spec.n_nodes, [&](int j) {
    const F drawn = min(state.gap_t[j], next.feed_stock_t[j]);
    next.feed_stock_t[j] = next.feed_stock_t[j] - drawn;
    state.gap_t[j] = real_gap(state.gap_t[j] - drawn, state.need_t[j]);
    state.given_t[j] = (splat<F>(opening[j]) - next.feed_stock_t[j]) * refill;
  });
  const F ordered =
      sum_row<L>(next_spec.n_nodes, [&](int j) RISK_INLINE_BODY { return state.given_t[j]; });
  const auto buys = and_(gt(ordered, zero), gt(leftover, zero));
  if (none(buys)) return;
  const F rate =
      masked(buys, min(leftover / select(buys, ordered, splat<F>(1.0f)), splat<F>(1.0f)));
  each(next_spec.n_nodes,
       [&](int j) { next.feed_stock_t[j] = fma(state.given_t[j], rate, next.feed_stock_t[j]); });
}

/// What the next stage's nodes want of feed for their output before the feed limit.
template <class L>
RISK_FN void want_feed(const NetworkView& net, const StageSpec& next_spec,
                       const StageState<L>& next, ChainState<L>& state) {
  using F = typename L::F;
  const float* feed_per_output = net.reals + next_spec.feed_per_output;
  each(next_spec.n_nodes,
       [&](int j) { state.need_t[j] = next.output_t[j] * splat<F>(feed_per_output[j]); });
}

/// Limits the next stage's output to the feed received; the secondary part is always there. Where
/// nobody misses anything the factors stay 1.
template <class L>
RISK_FN void limit_by_feed(const NetworkView& net, const StageSpec& next_spec, StageState<L>& next,
                           const ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F one = splat<F>(1.0f);
  const float* secondary = net.reals + next_spec.secondary;
  for (int j = 0; j < next_spec.n_nodes; ++j) {
    const F need = state.need_t[j];
    const F gap = state.gap_t[j];
    next.feed_factor[j] = one;
    if (none(gt(gap, zero))) continue;
    const F missing = masked(gt(gap, zero), gap / max(need, gap));
    next.feed_factor[j] = fma(splat<F>(secondary[j] - 1.0f), missing, one);
    next.output_t[j] = next.output_t[j] * next.feed_factor[j];
  }
}

/// Allocates stage `s`; the gaps of its sinks stay in `state.gap_t`. Returns the leftover.
template <class L>
RISK_SECTION typename L::F allocate_stage(const NetworkView& net, const ChainSpec& chain, int s,
                                          Row<typename L::F> need, ChainState<L>& state) {
  using F = typename L::F;
  const StageSpec& spec = chain.stages[s];
  StageState<L>& stage = state.stage[s];
  commit_output<L>(net, spec, stage);
  withhold<L>(net, spec, stage);
  const F surplus = deliver_contracts<L>(net, spec, stage, need, state);
  sum_classes<L>(net, spec, state);
  offer_withheld_at_home<L>(net, spec, stage, state);
  offer_withheld_abroad<L>(net, spec, stage, state);
  const F leftover = fill_from_open_pool<L>(net, chain, spec, stage, surplus, state);
  spread_classes<L>(net, spec, need, state);
  return leftover;
}

RISK_END
