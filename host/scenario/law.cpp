#include "host/scenario/law.hpp"

#include <algorithm>

#include "kernels/math/exact_double.hpp"

namespace blocrisk {
namespace {

/// Bisects [low, high] until no double lies between, or no more than `finest`: the last point at
/// which `is_below` holds, of a condition that holds up to somewhere and not beyond.
template <class Condition>
double bisect(double low, double high, double finest, Condition is_below) {
  for (;;) {
    const double middle = low + 0.5 * (high - low);
    if (!(middle > low && middle < high && high - low > finest)) return low;
    (is_below(middle) ? low : high) = middle;
  }
}

/// Phi(z) for z <= 0, as the inverse of the project's normal quantile.
double lower_normal_tail(double z) {
  return bisect(0.0, 0.5, 0.0, [z](double p) { return normal_quantile_d(p) <= z; });
}

/// Standard normal cut to [low, high]. Worked out on the side of the middle where Phi is small and
/// keeps its digits.
double cut_normal_quantile(double low, double high, double probability) {
  if (low > 0.0) return -cut_normal_quantile(-high, -low, 1.0 - probability);
  const double below = lower_normal_tail(low);
  const double upto = high <= 0.0 ? lower_normal_tail(high) : 1.0 - lower_normal_tail(-high);
  return normal_quantile_d(below + probability * (upto - below));
}

double normal_value(double mean, double sd, Support support, double probability) {
  if (!(sd > 0.0)) return mean;
  const double z =
      cut_normal_quantile((support.low - mean) / sd, (support.high - mean) / sd, probability);
  return mean + sd * z;
}

double triangular_value(double low, double mode, double high, double probability) {
  const double width = high - low;
  if (!(width > 0.0)) return low;
  if (probability * width <= mode - low) return low + sqrt_d(probability * width * (mode - low));
  return high - sqrt_d((1.0 - probability) * width * (high - mode));
}

/// ln Gamma(x) for x > 0: Stirling's series beyond 16, where seven terms leave less than an ulp.
/// Abramowitz and Stegun (1964), 6.1.41; below that by Gamma(x + 1) = x Gamma(x).
double log_gamma(double x) {
  double product = 1.0;
  for (; x < 16.0; x += 1.0) product *= x;
  static constexpr double c[] = {1.0 / 12,   -1.0 / 360,        1.0 / 1260, -1.0 / 1680,
                                 1.0 / 1188, -691.0 / 360360.0, 1.0 / 156};
  constexpr double half_log_two_pi = 0.91893853320467274178;
  const double series = polynomial_d(1.0 / (x * x), c) / x;
  return (x - 0.5) * log_d(x) - x + half_log_two_pi + series - log_d(product);
}

/// The continued fraction of the incomplete beta function, by the modified method of Lentz.
/// NIST Digital Library of Mathematical Functions, 8.17.22; quick for x below (a + 1) / (a + b +
/// 2).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  constexpr int most_terms = 10'000;
  const auto away_from_zero = [](double v) { return v > -tiny && v < tiny ? tiny : v; };
  double c = 1.0;
  double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
  double value = d;
  for (int m = 1; m < most_terms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0));
    double step = 1.0;
    for (const double term : {even, odd}) {
      d = 1.0 / away_from_zero(1.0 + term * d);
      c = away_from_zero(1.0 + term / c);
      step = c * d;
      value *= step;
    }
    if (step > 1.0 - 1e-15 && step < 1.0 + 1e-15) break;
  }
  return value;
}

/// Regularised incomplete beta function I_x(a, b), 0 < x < 1. `log_beta` is ln B(a, b).
double beta_probability(double a, double b, double log_beta, double x) {
  const double front = exp_d(a * log_d(x) + b * log1p_d(-x) - log_beta);
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(a, b, x) / a;
  return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b;
}

/// The fraction of the support that lies below the quantile.
double beta_quantile(double a, double b, double probability) {
  const double log_beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b);
  return bisect(0.0, 1.0, 0x1p-70,
                [&](double x) { return beta_probability(a, b, log_beta, x) <= probability; });
}

double uncut_value(const UncertainInput& input, Support support, double probability) {
  const double width = support.high - support.low;
  if (input.distribution == "triangular")
    return triangular_value(support.low, *input.mode, support.high, probability);
  if (input.distribution == "normal")
    return normal_value(*input.mean, *input.sd, support, probability);
  if (input.distribution == "lognormal") {
    const Support logs{log_d(support.low), log_d(support.high)};
    return exp_d(normal_value(log_d(*input.median), *input.log_sd, logs, probability));
  }
  if (input.distribution == "beta")
    return support.low + width * beta_quantile(*input.alpha, *input.beta, probability);
  return support.low + width * probability;  // uniform
}

}  // namespace

Support support_of(const UncertainInput& input) {
  Support support{0.0, 1.0};
  if (input.distribution == "normal") {
    support = {*input.mean - default_cut_sd * *input.sd, *input.mean + default_cut_sd * *input.sd};
  } else if (input.distribution == "lognormal") {
    const double factor = exp_d(default_cut_sd * *input.log_sd);
    support = {*input.median / factor, *input.median * factor};
  }
  return {input.low.value_or(support.low), input.high.value_or(support.high)};
}

double law_value(const UncertainInput& input, double probability) {
  const Support support = support_of(input);
  // Rounding may put a value next to an end on its other side.
  return std::clamp(uncut_value(input, support, probability), support.low, support.high);
}

}  // namespace blocrisk
