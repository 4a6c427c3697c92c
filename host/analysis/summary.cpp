#include "host/analysis/summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "host/analysis/binomial.hpp"
#include "host/analysis/cell_distribution.hpp"
#include "host/analysis/distribution.hpp"
#include "host/analysis/draw_figures.hpp"
#include "host/analysis/levels.hpp"
#include "host/analysis/tail.hpp"
#include "host/analysis/timeline.hpp"

namespace blocrisk {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Rank intervals depend on the number of paths alone: one set serves every cell.
struct RankTable {
  std::array<RankInterval, quantile_levels.size()> quantile;
  std::array<RankInterval, tail_levels.size()> tail;
  std::array<RankInterval, return_periods_yr.size()> period;

  explicit RankTable(std::uint64_t n) {
    for (std::size_t i = 0; i < quantile.size(); ++i)
      quantile[i] = rank_interval(quantile_levels[i], n);
    for (std::size_t i = 0; i < tail.size(); ++i) tail[i] = rank_interval(tail_levels[i], n);
    for (std::size_t i = 0; i < period.size(); ++i) {
      period[i] = rank_interval(return_level(return_periods_yr[i]), n);
    }
  }
};

// --- one cell's figures, appended to the summary's arrays

void append(std::vector<double>& value, std::vector<double>& low, std::vector<double>& high,
            const Figure& figure) {
  value.push_back(figure.value);
  low.push_back(figure.low);
  high.push_back(figure.high);
}

std::int8_t flag(bool raised) { return raised ? 1 : 0; }

void append_tail(MeasureSummary& into, const TailFigures& figures) {
  append(into.var, into.var_lo, into.var_hi, figures.var);
  append(into.cvar, into.cvar_lo, into.cvar_hi, figures.cvar);
  into.support.push_back(figures.support);
  into.paths_needed.push_back(figures.paths_needed);
  into.thin.push_back(flag(figures.thin));
}

void append_mean(MeasureSummary& into, const MeanFigure& figure, const Figure& deviation,
                 std::uint64_t n_independent) {
  append(into.mean, into.mean_lo, into.mean_hi, figure.mean);
  append(into.std_dev, into.std_dev_lo, into.std_dev_hi, deviation);
  const double variance = deviation.value * deviation.value;
  into.std_error.push_back(std::sqrt(variance / static_cast<double>(n_independent)));
  into.mean_paths_needed.push_back(figure.paths_needed);
  into.mean_thin.push_back(flag(figure.paths_needed > static_cast<std::int64_t>(n_independent)));
}

/// No path, no figure.
void append_nothing(MeasureSummary& into) {
  constexpr Figure none{not_a_number, not_a_number, not_a_number};
  append_mean(into, {none, 1}, none, 0);
  for (std::size_t i = 0; i < quantile_levels.size(); ++i) {
    append(into.quantile, into.quantile_lo, into.quantile_hi, none);
  }
  for (std::size_t i = 0; i < tail_levels.size(); ++i) append_tail(into, {none, none, 0, 0, true});
}

void append_figures(MeasureSummary& into, const Distribution& distribution,
                    const RankTable& ranks) {
  if (distribution.n() == 0) return append_nothing(into);
  append_mean(into, mean_figure(distribution), deviation_figure(distribution),
              distribution.n_independent());
  for (std::size_t i = 0; i < quantile_levels.size(); ++i) {
    append(into.quantile, into.quantile_lo, into.quantile_hi,
           quantile(distribution, quantile_levels[i], ranks.quantile[i]));
  }
  for (std::size_t i = 0; i < tail_levels.size(); ++i) {
    append_tail(into, tail_figures(distribution, tail_levels[i], ranks.tail[i]));
  }
}

/// A value known without sampling needs no paths to support it.
void append_constant(MeasureSummary& into, double value, std::uint64_t n, const RankTable& ranks) {
  append_figures(into, Distribution::constant(value, n), ranks);
  const auto known = static_cast<std::ptrdiff_t>(tail_levels.size());
  std::fill(into.paths_needed.end() - known, into.paths_needed.end(), 0);
  std::fill(into.thin.end() - known, into.thin.end(), std::int8_t{0});
  into.mean_paths_needed.back() = 0;
}

void append_probability(ProbabilitySummary& into, std::uint64_t count, std::uint64_t n,
                        bool is_certain) {
  if (n == 0) {
    append(into.value, into.low, into.high, {not_a_number, not_a_number, not_a_number});
    into.std_error.push_back(not_a_number);
    into.paths_needed.push_back(0);
    into.thin.push_back(1);
    return;
  }
  const double trials = static_cast<double>(n);
  const Figure figure = probability_figure(count, n, is_certain);
  const double share = figure.value;
  append(into.value, into.low, into.high, figure);
  into.std_error.push_back(std::sqrt(share * (1.0 - share) / trials));
  into.paths_needed.push_back(paths_for(std::max<std::uint64_t>(count, 1), n));
  into.thin.push_back(flag(count < least_tail_samples && !is_certain));
}

/// Probability 0 that needs no sample.
void append_impossible(ProbabilitySummary& into) {
  append(into.value, into.low, into.high, {0.0, 0.0, 0.0});
  into.std_error.push_back(0.0);
  into.paths_needed.push_back(0);
  into.thin.push_back(0);
}

// --- the parts of a summary

void summarise_exceedance(const Accumulators& state, const ResultFacts& facts, int ratio, int cell,
                          bool known, MeasureSummary& into) {
  const int n_thresholds = state.shape.n_thresholds;
  for (int k = 0; k < n_thresholds; ++k) {
    const std::uint64_t count = state.exceedance[at(ratio)][at(cell) * at(n_thresholds) + at(k)];
    if (known) {
      append_impossible(into.exceedance);
    } else {
      append_probability(into.exceedance, count, state.n_paths, facts.is_certain);
    }
  }
}

void summarise_cell(const Accumulators& state, const ResultFacts& facts, const RankTable& ranks,
                    int cell, Summary& summary) {
  const bool known = state.n_paths > 0 && !cell_was_sampled(state, cell);
  summary.has_demand.push_back(known ? 0 : 1);
  for (int k = 0; k < n_measures; ++k) {
    MeasureSummary& into = summary.measure[at(k)];
    if (known) {
      const bool never = static_cast<Measure>(k) == Measure::first_short;
      append_constant(into, never ? facts.horizon_months() : 0.0, state.n_paths, ranks);
    } else {
      append_figures(into, cell_distribution(state, facts, k, cell), ranks);
    }
    if (ratio_index(k) >= 0) summarise_exceedance(state, facts, ratio_index(k), cell, known, into);
  }
  if (known) {
    append_impossible(summary.short_probability);
  } else {
    const std::uint64_t never = never_short(state, cell);
    append_probability(summary.short_probability, state.n_paths - never, state.n_paths,
                       facts.is_certain);
  }
}

void summarise_return_periods(const Distribution& annual, bool known, const RankTable& ranks,
                              Summary& summary) {
  for (std::size_t i = 0; i < return_periods_yr.size(); ++i) {
    if (annual.n() == 0) {
      append(summary.loss_return, summary.loss_return_lo, summary.loss_return_hi,
             {not_a_number, not_a_number, not_a_number});
      summary.loss_return_support.push_back(0);
      summary.loss_return_paths_needed.push_back(0);
      summary.loss_return_thin.push_back(1);
      continue;
    }
    const Level level = return_level(return_periods_yr[i]);
    append(summary.loss_return, summary.loss_return_lo, summary.loss_return_hi,
           quantile(annual, level, ranks.period[i]));
    const auto& reached = annual.group_at_rank(rank_of(level, annual.n()));
    const std::int64_t needed = known ? 0 : paths_needed(annual, level);
    summary.loss_return_support.push_back(
        static_cast<std::int64_t>(annual.n() - reached.cumulative));
    summary.loss_return_paths_needed.push_back(needed);
    summary.loss_return_thin.push_back(
        flag(needed > static_cast<std::int64_t>(annual.n_independent())));
  }
}

void summarise_member(const Accumulators& state, const ResultFacts& facts, const RankTable& ranks,
                      int member, Summary& summary) {
  for (int k = 0; k < n_member_measures; ++k) {
    const bool annual = static_cast<MemberMeasure>(k) == MemberMeasure::annual_loss;
    Distribution distribution = member_distribution(state, facts, k, member);
    const bool has_samples = state.n_paths > 0 && (!annual || facts.n_years > 0);
    const bool known = distribution.n() == 0 && has_samples;
    if (known) {
      distribution = Distribution::constant(0.0, state.n_paths);
      append_constant(summary.member_measure[at(k)], 0.0, state.n_paths, ranks);
    } else {
      append_figures(summary.member_measure[at(k)], distribution, ranks);
    }
    if (annual) summarise_return_periods(distribution, known, ranks, summary);
  }
}

WorstSummary summarise_worst(const std::vector<WorstList>& lists) {
  WorstSummary worst;
  worst.path.assign(lists.size() * n_worst_paths, -1);
  worst.value.assign(lists.size() * n_worst_paths, not_a_number);
  for (std::size_t cell = 0; cell < lists.size(); ++cell) {
    for (std::size_t rank = 0; rank < lists[cell].paths().size(); ++rank) {
      const WorstPath& entry = lists[cell].paths()[rank];
      worst.path[cell * n_worst_paths + rank] = static_cast<std::int64_t>(entry.path);
      worst.value[cell * n_worst_paths + rank] = static_cast<double>(entry.value);
    }
  }
  return worst;
}

}  // namespace

Summary summarise(const Accumulators& accumulators, const ResultFacts& facts) {
  const RankTable ranks(accumulators.n_paths);
  Summary summary;
  summary.n_paths = accumulators.n_paths;
  for (int cell = 0; cell < accumulators.shape.n_cells(); ++cell) {
    summarise_cell(accumulators, facts, ranks, cell, summary);
  }
  for (int member = 0; member < accumulators.shape.n_members; ++member) {
    summarise_member(accumulators, facts, ranks, member, summary);
  }
  summary.worst = summarise_worst(accumulators.worst);
  summary.member_worst = summarise_worst(accumulators.member_worst);
  summarise_timelines(accumulators, summary);
  if (!accumulators.draws.empty())
    widen_for_draws(draw_figures(accumulators, facts, summary), facts, summary);
  return summary;
}

}  // namespace blocrisk
