/// What nodes can produce: operating fractions, outages, projects, flooding. (Model, section 4.3.)
#pragma once

#include "kernels/model/chain_state.hpp"

RISK_BEGIN

inline constexpr float never = 1e30f;  ///< a start step that does not come
inline constexpr float shortest_ramp_steps = 1e-6f;

/// Mine closure and reopening: the operating fraction moves toward what the margin supports.
template <class L>
RISK_FN typename L::F move_operating(const ChainSpec& chain, const OpClassSpec& spec,
                                     typename L::F before, const ChainState<L>& state) {
  using F = typename L::F;
  const F earned = spec.in_bloc != 0 ? state.bloc_earned : state.world_earned;
  const F margin = fma(earned, splat<F>(spec.inverse_cost), splat<F>(-chain.close_ratio));
  const F supported = margin * splat<F>(chain.inverse_close_span);
  const F target = min(max(supported, splat<F>(0.0f)), splat<F>(1.0f));
  const F lowest = before - splat<F>(chain.close_step);
  const F highest = before + splat<F>(chain.open_step);
  return min(max(target, lowest), highest);
}

/// Nodes of a class share one fraction; where every slot keeps its own they come to the same.
template <class L>
RISK_FN void update_operating(const NetworkView& net, const ChainSpec& chain,
                              ChainState<L>& state) {
  const OpClassSpec* specs = net.op_classes + chain.op_classes;
  if constexpr (slots_in_registers<L>) {
    each_stage<L>(chain, [&](int s) {
      const std::int32_t* op_class = net.ints + chain.stages[s].op_class;
      each<L>(chain.stages[s].n_nodes, [&](auto i) {
        auto& operating = state.stage[s].running[i].operating;
        operating = move_operating<L>(chain, specs[op_class[i]], operating, state);
      });
    });
  } else {
    for (int k = 0; k < chain.n_op_classes; ++k) {
      state.operating[k] = move_operating<L>(chain, specs[k], state.operating[k], state);
    }
  }
}

template <class L, class Slot>
RISK_FN typename L::F operating_of(const std::int32_t* op_class, int s, Slot i,
                                   const ChainState<L>& state) {
  if constexpr (slots_in_registers<L>) {
    return state.stage[s].running[i].operating;
  } else {
    return state.operating[op_class[i]];
  }
}

/// Takes up projects whose decision falls on this step.
template <class L>
RISK_FN void decide_projects(const NetworkView& net, const ChainSpec& chain,
                             const PathKeys<L>& paths, int step, ChainState<L>& state) {
  using F = typename L::F;
  using U = typename L::U;
  for (int k = 0; k < chain.n_projects; ++k) {
    const ProjectSpec& spec = net.projects[chain.projects + k];
    const bool taken_before = spec.decision_step < 0;
    if (taken_before ? step != 0 : step != spec.decision_step) continue;
    const Words<L> words = draw_words<L>(paths, spec.stream, 0);
    const F earned = spec.in_bloc != 0 ? state.bloc_earned : state.world_earned;
    const auto pays =
        taken_before ? all_lanes<L>() : ge(earned, splat<F>(spec.incentive_price_ratio));
    const auto goes = and_(pays, happens(words.w[0], splat<U>(spec.success_threshold)));
    const F delay = splat<F>(spec.delay_median_steps) *
                    exp(splat<F>(spec.delay_log_sd) * normal_from_word<L>(words.w[1]));
    const F ramp = splat<F>(spec.ramp_median_steps) *
                   exp(splat<F>(spec.ramp_log_sd) * normal_from_word<L>(words.w[2]));
    state.project_start[k] = select(goes, splat<F>(spec.start_step) + delay, splat<F>(never));
    state.project_inverse_ramp[k] = splat<F>(1.0f) / max(ramp, splat<F>(shortest_ramp_steps));
  }
}

/// Part of a project's capacity that has ramped up by this step.
template <class L>
RISK_FN typename L::F ramped_part(const ProjectSpec& spec, int k, int step,
                                  const ChainState<L>& state) {
  using F = typename L::F;
  const F since_start = splat<F>(static_cast<float>(step)) - state.project_start[k];
  if (spec.ramp_median_steps <= 0.0f)
    return masked(ge(since_start, splat<F>(0.0f)), splat<F>(1.0f));
  const F ramped = since_start * state.project_inverse_ramp[k];
  return min(max(ramped, splat<F>(0.0f)), splat<F>(1.0f));
}

template <class L>
RISK_FN void add_projects(const NetworkView& net, const ChainSpec& chain, int s, int step,
                          ChainState<L>& state) {
  using F = typename L::F;
  for (int k = 0; k < chain.n_projects; ++k) {
    const ProjectSpec& spec = net.projects[chain.projects + k];
    if (spec.stage != s) continue;
    const F part = ramped_part<L>(spec, k, step, state);
    only_at<L>(spec.node, [&](auto i) {
      F& output = state.stage[s].node[i].output_t;
      output = fma(splat<F>(spec.capacity_t), part, output);
    });
  }
}

/// Outages are known so many steps ahead: a bit each.
inline constexpr int outage_window_steps = 32;
inline constexpr float longest_wait_steps = 1048576.0f;

