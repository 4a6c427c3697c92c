/// Mean and variance from the fixed-point sums, without cancellation.
#pragma once

#include <cstdint>

#include "host/engine/accumulators.hpp"

namespace blocrisk {

struct MeanAndVariance {
  double mean = 0.0;
  double variance = 0.0;  ///< unbiased; not a number for a single sample
};

/// scale: a power of two, 1/unit of the sum. n S2 - S1^2 is formed in 256-bit integers and rounded
/// once: sums of 10^12 values keep every bit, where doubles would lose a small spread.
MeanAndVariance mean_and_variance(const Moments& moments, std::uint64_t n, double scale);

/// What rounding each square to its unit can make of the variance of equal values.
double variance_resolution(double scale);

}  // namespace blocrisk
