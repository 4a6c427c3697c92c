/// What outer draws of uncertain inputs tell: how much of a measure's spread is chance within a
/// draw and how much is not knowing the inputs, and which of them; and what sharing draws does to
/// the errors of a run's other figures.
///
/// Analysis of variance over the draws, from integer sums; a deterministic function of them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"
#include "host/engine/accumulators.hpp"

namespace blocrisk {

/// Of one measure; [cell], or [member] for a member's. Not a number where draws are too few: two
/// for all but the inputs' figures, which take 16.
struct MeasureDraws {
  std::vector<double> between_std;    ///< of the mean, over what the inputs may be
  std::vector<double> within_std;     ///< of paths whose inputs are known: chance
  std::vector<double> between_share;  ///< of variance; not a number where nothing varies
  /// 5 and 95 % of the mean over what the inputs may be: of the draws' means, drawn together by the
  /// noise that so many paths leave in them.
  std::vector<double> mean_lo, mean_hi;
  /// Variance of the mean over that of as many paths with draws of their own; at least 1.
  std::vector<double> design_effect;
  std::vector<double> input_correlation;  ///< [input][cell] of value and draw's mean
  /// [input][cell] part of the between variance that the input explains alone: its first-order
  /// index, from classes of equal counts; 0 to 1. Not a number where the draws do not clearly
  /// differ.
  std::vector<double> input_share;
};

struct DrawFigures {
  std::uint64_t n_draws = 0;
  std::array<MeasureDraws, n_measures> measure;
  std::array<MeasureDraws, n_member_measures> member_measure;

  const MeasureDraws& of(Measure k) const { return measure[static_cast<std::size_t>(k)]; }
  const MeasureDraws& of(MemberMeasure k) const {
    return member_measure[static_cast<std::size_t>(k)];
  }
};

/// `summary`: of the same state; its means and deviations are used, not its errors.
DrawFigures draw_figures(const Accumulators& accumulators, const ResultFacts& facts,
                         const Summary& summary);

/// Standard errors become those of draws as clusters, and intervals, which were made for
/// independent paths, wider by the root of the measure's design effect about their figures. That
/// effect is the mean's: for a tail or a probability it is an approximation.
void widen_for_draws(const DrawFigures& figures, const ResultFacts& facts, Summary& summary);

}  // namespace blocrisk
