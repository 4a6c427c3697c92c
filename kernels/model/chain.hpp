/// Layer 2: one mineral chain of a group of paths. The order of a step, and nothing else; each
/// section of the model has its own header. (Model, section 4.)
#pragma once

#include "kernels/model/allocation.hpp"
#include "kernels/model/cell.hpp"
#include "kernels/model/demand.hpp"
#include "kernels/model/price.hpp"
#include "kernels/model/production.hpp"
#include "kernels/model/restriction.hpp"
#include "kernels/model/stocks.hpp"

RISK_BEGIN

/// Sees every step without changing it. Observers of tests, timelines and replays have these calls.
template <class L>
struct NoObserver {
  using F = typename L::F;
  RISK_FN void begin_step(int, const ChainState<L>&) {}
  RISK_FN void stage(int, int, const ChainState<L>&, Row<F>, F) {}
  RISK_FN void end_step(int, const ChainState<L>&) {}
  RISK_FN void cell(int, int, F, F) {}
  RISK_FN void market(int, F, F) {}
};

template <class L>
RISK_FN void start_strikes(int n, StrikeState<L>& strike) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  const F zero = splat<F>(0.0f);
  const I none_yet = splat<I>(0);
  for (int k = 0; k < n; ++k) {
    strike.severity[k] = strike.settled_severity[k] = zero;
    strike.settling_factor[k] = strike.leaked[k] = zero;
    strike.instrument[k] = strike.group[k] = strike.end_step[k] = none_yet;
    strike.under_instrument[k] = strike.under_group[k] = strike.under_end_step[k] = none_yet;
    strike.target_low[k] = strike.target_high[k] = splat<U>(0u);
    strike.target_flow_t[k] = strike.target_fraction[k] = zero;
    strike.blocked[k] = strike.withheld_t[k] = zero;
    strike.include_block[k] = -1;
    strike.in_force[k] = strike.restricting[k] = 0;
  }
}

template <class L>
RISK_FN void start_stages(const NetworkView& net, const ChainSpec& chain,
                          const PathKeys<L>& paths, ChainState<L>& state) {
  using F = typename L::F;
  for (int s = 0; s < chain.n_stages; ++s) {
    const StageSpec& spec = chain.stages[s];
    StageState<L>& stage = state.stage[s];
    for (int i = 0; i < spec.n_nodes; ++i) {
      stage.feed_stock_t[i] = splat<F>(net.reals[spec.feed_stock_t + i]);
      stage.feed_factor[i] = splat<F>(1.0f);
    }
    start_outages<L>(net, spec, paths, stage.outage);
    start_strikes<L>(spec.n_strikes, stage.strike);
  }
}

template <class L>
RISK_SECTION void start_chain(const NetworkView& net, const ChainSpec& chain,
                              const PathKeys<L>& paths, ChainState<L>& state) {
  using F = typename L::F;
  using U = typename L::U;
  const F zero = splat<F>(0.0f);
  start_stages<L>(net, chain, paths, state);
  state.log_price = splat<F>(chain.log_initial_price);
  state.y = state.y_quiet = clamp_log_price(state.log_price);
  state.price = state.price_quiet = exp(state.y);
  state.world_earned = exp(state.log_price);
  state.bloc_earned = splat<F>(chain.bloc_earned_start);
  state.rivals_share = state.flooding = state.scarcity = state.substituted = zero;
  state.restricted_fraction = zero;
  state.restricting_homes = {splat<U>(0u), splat<U>(0u)};
  for (int k = 0; k < chain.n_op_classes; ++k) state.operating[k] = splat<F>(1.0f);
  for (int k = 0; k < chain.n_projects; ++k) {
    state.project_start[k] = splat<F>(never);
    state.project_inverse_ramp[k] = splat<F>(1.0f);
  }
  const int sinks = chain.stages[chain.n_stages - 1].n_sinks;
  for (int j = 0; j < sinks; ++j) {
    state.commercial_t[j] = splat<F>(net.reals[chain.commercial_start_t + j]);
    state.strategic_t[j] = splat<F>(net.reals[chain.strategic_start_t + j]);
    state.strategic_count[j] = state.shared_count[j] = state.drawn_t[j] = zero;
  }
  state.shared_t = splat<F>(chain.shared_start_t);
  start_cells<L>(net, chain, state.cell);
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
  const int last = chain.n_stages - 1;
  const StageSpec& spec = chain.stages[last];
  if (chain.flooder == 0) return;
  const StageState<L>& stage = state.stage[last];
  const F all = sum_row<L>(spec.n_nodes, [&](int i) RISK_INLINE_BODY { return stage.output_t[i]; });
  const F zero = splat<F>(0.0f);
  const F rivals = sum_row<L>(spec.n_nodes, [&](int i) RISK_INLINE_BODY {
    return i == spec.flooder_node ? zero : stage.output_t[i];
  });
  const auto some = gt(all, zero);
  state.rivals_share = masked(some, rivals / select(some, all, splat<F>(1.0f)));
}

