/// What nodes can produce: operating fractions, outages, projects, flooding. (Model, section 4.3.)
#pragma once

#include "kernels/model/chain_state.hpp"

RISK_BEGIN

inline constexpr float never = 1e30f;  ///< a start step that does not come
inline constexpr float shortest_ramp_steps = 1e-6f;

/// Mine closure and reopening: each class moves toward what its margin supports.
template <class L>
RISK_FN void update_operating(const NetworkView& net, const ChainSpec& chain,
                              ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F one = splat<F>(1.0f);
  for (int k = 0; k < chain.n_op_classes; ++k) {
    const OpClassSpec& spec = net.op_classes[chain.op_classes + k];
    const F earned = spec.in_bloc != 0 ? state.bloc_earned : state.world_earned;
    const F margin = fma(earned, splat<F>(spec.inverse_cost), splat<F>(-chain.close_ratio));
    const F target = min(max(margin * splat<F>(chain.inverse_close_span), zero), one);
    const F before = state.operating[k];
    const F lowest = before - splat<F>(chain.close_step);
    const F highest = before + splat<F>(chain.open_step);
    state.operating[k] = min(max(target, lowest), highest);
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

template <class L>
RISK_FN void add_projects(const NetworkView& net, const ChainSpec& chain, int step,
                          ChainState<L>& state) {
  using F = typename L::F;
  const F now = splat<F>(static_cast<float>(step));
  for (int k = 0; k < chain.n_projects; ++k) {
    const ProjectSpec& spec = net.projects[chain.projects + k];
    const F since_start = now - state.project_start[k];
    const F ramped = since_start * state.project_inverse_ramp[k];
    const F part = spec.ramp_median_steps > 0.0f
                       ? min(max(ramped, splat<F>(0.0f)), splat<F>(1.0f))
                       : masked(ge(since_start, splat<F>(0.0f)), splat<F>(1.0f));
    F& extra = state.stage[spec.stage].extra_t[spec.node];
    extra = fma(splat<F>(spec.capacity_t), part, extra);
  }
}

/// Outages are known so many steps ahead: a bit each.
inline constexpr int outage_window_steps = 32;
inline constexpr float longest_wait_steps = 1048576.0f;

/// Steps of the four changes of a block: breaks down, recovers, breaks down, recovers. The first may
/// come at `from`, each other from the step after the one before it. An exponential wait's whole
/// part is geometric: a change comes in each step with the same probability, without a draw for
/// every step in which nothing happens.
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
RISK_FN void start_outages(const NetworkView& net, const StageSpec& spec,
                           const PathKeys<L>& paths, OutageState<L>& state) {
  using I = typename L::I;
  using U = typename L::U;
  for (int k = 0; k < spec.n_outages; ++k) {
    const OutageSpec& outage = net.outages[spec.outages + k];
    I changes[4];
    draw_changes<L>(outage, draw_words<L>(paths, outage.stream, 0u), splat<I>(0), changes);
    for (int c = 0; c < 4; ++c) state.changes[4 * k + c] = changes[c];
    state.block[k] = splat<U>(0u);
  }
}

/// Plays an outage through the window that starts at `first_step`: each change turns over the bits
/// from its step on, one before the window all of them. A block holds an even number of changes, so
/// blocks before the present one leave no trace.
template <class L>
RISK_FN void foresee_outage(const OutageSpec& outage, const PathKeys<L>& paths, int first_step,
                            int k, OutageState<L>& state) {
  using I = typename L::I;
  using U = typename L::U;
  const I first = splat<I>(first_step);
  const I end = splat<I>(first_step + outage_window_steps);
  const U none_down = splat<U>(0u);
  I changes[4];
  for (int c = 0; c < 4; ++c) changes[c] = state.changes[4 * k + c];
  U down = none_down;
  for (auto open = all_lanes<L>();;) {
    for (const I change : changes) {
      const auto counts = and_(open, lt(change, end));
      const U bit = as_word(max(select(counts, change, first) - first, splat<I>(0)));
      down = down ^ select(counts, shl(splat<U>(~0u), bit), none_down);
    }
    open = and_(open, lt(changes[3], end));
    if (none(open)) break;
    const U block = state.block[k] + splat<U>(1u);
    I next[4];
    draw_changes<L>(outage, draw_words<L>(paths, outage.stream, block), changes[3] + splat<I>(1),
                    next);
    for (int c = 0; c < 4; ++c) {
      changes[c] = select(open, next[c], changes[c]);
      state.changes[4 * k + c] = changes[c];
    }
    state.block[k] = select(open, block, state.block[k]);
  }
  state.down[k] = down;
}

template <class L>
RISK_FN void update_outages(const NetworkView& net, const StageSpec& spec,
                            const PathKeys<L>& paths, int step, StageState<L>& stage) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  const int bit = step % outage_window_steps;
  for (int k = 0; k < spec.n_outages; ++k) {
    const OutageSpec& outage = net.outages[spec.outages + k];
    if (bit == 0) foresee_outage<L>(outage, paths, step, k, stage.outage);
    const auto down = test_bit(stage.outage.down[k], bit);
    F& capacity = stage.capacity_t[outage.node];
    capacity = capacity * select(down, splat<F>(1.0f - outage.depth), one);
  }
}

/// While a flood lasts the flooder sells what its rivals have closed.
template <class L>
RISK_FN void add_flood(const NetworkView& net, const StageSpec& spec, int step,
                       const ChainState<L>& state, StageState<L>& stage) {
  using F = typename L::F;
  if (spec.flooder_node < 0) return;
  const float* full = net.reals + spec.capacity_t + step * spec.n_nodes;
  const std::int32_t* op_class = net.ints + spec.op_class;
  const F closed = sum_row<L>(spec.n_nodes, [&](int i) RISK_INLINE_BODY {
    const F idle = splat<F>(1.0f) - state.operating[op_class[i]];
    return i == spec.flooder_node ? splat<F>(0.0f) : splat<F>(full[i]) * idle;
  });
  F& extra = stage.extra_t[spec.flooder_node];
  extra = extra + state.flooding * closed;
}

/// Capacity, and output before the feed limit, of every node.
template <class L>
RISK_SECTION void update_production(const NetworkView& net, const ChainSpec& chain,
                                    const PathKeys<L>& paths, int step, ChainState<L>& state) {
  using F = typename L::F;
  update_operating<L>(net, chain, state);
  decide_projects<L>(net, chain, paths, step, state);
  const bool flooded = chain.flooder != 0 && any(gt(state.flooding, splat<F>(0.5f)));
  for (int s = 0; s < chain.n_stages; ++s) {
    const StageSpec& spec = chain.stages[s];
    StageState<L>& stage = state.stage[s];
    const float* full = net.reals + spec.capacity_t + step * spec.n_nodes;
    const std::int32_t* op_class = net.ints + spec.op_class;
    each(spec.n_nodes, [&](int i) {
      stage.capacity_t[i] = splat<F>(full[i]) * state.operating[op_class[i]];
      stage.extra_t[i] = splat<F>(0.0f);
    });
    update_outages<L>(net, spec, paths, step, stage);
    if (flooded) add_flood<L>(net, spec, step, state, stage);
  }
  add_projects<L>(net, chain, step, state);
  for (int s = 0; s < chain.n_stages; ++s) {
    const StageSpec& spec = chain.stages[s];
    StageState<L>& stage = state.stage[s];
    const float* rate = net.reals + spec.output_rate;
    each(spec.n_nodes, [&](int i) {
      stage.output_t[i] = fma(stage.capacity_t[i], splat<F>(rate[i]), stage.extra_t[i]);
    });
  }
}

RISK_END
