/// What a path is remembered by, per member with demand for this mineral. (Model, section 5.)
#pragma once

#include "kernels/model/chain_state.hpp"
#include "kernels/model/price.hpp"

RISK_BEGIN

/// Unit of the peak window's sums, as a scale factor: the ring adds and removes the same integers.
/// 2^24, which 127 steps of fit 31 bits; less where a window has more steps.
RISK_FN float window_scale(int n_steps) {
  constexpr float largest_sum = 127.0f * 16777216.0f;
  float scale = 16777216.0f;
  while (static_cast<float>(n_steps) * scale > largest_sum) scale *= 0.5f;
  return scale;
}

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
RISK_FN void start_cells(const NetworkView& net, const ChainSpec& chain, CellState<L>& cell) {
  using F = typename L::F;
  using I = typename L::I;
  for (int c = 0; c < chain.n_cells; ++c) {
    const F zero = splat<F>(0.0f);
    cell.unmet_t[c] = zero;
    cell.drawn_t[c] = zero;
    cell.curtailed_t[c] = zero;
    cell.essential_unmet_t[c] = zero;
    cell.extra_cost_usd[c] = zero;
    cell.price_shock_usd[c] = zero;
    cell.window_sum[c] = splat<I>(0);
    cell.largest_window[c] = splat<I>(0);
    cell.short_steps[c] = splat<I>(0);
    cell.spell[c] = splat<I>(0);
    cell.longest_spell[c] = splat<I>(0);
    cell.first_short[c] = splat<I>(-1);
    cell.last_short[c] = splat<I>(-1);
    cell.recovered[c] = splat<I>(-1);
  }
  for (int k = 0; k < chain.n_cells * net.peak_window_steps; ++k) cell.window[k] = splat<I>(0);
}

/// Spells, first shortfall and recovery. Lanes that are not short are left as they are, so a step
/// without any short lane can be skipped.
template <class L>
RISK_FN void remember_short(const NetworkView& net, typename L::M is_short, int step, int c,
                            CellState<L>& cell) {
  using I = typename L::I;
  const I now = splat<I>(step);
  const I one = splat<I>(1);
  const I last = cell.last_short[c];
  const I spell = select(eq(last, now - one), cell.spell[c] + one, one);
  cell.spell[c] = select(is_short, spell, cell.spell[c]);
  cell.longest_spell[c] = max(cell.longest_spell[c], cell.spell[c]);
  cell.short_steps[c] = select(is_short, cell.short_steps[c] + one, cell.short_steps[c]);
  const I first = cell.first_short[c];
  const auto had_one = ge(first, splat<I>(0));
  const auto year_without = gt(now - last, splat<I>(net.steps_per_year));
  const auto not_yet = lt(cell.recovered[c], splat<I>(0));
  const auto recovered = and_(and_(is_short, had_one), and_(year_without, not_yet));
  cell.recovered[c] = select(recovered, last + one, cell.recovered[c]);
  cell.first_short[c] = select(andnot(is_short, had_one), now, first);
  cell.last_short[c] = select(is_short, now, last);
}

/// Mean shortfall over the last three months; only full windows count.
template <class L>
RISK_FN void remember_window(const NetworkView& net, typename L::F unmet_fraction, int step, int c,
                             CellState<L>& cell) {
  using F = typename L::F;
  using I = typename L::I;
  I& slot = cell.window[c * net.peak_window_steps + step % net.peak_window_steps];
  const F scale = splat<F>(window_scale(net.peak_window_steps));
  const I entering = truncate(fma(unmet_fraction, scale, splat<F>(0.5f)));
  cell.window_sum[c] = cell.window_sum[c] + entering - slot;
  slot = entering;
  if (step + 1 >= net.peak_window_steps) {
    cell.largest_window[c] = max(cell.largest_window[c], cell.window_sum[c]);
  }
}