/// Stages first to last; then the stocks of final consumers.
template <class L, class Observer>
RISK_FN void move_goods(const NetworkView& net, const ChainSpec& chain, int step,
                        ChainState<L>& state, Observer& observer) {
  using F = typename L::F;
  const int last = chain.n_stages - 1;
  for (int s = 0; s < last; ++s) {
    want_feed<L>(net, chain.stages[s + 1], state.stage[s + 1], state);
    const F leftover = allocate_stage<L>(net, chain, s, state.need_t, state);
    observer.stage(step, s, state, state.need_t, leftover);
    use_feed_stocks<L>(net, chain, chain.stages[s + 1], state.stage[s + 1], leftover, state);
    limit_by_feed<L>(net, chain.stages[s + 1], state.stage[s + 1], state);
  }
  note_rivals_share<L>(chain, state);
  const F leftover = allocate_stage<L>(net, chain, last, state.final_need_t, state);
  observer.stage(step, last, state, state.final_need_t, leftover);
  use_stocks<L>(net, chain, step, leftover, state);
}

/// One step, in the order of the law. Demand looks only at the previous step, so it comes first.
template <class L, class Observer>
RISK_FN void run_step(const NetworkView& net, int mineral, const PathKeys<L>& paths,
                      const World<L>& world, int step, ChainState<L>& state,
                      const ChainResult<L>& result, Observer& observer) {
  const ChainSpec& chain = net.chains[mineral];
  if (word_of_step(step) == 0) refill_chain_words<L>(chain, paths, step, state);
  observer.begin_step(step, state);
  update_demand<L>(net, chain, step, state);
  update_price<L>(net, chain, mineral, paths, world, step, state);
  update_earnings<L>(chain, step, state);
  update_production<L>(net, chain, paths, step, state);
  update_restrictions<L>(net, chain, mineral, paths, world.events, step, state);
  move_goods<L>(net, chain, step, state, observer);
  observer.end_step(step, state);
  remember_step<L>(net, chain, step, state, result, observer);
}

/// Runs one mineral over all steps. `state` is laid out by `take_chain`; results go to `result`.
template <class L, class Observer>
RISK_FN void run_chain(const NetworkView& net, int mineral, const PathKeys<L>& paths,
                       const World<L>& world, ChainState<L>& state, const ChainResult<L>& result,
                       Observer& observer) {
  const ChainSpec& chain = net.chains[mineral];
  start_chain<L>(net, chain, paths, state);
  for (int k = 0; k < chain.n_cells * net.n_years; ++k)
    result.year_loss[k] = splat<typename L::F>(0.0f);
  for (int step = 0; step < net.n_steps; ++step) {
    run_step<L>(net, mineral, paths, world, step, state, result, observer);
  }
  for (int c = 0; c < chain.n_cells; ++c) finish_cell<L>(net, chain, c, state.cell, result);
}

RISK_END
