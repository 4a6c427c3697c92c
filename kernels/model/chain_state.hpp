/// What one mineral chain of a group of paths carries from step to step, and the rows it works in.
#pragma once

#include "kernels/model/arena.hpp"
#include "kernels/model/measures.hpp"
#include "kernels/model/network.hpp"

RISK_BEGIN

/// Restrictions on the nodes of one stage that can be hit. [strike] unless said otherwise.
template <class L>
struct StrikeState {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  // the measure in force; end_step 0: none
  Row<F> severity, settled_severity, settling_factor, leaked;
  Row<I> instrument, group, end_step;
  // the one underneath; end step 0: none
  Row<I> under_instrument, under_group, under_end_step;
  // derived from the group in force
  Row<U> target_low, target_high;  ///< foreign sinks inside the target group
  Row<F> target_flow_t, target_fraction;
  Row<F> blocked;                   ///< b = severity (1 - leaked)
  Row<F> withheld_t;                ///< what this step's restriction keeps from its destinations
  Row<U> include_words;             ///< [strike][4]
  Row<std::int32_t> include_block;  ///< [strike] block the words are of; -1: none yet
  Row<std::int32_t> in_force;       ///< [strike] some lane has a measure in force
  Row<std::int32_t> restricting;    ///< [strike] some lane has b > 0
};

/// When nodes of a stage break down and recover. [outage]
template <class L>
struct OutageState {
  Row<typename L::U> down;     ///< bit per step of the present window
  Row<typename L::U> block;    ///< number of the block of words it has come to
  Row<typename L::I> changes;  ///< [outage][4] steps of the block's changes: down, up, down, up
};

template <class L>
struct StageState {
  using F = typename L::F;
  // per node
  Row<F> capacity_t;  ///< effective capacity of the step
  Row<F> output_t;    ///< q; before the feed limit until the stage is allocated
  Row<F> extra_t;     ///< uncontracted tonnes of projects and flooding
  Row<F> open_t;      ///< uncontracted tonnes on offer
  Row<F> contract;    ///< part of the base flow that contracts deliver
  Row<F> feed_stock_t, feed_factor;
  OutageState<L> outage;
  StrikeState<L> strike;
};

/// One member's measures of this mineral while the path runs. [cell]
template <class L>
struct CellState {
  using F = typename L::F;
  using I = typename L::I;
  Row<F> unmet_t, drawn_t, curtailed_t, essential_unmet_t, extra_cost_usd, price_shock_usd;
  Row<I> window;  ///< [cell][peak window] unmet/reference in fixed point, a ring
  Row<I> window_sum, largest_window;
  Row<I> short_steps, spell, longest_spell;
  Row<I> first_short, last_short, recovered;  ///< steps; -1: not yet
};

template <class L>
struct ChainState {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  StageState<L> stage[max_stages];
  // 4.1 price
  F log_price;                     ///< x, without flooding and scarcity
  F y, y_quiet;                    ///< log price, with and without scarcity
  F price, price_quiet;            ///< p, p0
  F rivals_share;                  ///< others' share of last-stage output in the previous step
  F flooding;                      ///< 1 while the flooder floods
  Row<U> jump_words, flood_words;  ///< [4]
  // 4.2, 4.3
  F world_earned, bloc_earned;                 ///< smoothed prices h
  Row<F> operating;                            ///< [op class]
  Row<F> project_start, project_inverse_ramp;  ///< [project] steps; start 1e30 until taken up
  // 4.4
  SlotSet<L> restricting_homes;  ///< R(t) as last-stage sinks
  F restricted_fraction;         ///< severity x base output, averaged over stages
  // 4.5 working rows, per sink of the stage at hand
  Row<F> need_t, gap_t, given_t;
  Row<F> class_gap_t, class_left;  ///< [class] gap, and what fills left of it as a fraction
  Row<F> final_need_t;             ///< N of final demand
  // 4.6 stocks, per last-stage sink
  Row<F> commercial_t, strategic_t, drawn_t;  ///< drawn: in this step, from all stocks
  F shared_t;
  Row<F> strategic_count, shared_count;  ///< consecutive steps over the trigger
  F scarcity;                            ///< s
  // 4.7
  F substituted;
  CellState<L> cell;
};

