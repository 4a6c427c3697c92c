/// A 95 % interval of a mean that stays honest where the samples are skewed or few: rare shortages
/// and heavy tails, for which mean +- 1.96 standard errors holds the truth far too seldom.
#pragma once

#include <cstdint>

#include "host/analysis/binomial.hpp"

namespace blocrisk {

/// Below this many samples away from an end of their range, what was not seen there may be as far
/// out as can be.
inline constexpr std::uint64_t least_seen_samples = 10;

/// Samples by their sums about the mean: n independent ones, sums of squares and of cubes.
struct CentralSums {
  double n = 0.0;
  double mean = 0.0;
  double squares = 0.0, cubes = 0.0;

  /// With one more sample.
  CentralSums with(double value) const;
};

/// What else the samples say about where their law ends.
struct SampleRange {
  double smallest, largest;         ///< seen
  double lower_bound, upper_bound;  ///< of any sample; may be infinite
  std::uint64_t n_above_smallest, n_below_largest;
};

/// Hall's transformation of Student's ratio, which takes the skewness out of it by a cubic with an
/// inverse (P. Hall, J. R. Stat. Soc. B 54, 1992, 221), with two cautions for the part of the law
/// that the samples have not shown. Each end counts one more sample: the most extreme one seen on
/// its side or, where fewer than `least_seen_samples` lie away from the other side, the bound. And
/// the normal point becomes Student's, with as many degrees of freedom as samples lie away from the
/// end's own side: they are all that tells the spread.
/// tests/statistical/coverage_test.cpp measures how often the interval holds the truth.
Interval mean_interval(const CentralSums& sums, const SampleRange& range);

}  // namespace blocrisk
