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
/// statistics, good for any law; its ends are 0 or the largest possible value (infinity where the
/// measure has none) where the samples cannot say. Expects n > 0, and `ranks` for
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
/// (X - VaR)+, zeros included, whatever the atoms; the mean's interval is corrected for skewness
/// (N. J. Johnson, J. Am. Stat. Assoc. 73, 1978, 536), because a tail seen a few dozen times is
/// anything but normal. The uncertainty of VaR's rank enters where it says more: CVaR is never
/// below VaR, so neither end lies below VaR's, and where VaR has no upper end CVaR has none.
TailFigures tail_figures(const Distribution& distribution, Level level, RankInterval ranks);

}  // namespace blocrisk
