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
RISK_FN void start_spells(Spells<L>& spells) {
  using I = typename L::I;
  spells.first_short = spells.last_short = spells.recovered = splat<I>(-1);
}

/// Steps in which a member is short are noted as bits, for so many steps together.
inline constexpr int short_window_steps = 32;

/// Spells, first shortfall and recovery. Lanes that are not short are left as they are, so a step
/// without any short lane can be skipped.
template <class L>
RISK_FN void remember_short(const NetworkView& net, typename L::M is_short, int step,
                            Spells<L>& spells) {
  using I = typename L::I;
  const I now = splat<I>(step);
  const I one = splat<I>(1);
  const I last = spells.last_short;
  const I spell = select(eq(last, now - one), spells.spell + one, one);
  spells.spell = select(is_short, spell, spells.spell);
  spells.longest_spell = max(spells.longest_spell, spells.spell);
  spells.short_steps = select(is_short, spells.short_steps + one, spells.short_steps);
  const I first = spells.first_short;
  const auto had_one = ge(first, splat<I>(0));
  const auto year_without = gt(now - last, splat<I>(net.steps_per_year));
  const auto not_yet = lt(spells.recovered, splat<I>(0));
  const auto recovered = and_(and_(is_short, had_one), and_(year_without, not_yet));
  spells.recovered = select(recovered, last + one, spells.recovered);
  spells.first_short = select(andnot(is_short, had_one), now, first);
  spells.last_short = select(is_short, now, last);
}

/// Goes through the short steps of the window that ends with `step`. What they change is in
/// registers meanwhile: step by step it would be fetched and put back each time.
template <class L>
RISK_SECTION void remember_spells(const NetworkView& net, const ChainSpec& chain, int step,
                                  ChainState<L>& state) {
  using U = typename L::U;
  const int first = step - step % short_window_steps;
  each_cell<L>(net, chain, [&](auto j, int) {
    const U short_bits = state.spells[j].short_bits;
    std::uint32_t left = bits_of_some(short_bits);
    if (left == 0) return;
    Spells<L> spells = state.spells[j];
    for (; left != 0; left &= left - 1) {
      const int bit = lowest_bit(left);
      remember_short<L>(net, test_bit(short_bits, bit), first + bit, spells);
    }
    spells.short_bits = splat<U>(0u);
    state.spells[j] = spells;
  });
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
                            typename L::F unmet_fraction, typename L::I& oldest, Cell<L>& cell,
                            Spells<L>& spells) {
  using F = typename L::F;
  using U = typename L::U;
  remember_window<L>(net, unmet_fraction, step, oldest, cell);
  cell.unmet_t = cell.unmet_t + unmet;
  const F essential = max(unmet - splat<F>(slack_t), splat<F>(0.0f));
  cell.essential_unmet_t = cell.essential_unmet_t + essential;
  const auto is_short = gt(unmet_fraction, splat<F>(net.short_threshold));
  const U bit = splat<U>(1u << step % short_window_steps);
  spells.short_bits = spells.short_bits | masked(is_short, bit);
}

/// Hands what a step reports on to an observer, call by call.
template <class L, class Observer>
struct StepReport {
  using F = typename L::F;
  Observer& observer;
  int step;

  RISK_FN void cell(int c, bool /*may_be_unmet*/, F unmet_fraction, F cover_days) {
    observer.cell(step, c, unmet_fraction, cover_days);
  }
  RISK_FN void market(F price, F restricted) { observer.market(step, price, restricted); }
};

/// An observer may take the reports of a step into an object of its own, which lives in registers.
template <class L, class Observer>
RISK_FN auto report_of(Observer& observer, int step) {
  if constexpr (requires { observer.report(step); }) {
    return observer.report(step);
  } else {
    return StepReport<L, Observer>{observer, step};
  }
}

/// The price of a step, and what scarcity and the floor, and what the market alone, add to a tonne
/// [USD].
template <class L>
struct StepPrices {
  typename L::F price, extra_usd, shock_usd;
};

template <class L>
RISK_FN StepPrices<L> prices_of_step(const ChainSpec& chain, int step, const ChainState<L>& state) {
  using F = typename L::F;
  const F zero = splat<F>(0.0f);
  const F base = splat<F>(chain.price_usd_per_t);
  const F paid = with_floor<L>(chain, step, state.price);
  return {state.price, max(paid - state.price_quiet, zero) * base,
          max(state.price_quiet - splat<F>(1.0f), zero) * base};
}

/// Hands over the losses of the year that ends with `step`, if one does.
template <class L>
RISK_FN void close_year(const NetworkView& net, const ChainSpec& chain, int step,
                        ChainState<L>& state, const ChainResult<L>& result) {
  using F = typename L::F;
  const int year = step / net.steps_per_year;
  if (step % net.steps_per_year != net.steps_per_year - 1 || year >= net.n_years) return;
  each_cell<L>(net, chain, [&](auto j, int c) {
    F& loss = state.cell[j].year_loss_usd;
    result.year_loss[c * net.n_years + year] = loss;
    loss = splat<F>(0.0f);
  });
}

