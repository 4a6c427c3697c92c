/// Quantiles, value at risk and conditional value at risk of a distribution, with 95 % intervals.
#pragma once

#include <cstdint>

#include "host/analysis/binomial.hpp"
#include "host/analysis/distribution.hpp"
#include "host/analysis/levels.hpp"

namespace blocrisk {

/// A figure with its 95 % interval.
struct Figure {
  double value, low, high;
};

/// Below this many samples in the tail a figure is called thin.
inline constexpr std::uint64_t least_tail_samples = 30;

/// Smallest value whose cumulative share is at least the level. The interval is that of order
/// statistics, good for any law, and reaches to the edges of their bins; its ends are the least and
/// the largest possible value where the samples cannot say. Expects n > 0, and `ranks` for
/// `distribution.n_independent()` samples.
Figure quantile(const Distribution& distribution, Level level, RankInterval ranks);

struct TailFigures {
  Figure var, cvar;
  std::int64_t support;  ///< samples strictly beyond VaR
  /// Paths it would take to have `least_tail_samples` in the tail: beyond the level, and, where
  /// some but fewer lie strictly beyond VaR, beyond VaR.
  std::int64_t paths_needed;
  bool thin;  ///< paths_needed exceeds the paths there are
};

/// CVaR is the mean of the worst 1 - level of the samples, an atom at VaR counted in part, which is
/// VaR + E (X - VaR)+ / (1 - level) (Rockafellar and Uryasev, J. Banking & Finance 26, 2002, 1443).
///
/// Its interval: VaR minimises that expression, so to first order the error is that of the mean of
/// (X - VaR)+, zeros included, whatever the atoms; it is `mean_interval`'s, because a tail seen a
/// few dozen times is anything but normal. Any t in place of VaR gives no less than CVaR, so the
/// upper end may rest on the VaR that was seen; the lower end is the lower of two, with the VaR
/// that was seen and with the lower end of its interval. CVaR is never below VaR: neither end lies
/// below VaR's.
TailFigures tail_figures(const Distribution& distribution, Level level, RankInterval ranks);

/// Paths that should give `least_tail_samples` where n paths gave `seen`, which is not 0.
std::int64_t paths_for(std::uint64_t seen, std::uint64_t n);

/// Paths that would put `least_tail_samples` beyond the level and, where some but fewer lie
/// strictly beyond its quantile, beyond that.
std::int64_t paths_needed(const Distribution& distribution, Level level);

/// A probability seen `count` times in n > 0. Where nothing is left to chance, never and always are
/// what they seem.
Figure probability_figure(std::uint64_t count, std::uint64_t n, bool is_certain);

/// The mean, and how many samples carry it.
struct MeanFigure {
  Figure mean;
  /// Paths it would take for `least_tail_samples` to differ from the smallest or largest value,
  /// whichever fewer do; those there are where all samples are equal.
  std::int64_t paths_needed;
};
MeanFigure mean_figure(const Distribution& distribution);

/// The standard deviation: the root of the mean squared distance from the mean, and its interval
/// the root of `mean_interval`'s, with more caution about the squares that were not seen. That the
/// mean is not known but estimated matters only to second order. Not a number for a single sample.
Figure deviation_figure(const Distribution& distribution);

}  // namespace blocrisk
