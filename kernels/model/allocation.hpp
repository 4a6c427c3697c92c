/// One stage of a chain in one step: contracts, restrictions, and how the gaps are filled.
/// (Model, section 4.5.)
#pragma once

#include "kernels/model/contracts.hpp"
#include "kernels/model/fill.hpp"

RISK_BEGIN

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

/// Allocates stage `s`; the gaps of its sinks stay with them. Returns the leftover.
template <class L>
RISK_SECTION typename L::F allocate_stage(const NetworkView& net, const ChainSpec& chain, int s,
                                          ChainState<L>& state) {
  using F = typename L::F;
  const StageSpec& spec = chain.stages[s];
  StageState<L>& stage = state.stage[s];
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