/// Steps of the four changes of a block: breaks down, recovers, breaks down, recovers. The first
/// may come at `from`, each other from the step after the one before it. An exponential wait's
/// whole part is geometric: a change comes in each step with the same probability, without a draw
/// for every step in which nothing happens.
template <class L>
RISK_FN void draw_changes(const OutageSpec& outage, const Words<L>& words, typename L::I from,
                          typename L::I (&changes)[4]) {
  using F = typename L::F;
  using I = typename L::I;
  for (int k = 0; k < 4; ++k) {
    const F mean = splat<F>(k % 2 == 0 ? outage.up_steps : outage.down_steps);
    const F wait = exponential_from_word<L>(words.w[k], mean);
    changes[k] = from + truncate(min(wait, splat<F>(longest_wait_steps)));
    from = changes[k] + splat<I>(1);
  }
}

template <class L>
RISK_FN void start_outage(const OutageSpec& spec, const PathKeys<L>& paths, Running<L>& node) {
  using I = typename L::I;
  using U = typename L::U;
  draw_changes<L>(spec, draw_words<L>(paths, spec.stream, 0u), splat<I>(0), node.changes);
  node.block = splat<U>(0u);
}

/// Plays outages through the window that starts at `first_step`; returns a bit per step of it, set
/// while down. Each change turns over the bits from its step on, one before the window all of them.
/// A block holds an even number of changes, so blocks before the present one leave no trace.
template <class L>
RISK_FN typename L::U foresee_outage(const OutageSpec& spec, const PathKeys<L>& paths,
                                     int first_step, Running<L>& node) {
  using I = typename L::I;
  using U = typename L::U;
  const I first = splat<I>(first_step);
  const I end = splat<I>(first_step + outage_window_steps);
  const U none_down = splat<U>(0u);
  U down = none_down;
  for (auto open = all_lanes<L>();;) {
    for (const I change : node.changes) {
      const auto counts = and_(open, lt(change, end));
      const U bit = as_word(max(select(counts, change, first) - first, splat<I>(0)));
      down = down ^ select(counts, shl(splat<U>(~0u), bit), none_down);
    }
    const I last = node.changes[3];
    open = and_(open, lt(last, end));
    if (none(open)) break;
    const U block = node.block + splat<U>(1u);
    I next[4];
    draw_changes<L>(spec, draw_words<L>(paths, spec.stream, block), last + splat<I>(1), next);
    for (int c = 0; c < 4; ++c) node.changes[c] = select(open, next[c], node.changes[c]);
    node.block = select(open, block, node.block);
  }
  return down;
}

/// While a flood lasts the flooder sells what its rivals have closed.
template <class L>
RISK_FN void add_flood(const NetworkView& net, const StageSpec& spec, int s, int step,
                       ChainState<L>& state) {
  using F = typename L::F;
  if (spec.flooder_node < 0) return;
  StageState<L>& stage = state.stage[s];
  const float* full = net.reals + spec.capacity_t + step * spec.n_nodes;
  const std::int32_t* op_class = net.ints + spec.op_class;
  each<L>(spec.n_nodes, [&](auto i) {
    const F idle = splat<F>(1.0f) - operating_of<L>(op_class, s, i, state);
    stage.node[i].part = i == spec.flooder_node ? splat<F>(0.0f) : splat<F>(full[i]) * idle;
  });
  const F closed = sum_slots<L>(spec.n_nodes, stage.node, &Node<L>::part);
  only_at<L>(spec.flooder_node, [&](auto i) {
    stage.node[i].output_t = stage.node[i].output_t + state.flooding * closed;
  });
}

/// Capacity and, of the node's own, output before the feed limit.
template <class L>
RISK_FN void produce(const NetworkView& net, const StageSpec& spec, int s, const PathKeys<L>& paths,
                     int step, ChainState<L>& state) {
  using F = typename L::F;
  StageState<L>& stage = state.stage[s];
  const float* full = net.reals + spec.capacity_t + step * spec.n_nodes;
  const NodeRates* rates = rates_of(net, spec);
  const std::int32_t* op_class = net.ints + spec.op_class;
  const OutageSpec* outages = net.outages + spec.outages;
  const int bit = step % outage_window_steps;
  if (bit == 0) {
    each<L>(spec.n_nodes, [&](auto i) {
      if (outages[i].happens != 0)
        stage.node[i].down = foresee_outage<L>(outages[i], paths, step, stage.running[i]);
    });
  }
  each<L>(spec.n_nodes, [&](auto i) {
    Node<L>& node = stage.node[i];
    const F open = splat<F>(full[i]) * operating_of<L>(op_class, s, i, state);
    const auto down = test_bit(node.down, bit);
    node.capacity_t = select(down, open * splat<F>(outages[i].left), open);
    node.output_t = node.capacity_t * splat<F>(rates[i].output_rate);
  });
}

/// Capacity, and output before the feed limit, of every node.
template <class L>
RISK_SECTION void update_production(const NetworkView& net, const ChainSpec& chain,
                                    const PathKeys<L>& paths, int step, ChainState<L>& state) {
  update_operating<L>(net, chain, state);
  decide_projects<L>(net, chain, paths, step, state);
  const bool flooded =
      chain.flooder != 0 && some_path<L>(gt(state.flooding, splat<typename L::F>(0.5f)));
  each_stage<L>(chain, [&](int s) {
    produce<L>(net, chain.stages[s], s, paths, step, state);
    if (flooded) add_flood<L>(net, chain.stages[s], s, step, state);
    add_projects<L>(net, chain, s, step, state);
  });
}

RISK_END
