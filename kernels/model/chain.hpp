/// Layer 2: one mineral chain of a group of paths. The order of a step, and nothing else; each
/// section of the model has its own header. (Model, section 4.)
#pragma once

#include "kernels/model/allocation.hpp"
#include "kernels/model/cell.hpp"
#include "kernels/model/demand.hpp"
#include "kernels/model/feed.hpp"
#include "kernels/model/price.hpp"
#include "kernels/model/production.hpp"
#include "kernels/model/restriction.hpp"
#include "kernels/model/stocks.hpp"

RISK_BEGIN

/// Sees every step without changing it. Observers of tests, timelines and replays have these calls;
/// one that has `report(step)` instead of the last two gets them there, see `report_of`.
template <class L>
struct NoObserver {
  using F = typename L::F;
  RISK_FN void begin_step(int, const ChainState<L>&) {}
  /// After stage `s` is allocated; needs and gaps in its sinks, stocks untouched.
  RISK_FN void stage(int /*step*/, int /*s*/, const ChainState<L>&, F /*leftover*/) {}
  RISK_FN void end_step(int, const ChainState<L>&) {}
  RISK_FN void cell(int /*step*/, int /*c*/, F /*unmet_fraction*/, F /*cover_days*/) {}
  RISK_FN void market(int, F /*price*/, F /*restricted_fraction*/) {}
};

template <class L>
RISK_FN void start_stage(const NetworkView& net, const StageSpec& spec, const PathKeys<L>& paths,
                         StageState<L>& stage) {
  using F = typename L::F;
  clear_slots<L>(spec.n_nodes, stage.node);
  clear_slots<L>(spec.n_sinks, stage.sink);
  clear_slots<L>(spec.n_classes, stage.sink_class);
  stage.in_force = stage.restricting = {};
  each<L>(spec.n_nodes, [&](auto i) {
    stage.running[i] = Running<L>{};
    stage.running[i].operating = splat<F>(1.0f);
    stage.node[i].feed_stock_t = splat<F>(net.reals[spec.feed_stock_t + i]);
  });
  const OutageSpec* outages = net.outages + spec.outages;
  each<L>(spec.n_nodes, [&](auto i) {
    if (outages[i].happens != 0) start_outage<L>(outages[i], paths, stage.running[i]);
  });
  each_strike<L>(net, spec, [&](auto i, const StrikeSpec&) {
    stage.strike[i] = Strike<L>{};
    stage.record[i] = StrikeRecord<L>{};
    stage.record[i].include_block = -1;
  });
}

template <class L>
RISK_FN void start_consumers(const NetworkView& net, const ChainSpec& chain, ChainState<L>& state) {
  using F = typename L::F;
  using I = typename L::I;
  const int n_sinks = chain.stages[last_stage<L>(chain)].n_sinks;
  clear_slots<L>(n_sinks, state.stock);
  clear_slots<L>(n_sinks, state.cell);
  clear_slots<L>(n_sinks, state.spells);
  each<L>(n_sinks, [&](auto j) {
    state.stock[j].commercial_t = splat<F>(net.reals[chain.commercial_start_t + j]);
    state.stock[j].strategic_t = splat<F>(net.reals[chain.strategic_start_t + j]);
    start_spells<L>(state.spells[j]);
    for (int k = 0; k < net.peak_window_steps; ++k) state.window.row(k)[j] = splat<I>(0);
  });
  state.shared_t = splat<F>(chain.shared_start_t);
}

template <class L>
RISK_SECTION void start_chain(const NetworkView& net, const ChainSpec& chain,
                              const PathKeys<L>& paths, ChainState<L>& state) {
  using F = typename L::F;
  using U = typename L::U;
  const F zero = splat<F>(0.0f);
  each_stage<L>(chain, [&](int s) { start_stage<L>(net, chain.stages[s], paths, state.stage[s]); });
  start_consumers<L>(net, chain, state);
  state.log_price = splat<F>(chain.log_initial_price);
  state.y = state.y_quiet = clamp_log_price(state.log_price);
  state.price = state.price_quiet = exp(state.y);
  state.world_earned = exp(state.log_price);
  state.bloc_earned = splat<F>(chain.bloc_earned_start);
  state.rivals_share = state.flooding = state.scarcity = state.substituted = zero;
  state.restricted_fraction = zero;
  state.restricting_homes = {splat<U>(0u), splat<U>(0u)};
  state.restricting_somewhere = 0;
  if constexpr (!slots_in_registers<L>) {
    for (int k = 0; k < chain.n_op_classes; ++k) state.operating[k] = splat<F>(1.0f);
  }
  for (int k = 0; k < chain.n_projects; ++k) {
    state.project_start[k] = splat<F>(never);
    state.project_inverse_ramp[k] = splat<F>(1.0f);
  }
}

/// Refills what is drawn four steps at a time; `step` is a multiple of four.
template <class L>
RISK_SECTION void refill_chain_words(const ChainSpec& chain, const PathKeys<L>& paths, int step,
                                     ChainState<L>& state) {
  const std::uint32_t block = block_of_step(step);
  if (chain.jump_threshold != 0)
    store_words<L>(state.jump_words, draw_words<L>(paths, chain.jump_stream, block));
  if (chain.flooder != 0)
    store_words<L>(state.flood_words, draw_words<L>(paths, chain.flood_stream, block));
}