/// Adds one step to the memory of all members, and reports it to the observer.
template <class L, class Observer>
RISK_SECTION void remember_step(const NetworkView& net, const ChainSpec& chain, int step,
                                const StepPrices<L>& prices, ChainState<L>& state,
                                const ChainResult<L>& result, Observer& observer) {
  using F = typename L::F;
  using I = typename L::I;
  const F zero = splat<F>(0.0f);
  const F extra_usd = prices.extra_usd;
  const F shock_usd = prices.shock_usd;
  const int at = last_stage<L>(chain);
  const int n_sinks = chain.stages[at].n_sinks;
  const SinkStep* of_sink = sinks_at(net, chain, n_sinks, step);
  const float* slack = net.reals + chain.essential_slack;
  const auto window = state.window.row(step % net.peak_window_steps);
  const F shared_t = state.shared_t;
  const std::uint64_t somewhere = state.restricting_somewhere;
  const Slots<L, Sink<L>>& sinks = state.stage[at].sink;
  auto report = report_of<L>(observer, step);
  each_cell<L>(net, chain, [&](auto j, int c) {
    const SinkStep& of = of_sink[j];
    const Sink<L>& sink = sinks[j];
    const Stock<L>& stock = state.stock[j];
    Cell<L>& cell = state.cell[j];
    const F unmet = sink.gap_t;
    const F unmet_fraction = unmet * splat<F>(of.per_reference);
    const bool may_be_unmet = any_of(gt(unmet, zero), gt(cell.window_sum, splat<I>(0)));
    if (may_be_unmet) {
      remember_unmet<L>(net, slack[j] * of.reference_t, step, unmet, unmet_fraction, window[j],
                        cell, state.spells[j]);
    }
    const F bought = sink.need_t - unmet;
    F extra = extra_usd * bought;
    if (may_restrict<L>(somewhere, j))
      extra = select(state.restricting_homes.holds(j), zero, extra);
    cell.extra_cost_usd = cell.extra_cost_usd + extra;
    cell.price_shock_usd = fma(shock_usd, bought, cell.price_shock_usd);
    cell.curtailed_t = cell.curtailed_t + (splat<F>(of.reference_t) - sink.need_t);
    cell.drawn_t = cell.drawn_t + stock.drawn_t;
    const F loss = fma(unmet, splat<F>(chain.at_risk_usd_per_t), extra);
    cell.year_loss_usd = cell.year_loss_usd + loss;
    const F held = fma(shared_t, splat<F>(of.shared_share), stock.commercial_t + stock.strategic_t);
    report.cell(c, may_be_unmet, unmet_fraction, held * splat<F>(of.cover_days_per_t));
  });
  report.market(prices.price, state.restricted_fraction);
  if (step % short_window_steps == short_window_steps - 1 || step + 1 == net.n_steps)
    remember_spells<L>(net, chain, step, state);
  close_year<L>(net, chain, step, state, result);
}

/// Steps from the first shortfall to the start of the first full year without one.
template <class L>
RISK_FN typename L::I recovery_steps(const NetworkView& net, const Spells<L>& spells) {
  using I = typename L::I;
  const I end = splat<I>(net.n_steps);
  const I last = spells.last_short;
  const I first = spells.first_short;
  const auto quiet_end = gt(end - last, splat<I>(net.steps_per_year));
  const I by_end = select(quiet_end, last + splat<I>(1), end);
  const I recovered = select(ge(spells.recovered, splat<I>(0)), spells.recovered, by_end);
  return select(ge(first, splat<I>(0)), recovered - first, splat<I>(0));
}

/// Turns the memory of the member whose demand is sink j into cell c of the measures.
template <class L>
RISK_FN void finish_cell(const NetworkView& net, const ChainSpec& chain, int j, int c,
                         const Cell<L>& cell, const Spells<L>& spells,
                         const ChainResult<L>& result) {
  using F = typename L::F;
  using I = typename L::I;
  const F demand = splat<F>(net.reals[chain.total_demand_t + j]);
  const float essential_t = net.reals[chain.essential_total_t + j];
  const F month = splat<F>(net.months_per_step);
  const I first = spells.first_short;
  const I survived = select(ge(first, splat<I>(0)), first, splat<I>(net.n_steps));
  const float per_window =
      1.0f / (net.peak_window_scale * static_cast<float>(net.peak_window_steps));
  const F loss = fma(cell.unmet_t, splat<F>(chain.at_risk_usd_per_t), cell.extra_cost_usd);
  const auto set = [&](Measure m, F value) {
    result.measure[static_cast<int>(m) * chain.n_cells + c] = value;
  };
  set(Measure::shortfall, cell.unmet_t / demand);
  set(Measure::peak, to_float(cell.largest_window) * splat<F>(per_window));
  set(Measure::months_short, to_float(spells.short_steps) * month);
  set(Measure::longest_spell, to_float(spells.longest_spell) * month);
  set(Measure::first_short, to_float(survived) * month);
  set(Measure::recovery, to_float(recovery_steps<L>(net, spells)) * month);
  set(Measure::drawn, cell.drawn_t / demand);
  set(Measure::curtailed, cell.curtailed_t / demand);
  set(Measure::extra_cost, cell.extra_cost_usd);
  set(Measure::price_shock_cost, cell.price_shock_usd);
  set(Measure::loss, loss);
  set(Measure::essential_shortfall,
      essential_t > 0.0f ? cell.essential_unmet_t / splat<F>(essential_t) : splat<F>(0.0f));
}

RISK_END
