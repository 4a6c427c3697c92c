#include "host/analysis/summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

#include "host/analysis/binomial.hpp"
#include "host/analysis/distribution.hpp"
#include "host/analysis/draw_figures.hpp"
#include "host/analysis/levels.hpp"
#include "host/analysis/tail.hpp"
#include "host/analysis/timeline.hpp"

namespace blocrisk {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double unbounded = std::numeric_limits<double>::infinity();

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

// --- where a cell's distribution comes from

/// What a measure cannot exceed, whatever happens on a path.
double upper_bound(Measure measure, const ResultFacts& facts) {
  switch (measure) {
    case Measure::shortfall:
    case Measure::peak:
    case Measure::curtailed:
    case Measure::essential_shortfall:
      return 1.0;
    case Measure::months_short:
    case Measure::longest_spell:
    case Measure::first_short:
    case Measure::recovery:
      return facts.horizon_months();
    case Measure::drawn:  // a stock can be drawn, refilled and drawn again
    case Measure::extra_cost:
    case Measure::price_shock_cost:
    case Measure::loss:
      return unbounded;
  }
  return unbounded;
}

std::span<const std::uint64_t> row(const std::vector<std::uint64_t>& counts, int index,
                                   BinRange range) {
  return std::span(counts).subspan(at(index) * at(range.n_bins()), at(range.n_bins()));
}

Distribution cell_distribution(const Accumulators& state, const ResultFacts& facts, int measure,
                               int cell) {
  const MeasureKind kind = measure_table[measure].kind;
  DistributionSource source;
  source.range = bins_of(kind);
  source.counts = row(state.histogram[at(measure)], cell, source.range);
  source.moments = state.moments[at(measure)][at(cell)];
  source.scale = facts.measure_scale[at(measure) * at(state.shape.n_cells()) + at(cell)];
  source.upper_bound = upper_bound(static_cast<Measure>(measure), facts);
  source.n_independent = state.n_paths;
  if (kind == MeasureKind::months) source.lattice = facts.months_per_step();
  if (static_cast<Measure>(measure) == Measure::shortfall) source.worst = &state.worst[at(cell)];
  return Distribution(source);
}

Distribution member_distribution(const Accumulators& state, const ResultFacts& facts, int measure,
                                 int member) {
  DistributionSource source;
  source.range = bins_of(member_measure_table[measure].kind);
  source.counts = row(state.member_histogram[at(measure)], member, source.range);
  source.moments = state.member_moments[at(measure)][at(member)];
  source.scale = facts.member_measure_scale[at(measure) * at(state.shape.n_members) + at(member)];
  source.n_independent = state.n_paths;
  if (static_cast<MemberMeasure>(measure) == MemberMeasure::loss) {
    source.worst = &state.member_worst[at(member)];
  }
  return Distribution(source);
}

// --- one cell's figures, appended to the summary's arrays

void append(std::vector<double>& value, std::vector<double>& low, std::vector<double>& high,
            const Figure& figure) {
  value.push_back(figure.value);
  low.push_back(figure.low);
  high.push_back(figure.high);
}

void append_tail(MeasureSummary& into, const TailFigures& figures) {
  append(into.var, into.var_lo, into.var_hi, figures.var);
  append(into.cvar, into.cvar_lo, into.cvar_hi, figures.cvar);
  into.support.push_back(figures.support);
  into.paths_needed.push_back(figures.paths_needed);
  into.thin.push_back(figures.thin ? 1 : 0);
}

/// No path, no figure.
void append_nothing(MeasureSummary& into) {
  for (auto* values : {&into.mean, &into.std_dev, &into.std_error}) values->push_back(not_a_number);
  constexpr Figure none{not_a_number, not_a_number, not_a_number};
  for (std::size_t i = 0; i < quantile_levels.size(); ++i) {
    append(into.quantile, into.quantile_lo, into.quantile_hi, none);
  }
  for (std::size_t i = 0; i < tail_levels.size(); ++i) append_tail(into, {none, none, 0, 0, true});
}

void append_figures(MeasureSummary& into, const Distribution& distribution,
                    const RankTable& ranks) {
  if (distribution.n() == 0) return append_nothing(into);
  const MeanAndVariance& moments = distribution.moments();
  into.mean.push_back(moments.mean);
  into.std_dev.push_back(std::sqrt(moments.variance));
  into.std_error.push_back(
      std::sqrt(moments.variance / static_cast<double>(distribution.n_independent())));
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
}

void append_probability(std::uint64_t count, std::uint64_t n, std::vector<double>& value,
                        std::vector<double>* std_error, std::vector<double>& low,
                        std::vector<double>& high) {
  if (n == 0) {
    append(value, low, high, {not_a_number, not_a_number, not_a_number});
    if (std_error != nullptr) std_error->push_back(not_a_number);
    return;
  }
  const double share = static_cast<double>(count) / static_cast<double>(n);
  const Interval interval = wilson_interval(count, n);
  append(value, low, high, {share, interval.low, interval.high});
  if (std_error != nullptr) {
    std_error->push_back(std::sqrt(share * (1.0 - share) / static_cast<double>(n)));
  }
}

/// Probability 0 that needs no sample.
void append_impossible(std::vector<double>& value, std::vector<double>* std_error,
                       std::vector<double>& low, std::vector<double>& high) {
  append(value, low, high, {0.0, 0.0, 0.0});
  if (std_error != nullptr) std_error->push_back(0.0);
}

// --- the parts of a summary

bool cell_was_sampled(const Accumulators& state, int cell) {
  const auto counts = row(state.histogram[0], cell, bins_of(measure_table[0].kind));
  return std::any_of(counts.begin(), counts.end(), [](std::uint64_t count) { return count > 0; });
}

void summarise_exceedance(const Accumulators& state, int ratio, int cell, bool known,
                          MeasureSummary& into) {
  const int n_thresholds = state.shape.n_thresholds;
  for (int k = 0; k < n_thresholds; ++k) {
    const std::uint64_t count = state.exceedance[at(ratio)][at(cell) * at(n_thresholds) + at(k)];
    if (known) {
      append_impossible(into.exceedance, &into.exceedance_stderr, into.exceedance_lo,
                        into.exceedance_hi);
    } else {
      append_probability(count, state.n_paths, into.exceedance, &into.exceedance_stderr,
                         into.exceedance_lo, into.exceedance_hi);
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
    if (ratio_index(k) >= 0) summarise_exceedance(state, ratio_index(k), cell, known, into);
  }
  if (known) {
    append_impossible(summary.short_probability, nullptr, summary.short_probability_lo,
                      summary.short_probability_hi);
  } else {
    const auto months = static_cast<std::size_t>(Measure::months_short);
    const std::uint64_t never = row(state.histogram[months], cell, months_bins)[0];
    append_probability(state.n_paths - never, state.n_paths, summary.short_probability, nullptr,
                       summary.short_probability_lo, summary.short_probability_hi);
  }
}

void summarise_return_periods(const Distribution& annual, const RankTable& ranks,
                              Summary& summary) {
  for (std::size_t i = 0; i < return_periods_yr.size(); ++i) {
    if (annual.n() == 0) {
      append(summary.loss_return, summary.loss_return_lo, summary.loss_return_hi,
             {not_a_number, not_a_number, not_a_number});
      summary.loss_return_support.push_back(0);
      continue;
    }
    const Level level = return_level(return_periods_yr[i]);
    append(summary.loss_return, summary.loss_return_lo, summary.loss_return_hi,
           quantile(annual, level, ranks.period[i]));
    const std::size_t group = annual.group_of_rank(rank_of(level, annual.n()));
    summary.loss_return_support.push_back(
        static_cast<std::int64_t>(annual.n() - annual.groups()[group].cumulative));
  }
}

void summarise_member(const Accumulators& state, const ResultFacts& facts, const RankTable& ranks,
                      int member, Summary& summary) {
  for (int k = 0; k < n_member_measures; ++k) {
    const bool annual = static_cast<MemberMeasure>(k) == MemberMeasure::annual_loss;
    Distribution distribution = member_distribution(state, facts, k, member);
    const bool has_samples = state.n_paths > 0 && (!annual || facts.n_years > 0);
    if (distribution.n() == 0 && has_samples) {
      distribution = Distribution::constant(0.0, state.n_paths);
      append_constant(summary.member_measure[at(k)], 0.0, state.n_paths, ranks);
    } else {
      append_figures(summary.member_measure[at(k)], distribution, ranks);
    }
    if (annual) summarise_return_periods(distribution, ranks, summary);
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
  if (!accumulators.draws.empty()) {
    std::array<double, n_measures> largest{};
    for (int k = 0; k < n_measures; ++k)
      largest[at(k)] = upper_bound(static_cast<Measure>(k), facts);
    widen_for_draws(draw_figures(accumulators, facts, summary), largest, summary);
  }
  return summary;
}

}  // namespace blocrisk