/// Part of last-stage output that is not the flooder's, sold or not, for the next step's
/// temptation.
template <class L>
RISK_FN void note_rivals_share(const ChainSpec& chain, ChainState<L>& state) {
  using F = typename L::F;
  if (chain.flooder == 0) return;
  const int last = last_stage<L>(chain);
  const StageSpec& spec = chain.stages[last];
  Slots<L, Node<L>>& nodes = state.stage[last].node;
  const F zero = splat<F>(0.0f);
  const F all = sum_slots<L>(spec.n_nodes, nodes, &Node<L>::output_t);
  F rivals = all;
  if (spec.flooder_node >= 0) {
    only_at<L>(spec.flooder_node, [&](auto i) {
      nodes[i].part = nodes[i].output_t;
      nodes[i].output_t = zero;
    });
    rivals = sum_slots<L>(spec.n_nodes, nodes, &Node<L>::output_t);
    only_at<L>(spec.flooder_node, [&](auto i) { nodes[i].output_t = nodes[i].part; });
  }
  const auto some = gt(all, zero);
  state.rivals_share = quotient(some, rivals, all);
}

/// Stages first to last; then the stocks of final consumers.
template <class L, class Observer>
RISK_FN void move_goods(const NetworkView& net, const ChainSpec& chain, int step,
                        ChainState<L>& state, Observer& observer) {
  using F = typename L::F;
  const int last = last_stage<L>(chain);
  each_stage<L>(chain, [&](int s) {
    if (s == last) return;
    const StageSpec& next = chain.stages[s + 1];
    Slots<L, Sink<L>>& buyers = state.stage[s].sink;
    Slots<L, Node<L>>& nodes = state.stage[s + 1].node;
    want_feed<L>(net, next, nodes, buyers);
    const F leftover = allocate_stage<L>(net, chain, s, state);
    observer.stage(step, s, state, leftover);
    use_feed<L>(net, chain, next, buyers, nodes, leftover);
  });
  note_rivals_share<L>(chain, state);
  const F leftover = allocate_stage<L>(net, chain, last, state);
  observer.stage(step, last, state, leftover);
  use_stocks<L>(net, chain, step, leftover, state);
}

/// Long enough for a line from the outermost cache.
inline constexpr int steps_fetched_ahead = 4;

/// What begins a step: how demand responds to the step before, and the price.
template <class L>
RISK_SECTION void open_market(const NetworkView& net, const ChainSpec& chain, int mineral,
                              const PathKeys<L>& paths, const World<L>& world, int step,
                              ChainState<L>& state) {
  if (word_of_step(step) == 0) refill_chain_words<L>(chain, paths, step, state);
  fetch_world<L>(net, mineral, step + steps_fetched_ahead, world);
  update_responses<L>(chain, state);
  update_price<L>(net, chain, mineral, paths, world, step, state);
}

/// Does the next step's market open before a step is remembered, which has no part in it? A long
/// chain of operations, each waiting for the one before, then has something to hide behind. A
/// device hides it behind other paths, and has no registers for it.
template <class L>
inline constexpr bool opens_ahead = !slots_in_registers<L>;

/// One step, in the order of the law. Demand looks only at the previous step, so it comes first.
template <class L, class Observer>
RISK_FN void run_step(const NetworkView& net, const ChainSpec& chain, int mineral,
                      const PathKeys<L>& paths, const World<L>& world, int step,
                      ChainState<L>& state, const ChainResult<L>& result, Observer& observer) {
  if constexpr (!opens_ahead<L>) open_market<L>(net, chain, mineral, paths, world, step, state);
  observer.begin_step(step, state);
  update_demand<L>(net, chain, step, state);
  update_earnings<L>(chain, step, state);
  update_production<L>(net, chain, paths, step, state);
  update_restrictions<L>(net, chain, mineral, paths, world.events, step, state);
  move_goods<L>(net, chain, step, state, observer);
  observer.end_step(step, state);
  const StepPrices<L> prices = prices_of_step<L>(chain, step, state);
  if constexpr (opens_ahead<L>) {
    if (step + 1 < net.n_steps) open_market<L>(net, chain, mineral, paths, world, step + 1, state);
  }
  remember_step<L>(net, chain, step, prices, state, result, observer);
}

/// Runs one mineral over all steps. `chain` is its entry in the network, or a copy that lies
/// nearer; `state` is laid out by `take_chain`; results go to `result`.
template <class L, class Observer>
RISK_FN void run_chain(const NetworkView& net, const ChainSpec& chain, int mineral,
                       const PathKeys<L>& paths, const World<L>& world, ChainState<L>& state,
                       const ChainResult<L>& result, Observer& observer) {
  start_chain<L>(net, chain, paths, state);
  if constexpr (opens_ahead<L>) open_market<L>(net, chain, mineral, paths, world, 0, state);
  for (int step = 0; step < net.n_steps; ++step) {
    run_step<L>(net, chain, mineral, paths, world, step, state, result, observer);
  }
  each_cell<L>(net, chain, [&](auto j, int c) {
    finish_cell<L>(net, chain, j, c, state.cell[j], state.spells[j], result);
  });
}

template <class L, class Observer>
RISK_FN void run_chain(const NetworkView& net, int mineral, const PathKeys<L>& paths,
                       const World<L>& world, ChainState<L>& state, const ChainResult<L>& result,
                       Observer& observer) {
  run_chain<L>(net, net.chains[mineral], mineral, paths, world, state, result, observer);
}

RISK_END
