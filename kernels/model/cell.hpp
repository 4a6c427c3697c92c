/// What a path is remembered by, per member with demand for this mineral. (Model, section 5.)
#pragma once

#include "kernels/model/chain_state.hpp"
#include "kernels/model/price.hpp"

RISK_BEGIN

/// Where a chain leaves its results.
template <class L>
struct ChainResult {
  Row<typename L::F> measure;    ///< [measure][cell]
  Row<typename L::F> year_loss;  ///< [cell][year] loss of each whole year
};

template <class L>
RISK_FN ChainResult<L> take_result(const NetworkView& net, int n_cells, Arena<L>& arena) {
  using F = typename L::F;
  ChainResult<L> result;
  result.measure = arena.template take<F>(n_measures * n_cells);
  result.year_loss = arena.template take<F>(n_cells * net.n_years);
  return result;
}

template <class L>
RISK_FN void start_cell(Cell<L>& cell) {
  using I = typename L::I;
  cell.first_short = cell.last_short = cell.recovered = splat<I>(-1);
}

/// Spells, first shortfall and recovery. Lanes that are not short are left as they are, so a step
/// without any short lane can be skipped.
template <class L>
RISK_FN void remember_short(const NetworkView& net, typename L::M is_short, int step,
                            Cell<L>& cell) {
  using I = typename L::I;
  const I now = splat<I>(step);
  const I one = splat<I>(1);
  const I last = cell.last_short;
  const I spell = select(eq(last, now - one), cell.spell + one, one);
  cell.spell = select(is_short, spell, cell.spell);
  cell.longest_spell = max(cell.longest_spell, cell.spell);
  cell.short_steps = select(is_short, cell.short_steps + one, cell.short_steps);
  const I first = cell.first_short;
  const auto had_one = ge(first, splat<I>(0));
  const auto year_without = gt(now - last, splat<I>(net.steps_per_year));
  const auto not_yet = lt(cell.recovered, splat<I>(0));
  const auto recovered = and_(and_(is_short, had_one), and_(year_without, not_yet));
  cell.recovered = select(recovered, last + one, cell.recovered);
  cell.first_short = select(andnot(is_short, had_one), now, first);
  cell.last_short = select(is_short, now, last);
}

/// Mean shortfall over the last three months; only full windows count. `oldest` leaves the window.
template <class L>
RISK_FN void remember_window(const NetworkView& net, typename L::F unmet_fraction, int step,
                             typename L::I& oldest, Cell<L>& cell) {
  using F = typename L::F;
  using I = typename L::I;
  const I entering = truncate(fma(unmet_fraction, splat<F>(net.peak_window_scale), splat<F>(0.5f)));
  const I sum = cell.window_sum + entering - oldest;
  cell.window_sum = sum;
  oldest = entering;
  if (step + 1 >= net.peak_window_steps) cell.largest_window = max(cell.largest_window, sum);
}

/// What a step adds to one member's memory when somebody of the group is short or was lately.
template <class L>
RISK_FN void remember_unmet(const NetworkView& net, float slack_t, int step, typename L::F unmet,
                            typename L::F unmet_fraction, typename L::I& oldest, Cell<L>& cell) {
  using F = typename L::F;
  remember_window<L>(net, unmet_fraction, step, oldest, cell);
  cell.unmet_t = cell.unmet_t + unmet;
  const F essential = max(unmet - splat<F>(slack_t), splat<F>(0.0f));
  cell.essential_unmet_t = cell.essential_unmet_t + essential;
  const auto is_short = gt(unmet_fraction, splat<F>(net.short_threshold));
  if (any(is_short)) remember_short<L>(net, is_short, step, cell);
}

/// Tells an observer that wants to know that some lane's need is unmet in a cell, or was lately.
template <class Observer>
RISK_FN void tell_unmet(Observer& observer, int c) {
  if constexpr (requires { observer.unmet_somewhere(c); }) observer.unmet_somewhere(c);
}

/// What scarcity and the floor, and what the market alone, add to the price of a tonne [USD].
template <class L>
struct PriceCosts {
  typename L::F extra, shock;
};

template <class L>
RISK_FN PriceCosts<L> price_costs(const ChainSpec& chain, int step, const ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F base = splat<F>(chain.price_usd_per_t);
  const F paid = with_floor<L>(chain, step, state.price);
  return {max(paid - state.price_quiet, zero) * base,
          max(state.price_quiet - splat<F>(1.0f), zero) * base};
}

/// Where a step stands in its year and in the ring of the peak window.
struct StepPlace {
  int year;          ///< -1 beyond the last whole year
  bool first, last;  ///< of its year
  int window;

  RISK_FN StepPlace(const NetworkView& net, int step)
      : year(step / net.steps_per_year),
        first(step % net.steps_per_year == 0),
        last(step % net.steps_per_year == net.steps_per_year - 1),
        window(step % net.peak_window_steps) {
    if (year >= net.n_years) year = -1;
  }
};

