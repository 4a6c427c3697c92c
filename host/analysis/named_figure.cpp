#include "host/analysis/named_figure.hpp"

#include <cstddef>

#include "host/analysis/binomial.hpp"
#include "host/analysis/cell_distribution.hpp"
#include "host/analysis/levels.hpp"
#include "host/scenario/nearest.hpp"
#include "host/scenario/number_text.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

std::string level_text(Level level) {
  return number_text(100.0 * static_cast<double>(level.part) / static_cast<double>(level.whole));
}

/// Mean, quantiles and tail figures of one measure.
void list_measure(const MeasureInfo& info, bool of_member, int measure,
                  std::vector<NamedFigure>& into) {
  const std::string of = std::string(info.name) + ".";
  const auto list = [&](const std::string& figure, FigureKind kind, std::size_t index) {
    into.push_back(
        {of + figure, kind, of_member, measure, static_cast<int>(index), unit_of(info.kind)});
  };
  list("mean", FigureKind::mean, 0);
  for (std::size_t i = 0; i < quantile_levels.size(); ++i)
    list("p" + level_text(quantile_levels[i]), FigureKind::quantile, i);
  for (std::size_t i = 0; i < tail_levels.size(); ++i) {
    list("var" + level_text(tail_levels[i]), FigureKind::var, i);
    list("cvar" + level_text(tail_levels[i]), FigureKind::cvar, i);
  }
}

Figure of_distribution(const NamedFigure& named, const Distribution& distribution,
                       RankInterval ranks) {
  if (distribution.n() == 0) return {0.0, 0.0, 0.0};
  switch (named.kind) {
    case FigureKind::quantile:
      return quantile(distribution, quantile_levels[at(named.index)], ranks);
    case FigureKind::var:
      return quantile(distribution, tail_levels[at(named.index)], ranks);
    case FigureKind::cvar:
      return tail_figures(distribution, tail_levels[at(named.index)], ranks).cvar;
    case FigureKind::mean:
    case FigureKind::exceedance:
    case FigureKind::short_probability:
      break;
  }
  return mean_figure(distribution).mean;
}

/// Those of the figure's level, where it has one.
RankInterval ranks_of(const NamedFigure& named, std::uint64_t n_paths) {
  if (named.kind == FigureKind::quantile)
    return rank_interval(quantile_levels[at(named.index)], n_paths);
  if (named.kind == FigureKind::var || named.kind == FigureKind::cvar)
    return rank_interval(tail_levels[at(named.index)], n_paths);
  return {};
}

Figure figure_of(const NamedFigure& named, const Accumulators& state, const ResultFacts& facts,
                 int row, RankInterval ranks) {
  if (named.of_member)
    return of_distribution(named, member_distribution(state, facts, named.measure, row), ranks);
  if (!cell_was_sampled(state, row)) return {0.0, 0.0, 0.0};
  if (named.kind == FigureKind::short_probability)
    return probability_figure(state.n_paths - never_short(state, row), state.n_paths,
                              facts.is_certain);
  if (named.kind == FigureKind::exceedance) {
    const auto& counts = state.exceedance[at(ratio_index(named.measure))];
    return probability_figure(counts[at(row * state.shape.n_thresholds + named.index)],
                              state.n_paths, facts.is_certain);
  }
  return of_distribution(named, cell_distribution(state, facts, named.measure, row), ranks);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::vector<NamedFigure> named_figures(const std::vector<double>& thresholds) {
  std::vector<NamedFigure> figures;
  for (int k = 0; k < n_measures; ++k) {
    list_measure(measure_table[k], false, k, figures);
    if (ratio_index(k) < 0) continue;
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
      figures.push_back(
          {std::string(measure_table[k].name) + ".exceedance." + number_text(thresholds[i]),
           FigureKind::exceedance, false, k, static_cast<int>(i), "1"});
    }
  }
  figures.push_back({"short_probability", FigureKind::short_probability, false, 0, 0, "1"});
  for (int k = 0; k < n_member_measures; ++k)
    list_measure(member_measure_table[k], true, k, figures);
  return figures;
}

NamedFigure find_figure(const std::string& option, const std::string& name,
                        const std::vector<double>& thresholds) {
  std::vector<std::string> names, measures;
  for (const NamedFigure& figure : named_figures(thresholds)) {
    if (figure.name == name) return figure;
    names.push_back(figure.name);
  }
  for (const MeasureInfo& info : measure_table) measures.emplace_back(info.name);
  for (const MeasureInfo& info : member_measure_table) measures.emplace_back(info.name);
  throw UsageError(option + " " + name + ": no figure has that name; it is short_probability or " +
                   "MEASURE.FIGURE, the measure one of " + joined(measures) +
                   ", the figure mean, p50 (p1 to p99.9), var95 or cvar95 (90, 95, 99, 99.5, "
                   "99.9), or, of a ratio, exceedance.0.1 (a threshold of the scenario)" +
                   nearest_hint(name, names));
}

std::vector<Figure> figures_of(const NamedFigure& named, const Accumulators& state,
                               const ResultFacts& facts) {
  const RankInterval ranks = ranks_of(named, state.n_paths);
  std::vector<Figure> figures;
  for (int row = 0; row < named.n_rows(state.shape); ++row)
    figures.push_back(figure_of(named, state, facts, row, ranks));
  return figures;
}

}  // namespace blocrisk
