#include "host/analysis/mean_interval.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/math/exact_double.hpp"

namespace blocrisk {
namespace {

double cube_root(double x) {
  if (x == 0.0) return 0.0;
  const double size = exp_d(log_d(std::fabs(x)) / 3.0);
  return x < 0.0 ? -size : size;
}

/// 97.5 % point of Student's t, to first order in 1 / degrees of freedom (Cornish and Fisher).
double student_975(std::uint64_t degrees) {
  const double n = static_cast<double>(std::max<std::uint64_t>(degrees, 1));
  return normal_975 * (1.0 + (normal_975 * normal_975 + 1.0) / (4.0 * n));
}

/// The mean at which the transformed ratio of these sums has the value x.
///   g(T) = T + b T^2 / 3 + b^2 T^3 / 27 + b / 6,  b the skewness of the mean
///   g^-1(x) = 3 ((1 + b (x - b / 6))^(1/3) - 1) / b, written so that b may vanish
double mean_at(const CentralSums& sums, double x) {
  if (!(sums.squares > 0.0)) return sums.mean;
  const double error = sqrt_d(sums.squares) / sums.n;
  const double skew = sums.cubes / (sums.squares * sqrt_d(sums.squares));
  const double shifted = x - skew / 6.0;
  const double root = cube_root(1.0 + skew * shifted);
  return sums.mean - error * 3.0 * shifted / (root * root + root + 1.0);
}

}  // namespace

CentralSums CentralSums::with(double value) const {
  const double step = value - mean;
  const double total = n + 1.0;
  return {
      total, mean + step / total, squares + step * step * n / total,
      cubes + step * step * step * n * (n - 1.0) / (total * total) - 3.0 * step * squares / total};
}

Interval mean_interval(const CentralSums& sums, const SampleRange& range) {
  const bool shows_top = range.n_above_smallest >= least_seen_samples;
  const bool shows_bottom = range.n_below_largest >= least_seen_samples;
  const double top = shows_top ? range.largest : range.upper_bound;
  const double bottom = shows_bottom ? range.smallest : range.lower_bound;
  const double low_point = student_975(range.n_above_smallest);
  const double high_point = -student_975(range.n_below_largest);
  const double low = std::isinf(bottom) ? bottom : mean_at(sums.with(bottom), low_point);
  const double high = std::isinf(top) ? top : mean_at(sums.with(top), high_point);
  return {std::min(std::max(low, range.lower_bound), sums.mean),
          std::max(std::min(high, range.upper_bound), sums.mean)};
}

}  // namespace blocrisk
