/// What a run reports, as plain arrays: every number is a deterministic function of the integer
/// state, by + - * / and square roots in double, so that equal sets of paths report equal bits.
///
/// Shapes, last index contiguous; cell = member x mineral, row-major. Not a number: no path done,
/// or a value that does not exist. Cells of members without demand are known without sampling.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/engine/accumulators.hpp"

namespace blocrisk {

/// Probabilities that were counted.
struct ProbabilitySummary {
  std::vector<double> value, std_error, low, high;
  /// Paths that should see it `least_tail_samples` times; where none did, at least that many.
  std::vector<std::int64_t> paths_needed;
  std::vector<std::int8_t> thin;  ///< 1: seen fewer times than that
};

/// Figures of one measure; [cell] for a measure, [member] for a member's.
struct MeasureSummary {
  std::vector<double> mean, mean_lo, mean_hi, std_error;   ///< [cell]
  std::vector<double> std_dev, std_dev_lo, std_dev_hi;     ///< [cell]
  std::vector<std::int64_t> mean_paths_needed;             ///< [cell] see tail.hpp
  std::vector<std::int8_t> mean_thin;                      ///< [cell] 1: too few paths carry it
  std::vector<double> quantile, quantile_lo, quantile_hi;  ///< [cell][quantile]
  std::vector<double> var, var_lo, var_hi;                 ///< [cell][level]
  std::vector<double> cvar, cvar_lo, cvar_hi;              ///< [cell][level]
  std::vector<std::int64_t> support;       ///< [cell][level] samples strictly beyond VaR
  std::vector<std::int64_t> paths_needed;  ///< [cell][level] see tail.hpp
  std::vector<std::int8_t> thin;  ///< [cell][level] 1: too few tail paths support the figure
  /// [cell][threshold]; empty but for ratios
  ProbabilitySummary exceedance;
};

/// A quantity through time; empty quantile: only the mean is kept.
struct TimelineSummary {
  std::vector<double> mean;      ///< [cell or mineral][step]
  std::vector<double> quantile;  ///< [cell or mineral][step][timeline quantile]
};

struct WorstSummary {
  std::vector<std::int64_t>
      path;  ///< [cell or member][rank]; -1: fewer paths have a positive value
  std::vector<double> value;
};

struct Summary {
  std::uint64_t n_paths = 0;
  std::array<MeasureSummary, n_measures> measure;
  std::array<MeasureSummary, n_member_measures> member_measure;

  std::vector<std::uint8_t> has_demand;  ///< [cell] 0: known without sampling
  /// [cell] chance of any step above the short threshold.
  ProbabilitySummary short_probability;
  /// [member][return period] of annual loss; support: years strictly beyond.
  std::vector<double> loss_return, loss_return_lo, loss_return_hi;
  std::vector<std::int64_t> loss_return_support, loss_return_paths_needed;
  std::vector<std::int8_t> loss_return_thin;
  WorstSummary worst, member_worst;

  TimelineSummary shortfall, cover, price, restricted;

  const MeasureSummary& of(Measure k) const { return measure[static_cast<std::size_t>(k)]; }
  const MeasureSummary& of(MemberMeasure k) const {
    return member_measure[static_cast<std::size_t>(k)];
  }
};

Summary summarise(const Accumulators& accumulators, const ResultFacts& facts);

}  // namespace blocrisk