/// What a step adds to one member's memory when somebody of the group is short or was lately.
template <class L>
RISK_FN void remember_unmet(const NetworkView& net, const ChainSpec& chain, int step, int c, int j,
                            typename L::F unmet, typename L::F unmet_fraction, float reference,
                            CellState<L>& cell) {
  using F = typename L::F;
  remember_window<L>(net, unmet_fraction, step, c, cell);
  cell.unmet_t[c] = cell.unmet_t[c] + unmet;
  const float slack = net.reals[chain.essential_slack + j] * reference;
  const F essential = max(unmet - splat<F>(slack), splat<F>(0.0f));
  cell.essential_unmet_t[c] = cell.essential_unmet_t[c] + essential;
  const auto is_short = gt(unmet_fraction, splat<F>(net.short_threshold));
  if (any(is_short)) remember_short<L>(net, is_short, step, c, cell);
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

/// Adds one step to the memory of all members, and reports it to the observer.
template <class L, class Observer>
RISK_SECTION void remember_step(const NetworkView& net, const ChainSpec& chain, int step,
                                ChainState<L>& state, const ChainResult<L>& result,
                                Observer& observer) {
  using F = typename L::F;
  using I = typename L::I;
  const F zero = splat<F>(0.0f);
  const PriceCosts<L> cost = price_costs<L>(chain, step, state);
  const int n_sinks = chain.stages[chain.n_stages - 1].n_sinks;
  const float* reference = net.reals + chain.demand_t + step * n_sinks;
  const float* inverse = net.reals + chain.inverse_demand_t + step * n_sinks;
  const float* cover = net.reals + chain.cover_days_per_t + step * n_sinks;
  const float* share = net.reals + chain.shared_share + step * n_sinks;
  const int year = step / net.steps_per_year;
  CellState<L>& cell = state.cell;
  for (int c = 0; c < chain.n_cells; ++c) {
    const int j = net.ints[chain.cell_sink + c];
    const F unmet = state.gap_t[j];
    const F unmet_fraction = unmet * splat<F>(inverse[j]);
    if (any(or_(gt(unmet, zero), gt(cell.window_sum[c], splat<I>(0))))) {
      remember_unmet<L>(net, chain, step, c, j, unmet, unmet_fraction, reference[j], cell);
    }
    const F bought = state.final_need_t[j] - unmet;
    const F extra = select(state.restricting_homes.holds(j), zero, cost.extra) * bought;
    cell.extra_cost_usd[c] = cell.extra_cost_usd[c] + extra;
    cell.price_shock_usd[c] = fma(cost.shock, bought, cell.price_shock_usd[c]);
    cell.curtailed_t[c] = cell.curtailed_t[c] + (splat<F>(reference[j]) - state.final_need_t[j]);
    cell.drawn_t[c] = cell.drawn_t[c] + state.drawn_t[j];
    if (year < net.n_years) {
      F& loss = result.year_loss[c * net.n_years + year];
      loss = loss + fma(unmet, splat<F>(chain.at_risk_usd_per_t), extra);
    }
    const F held =
        fma(state.shared_t, splat<F>(share[j]), state.commercial_t[j] + state.strategic_t[j]);
    observer.cell(step, c, unmet_fraction, held * splat<F>(cover[j]));
  }
  observer.market(step, state.price, state.restricted_fraction);
}

/// Steps from the first shortfall to the start of the first full year without one.
template <class L>
RISK_FN typename L::I recovery_steps(const NetworkView& net, int c, const CellState<L>& cell) {
  using I = typename L::I;
  const I end = splat<I>(net.n_steps);
  const I last = cell.last_short[c];
  const I first = cell.first_short[c];
  const auto quiet_end = gt(end - last, splat<I>(net.steps_per_year));
  const I by_end = select(quiet_end, last + splat<I>(1), end);
  const I recovered = select(ge(cell.recovered[c], splat<I>(0)), cell.recovered[c], by_end);
  return select(ge(first, splat<I>(0)), recovered - first, splat<I>(0));
}

/// Turns one member's memory into its measures.
template <class L>
RISK_FN void finish_cell(const NetworkView& net, const ChainSpec& chain, int c,
                         const CellState<L>& cell, const ChainResult<L>& result) {
  using F = typename L::F;
  using I = typename L::I;
  const int j = net.ints[chain.cell_sink + c];
  const F demand = splat<F>(net.reals[chain.total_demand_t + j]);
  const float essential_t = net.reals[chain.essential_total_t + j];
  const F month = splat<F>(net.months_per_step);
  const I first = cell.first_short[c];
  const I survived = select(ge(first, splat<I>(0)), first, splat<I>(net.n_steps));
  const int window = net.peak_window_steps;
  const float per_window = 1.0f / (window_scale(window) * static_cast<float>(window));
  const F loss = fma(cell.unmet_t[c], splat<F>(chain.at_risk_usd_per_t), cell.extra_cost_usd[c]);
  const auto set = [&](Measure m, F value) {
    result.measure[static_cast<int>(m) * chain.n_cells + c] = value;
  };
  set(Measure::shortfall, cell.unmet_t[c] / demand);
  set(Measure::peak, to_float(cell.largest_window[c]) * splat<F>(per_window));
  set(Measure::months_short, to_float(cell.short_steps[c]) * month);
  set(Measure::longest_spell, to_float(cell.longest_spell[c]) * month);
  set(Measure::first_short, to_float(survived) * month);
  set(Measure::recovery, to_float(recovery_steps<L>(net, c, cell)) * month);
  set(Measure::drawn, cell.drawn_t[c] / demand);
  set(Measure::curtailed, cell.curtailed_t[c] / demand);
  set(Measure::extra_cost, cell.extra_cost_usd[c]);
  set(Measure::price_shock_cost, cell.price_shock_usd[c]);
  set(Measure::loss, loss);
  set(Measure::essential_shortfall,
      essential_t > 0.0f ? cell.essential_unmet_t[c] / splat<F>(essential_t) : splat<F>(0.0f));
}

RISK_END