template <class L>
RISK_FN StrikeState<L> take_strikes(int n, Arena<L>& arena, Arena<Lanes<1>>& headers) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  StrikeState<L> strike;
  strike.severity = arena.template take<F>(n);
  strike.settled_severity = arena.template take<F>(n);
  strike.settling_factor = arena.template take<F>(n);
  strike.leaked = arena.template take<F>(n);
  strike.instrument = arena.template take<I>(n);
  strike.group = arena.template take<I>(n);
  strike.end_step = arena.template take<I>(n);
  strike.under_instrument = arena.template take<I>(n);
  strike.under_group = arena.template take<I>(n);
  strike.under_end_step = arena.template take<I>(n);
  strike.target_low = arena.template take<U>(n);
  strike.target_high = arena.template take<U>(n);
  strike.target_flow_t = arena.template take<F>(n);
  strike.target_fraction = arena.template take<F>(n);
  strike.blocked = arena.template take<F>(n);
  strike.withheld_t = arena.template take<F>(n);
  strike.include_words = arena.template take<U>(4 * n);
  strike.include_block = headers.template take<std::int32_t>(n);
  strike.in_force = headers.template take<std::int32_t>(n);
  strike.restricting = headers.template take<std::int32_t>(n);
  return strike;
}

template <class L>
RISK_FN StageState<L> take_stage(const StageSpec& spec, Arena<L>& arena, Arena<Lanes<1>>& headers) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  StageState<L> stage;
  stage.capacity_t = arena.template take<F>(spec.n_nodes);
  stage.output_t = arena.template take<F>(spec.n_nodes);
  stage.extra_t = arena.template take<F>(spec.n_nodes);
  stage.open_t = arena.template take<F>(spec.n_nodes);
  stage.contract = arena.template take<F>(spec.n_nodes);
  stage.feed_stock_t = arena.template take<F>(spec.n_nodes);
  stage.feed_factor = arena.template take<F>(spec.n_nodes);
  stage.outage.down = arena.template take<U>(spec.n_outages);
  stage.outage.block = arena.template take<U>(spec.n_outages);
  stage.outage.changes = arena.template take<I>(4 * spec.n_outages);
  stage.strike = take_strikes<L>(spec.n_strikes, arena, headers);
  return stage;
}

template <class L>
RISK_FN CellState<L> take_cells(int n, int window_steps, Arena<L>& arena) {
  using F = typename L::F;
  using I = typename L::I;
  CellState<L> cell;
  cell.unmet_t = arena.template take<F>(n);
  cell.drawn_t = arena.template take<F>(n);
  cell.curtailed_t = arena.template take<F>(n);
  cell.essential_unmet_t = arena.template take<F>(n);
  cell.extra_cost_usd = arena.template take<F>(n);
  cell.price_shock_usd = arena.template take<F>(n);
  cell.window = arena.template take<I>(n * window_steps);
  cell.window_sum = arena.template take<I>(n);
  cell.largest_window = arena.template take<I>(n);
  cell.short_steps = arena.template take<I>(n);
  cell.spell = arena.template take<I>(n);
  cell.longest_spell = arena.template take<I>(n);
  cell.first_short = arena.template take<I>(n);
  cell.last_short = arena.template take<I>(n);
  cell.recovered = arena.template take<I>(n);
  return cell;
}

RISK_FN int most_sinks(const ChainSpec& chain) {
  int most = 0;
  for (int s = 0; s < chain.n_stages; ++s) {
    most = chain.stages[s].n_sinks > most ? chain.stages[s].n_sinks : most;
  }
  return most;
}

/// Lays the chain out in the arenas; values are set by `start_chain`.
template <class L>
RISK_FN ChainState<L> take_chain(const NetworkView& net, const ChainSpec& chain, Arena<L>& arena,
                                 Arena<Lanes<1>>& headers) {
  using F = typename L::F;
  using U = typename L::U;
  ChainState<L> state;
  for (int s = 0; s < chain.n_stages; ++s) {
    state.stage[s] = take_stage<L>(chain.stages[s], arena, headers);
  }
  state.jump_words = arena.template take<U>(4);
  state.flood_words = arena.template take<U>(4);
  state.operating = arena.template take<F>(chain.n_op_classes);
  state.project_start = arena.template take<F>(chain.n_projects);
  state.project_inverse_ramp = arena.template take<F>(chain.n_projects);
  const int widest = most_sinks(chain);
  state.need_t = arena.template take<F>(widest);
  state.gap_t = arena.template take<F>(widest);
  state.given_t = arena.template take<F>(padded_sinks(widest));
  state.class_gap_t = arena.template take<F>(widest);
  state.class_left = arena.template take<F>(widest);
  const int sinks = chain.stages[chain.n_stages - 1].n_sinks;
  state.final_need_t = arena.template take<F>(sinks);
  state.commercial_t = arena.template take<F>(sinks);
  state.strategic_t = arena.template take<F>(sinks);
  state.drawn_t = arena.template take<F>(sinks);
  state.strategic_count = arena.template take<F>(sinks);
  state.shared_count = arena.template take<F>(sinks);
  state.cell = take_cells<L>(chain.n_cells, net.peak_window_steps, arena);
  return state;
}

RISK_END