/// Adds one step to the memory of all members, and reports it to the observer.
template <class L, class Observer>
RISK_SECTION void remember_step(const NetworkView& net, const ChainSpec& chain, int step,
                                ChainState<L>& state, const ChainResult<L>& result,
                                Observer& observer) {
  using F = typename L::F;
  using I = typename L::I;
  const F zero = splat<F>(0.0f);
  const PriceCosts<L> cost = price_costs<L>(chain, step, state);
  const int at = last_stage<L>(chain);
  const int n_sinks = chain.stages[at].n_sinks;
  const SinkStep* of_sink = sinks_at(net, chain, n_sinks, step);
  const float* slack = net.reals + chain.essential_slack;
  const StepPlace place(net, step);
  const F shared_t = state.shared_t;
  const Slots<L, Sink<L>>& sinks = state.stage[at].sink;
  observer.begin_cells(step);
  each_cell<L>(net, chain, [&](auto j, int c) {
    const SinkStep& of = of_sink[j];
    const Sink<L>& sink = sinks[j];
    const Stock<L>& stock = state.stock[j];
    Cell<L>& cell = state.cell[j];
    const F unmet = sink.gap_t;
    const F unmet_fraction = unmet * splat<F>(of.per_reference);
    if (any_of(gt(unmet, zero), gt(cell.window_sum, splat<I>(0)))) {
      tell_unmet(observer, c);
      remember_unmet<L>(net, slack[j] * of.reference_t, step, unmet, unmet_fraction,
                        state.window.at(j, place.window), cell);
    }
    const F bought = sink.need_t - unmet;
    F extra = cost.extra * bought;
    if (may_restrict<L>(state, j)) extra = select(state.restricting_homes.holds(j), zero, extra);
    cell.extra_cost_usd = cell.extra_cost_usd + extra;
    cell.price_shock_usd = fma(cost.shock, bought, cell.price_shock_usd);
    cell.curtailed_t = cell.curtailed_t + (splat<F>(of.reference_t) - sink.need_t);
    cell.drawn_t = cell.drawn_t + stock.drawn_t;
    const F loss = fma(unmet, splat<F>(chain.at_risk_usd_per_t), extra);
    cell.year_loss_usd = place.first ? loss : cell.year_loss_usd + loss;
    if (place.last && place.year >= 0)
      result.year_loss[c * net.n_years + place.year] = cell.year_loss_usd;
    const F held = fma(shared_t, splat<F>(of.shared_share), stock.commercial_t + stock.strategic_t);
    observer.cell(step, c, unmet_fraction, held * splat<F>(of.cover_days_per_t));
  });
  observer.market(step, state.price, state.restricted_fraction);
}

/// Steps from the first shortfall to the start of the first full year without one.
template <class L>
RISK_FN typename L::I recovery_steps(const NetworkView& net, const Cell<L>& cell) {
  using I = typename L::I;
  const I end = splat<I>(net.n_steps);
  const I last = cell.last_short;
  const I first = cell.first_short;
  const auto quiet_end = gt(end - last, splat<I>(net.steps_per_year));
  const I by_end = select(quiet_end, last + splat<I>(1), end);
  const I recovered = select(ge(cell.recovered, splat<I>(0)), cell.recovered, by_end);
  return select(ge(first, splat<I>(0)), recovered - first, splat<I>(0));
}

/// Turns the memory of the member whose demand is sink j into cell c of the measures.
template <class L>
RISK_FN void finish_cell(const NetworkView& net, const ChainSpec& chain, int j, int c,
                         const Cell<L>& cell, const ChainResult<L>& result) {
  using F = typename L::F;
  using I = typename L::I;
  const F demand = splat<F>(net.reals[chain.total_demand_t + j]);
  const float essential_t = net.reals[chain.essential_total_t + j];
  const F month = splat<F>(net.months_per_step);
  const I first = cell.first_short;
  const I survived = select(ge(first, splat<I>(0)), first, splat<I>(net.n_steps));
  const float per_window =
      1.0f / (net.peak_window_scale * static_cast<float>(net.peak_window_steps));
  const F loss = fma(cell.unmet_t, splat<F>(chain.at_risk_usd_per_t), cell.extra_cost_usd);
  const auto set = [&](Measure m, F value) {
    result.measure[static_cast<int>(m) * chain.n_cells + c] = value;
  };
  set(Measure::shortfall, cell.unmet_t / demand);
  set(Measure::peak, to_float(cell.largest_window) * splat<F>(per_window));
  set(Measure::months_short, to_float(cell.short_steps) * month);
  set(Measure::longest_spell, to_float(cell.longest_spell) * month);
  set(Measure::first_short, to_float(survived) * month);
  set(Measure::recovery, to_float(recovery_steps<L>(net, cell)) * month);
  set(Measure::drawn, cell.drawn_t / demand);
  set(Measure::curtailed, cell.curtailed_t / demand);
  set(Measure::extra_cost, cell.extra_cost_usd);
  set(Measure::price_shock_cost, cell.price_shock_usd);
  set(Measure::loss, loss);
  set(Measure::essential_shortfall,
      essential_t > 0.0f ? cell.essential_unmet_t / splat<F>(essential_t) : splat<F>(0.0f));
}

RISK_END
