/// \file
/// exp, log, pow, log1p, expm1 and the normal quantile in double precision, from + - * / sqrt
/// and bit casts alone: calibration and per-step factors then agree on every host, whatever
/// its libm. Host only; accuracy before speed.
///
/// Worst errors against long double (tests/unit/math_test.cpp): exp_d and log1p_d 1 ulp, log_d
/// 0.6 ulp, expm1_d 2 ulp, pow_d 1 ulp for small exponents and 3 ulp at 100,
/// normal_quantile_d 1e-15 relative.
/// Expects -ffp-contract=off, as all of kernels/ does.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/portability.hpp"

RISK_BEGIN

inline double sqrt_d(double x) { return __builtin_sqrt(x); }

/// A value as an unevaluated sum, |lo| at most half an ulp of hi.
struct DoubleDouble {
  double hi;
  double lo;
};

/// a + b exactly (Knuth).
inline DoubleDouble two_sum(double a, double b) {
  const double sum = a + b;
  const double b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}

/// a * b exactly (Dekker), for |a|, |b| < 2^990.
inline DoubleDouble two_product(double a, double b) {
  constexpr double splitter = 0x1p27 + 1.0;
  const double a_hi = splitter * a - (splitter * a - a);
  const double b_hi = splitter * b - (splitter * b - b);
  const double a_lo = a - a_hi;
  const double b_lo = b - b_hi;
  const double product = a * b;
  return {product, ((a_hi * b_hi - product) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo};
}

/// 2^n for -1022 <= n <= 1023.
inline double power_of_two_d(int n) {
  return __builtin_bit_cast(double, static_cast<std::uint64_t>(n + 1023) << 52);
}

/// ln 2 in two parts; the product of the first with an exponent is exact.
inline constexpr double ln2_hi_d = 0x1.62e42feep-1;
inline constexpr double ln2_lo_d = 0x1.a39ef35793c76p-33;

/// e^(x + x_lo), |x_lo| tiny beside x. Gives 0 below -745.2 and infinity above 709.8.
/// Reduction to |r| <= ln2/2 and the rational form of FDLIBM's e_exp.c (Sun Microsystems 1993).
inline double exp_of_sum_d(double x, double x_lo) {
  if (x != x) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.1332191019412) return 0.0;
  const double shifter = 0x1.8p52;
  const double n = (x * 0x1.71547652b82fep0 + shifter) - shifter;
  const double high = x - n * ln2_hi_d;
  const double low = n * ln2_lo_d - x_lo;
  const double r = high - low;
  const double t = r * r;
  const double c =
      r - t * (1.66666666666666019037e-01 +
               t * (-2.77777777770155933842e-03 +
                    t * (6.61375632143793436117e-05 +
                         t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  const double y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
  // Two factors: 2^n alone may lie outside the range of normal numbers.
  const int half = static_cast<int>(n) / 2;
  return y * power_of_two_d(half) * power_of_two_d(static_cast<int>(n) - half);
}

inline double exp_d(double x) { return exp_of_sum_d(x, 0.0); }

/// ln x to about 70 bits, for positive normal x.
inline DoubleDouble log_double_double(double x) {
  const auto word = __builtin_bit_cast(std::uint64_t, x);
  constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcdULL;
  const std::uint64_t shifted = word - sqrt_half;
  const auto e = static_cast<double>(static_cast<std::int64_t>(shifted) >> 52);
  const double m = __builtin_bit_cast(double, (shifted & 0x000fffffffffffffULL) + sqrt_half);
  // ln m = 2 atanh(s), s = (m-1)/(m+1): s to double-double, the rest of the series in double.
  const double f = m - 1.0;
  const DoubleDouble g = two_sum(m, 1.0);
  const double s = f / g.hi;
  const DoubleDouble back = two_product(s, g.hi);
  const double s_lo = (((f - back.hi) - back.lo) - s * g.lo) / g.hi;
  const double t = s * s;
  double p = 2.0 / 25.0;
  for (int odd = 23; odd >= 3; odd -= 2) p = p * t + 2.0 / odd;
  const double cubic = s * t * p;
  const DoubleDouble scaled = two_sum(e * ln2_hi_d, 2.0 * s);
  const DoubleDouble sum = two_sum(scaled.hi, cubic);
  const double rest = sum.lo + (scaled.lo + (2.0 * s_lo + e * ln2_lo_d));
  const double hi = sum.hi + rest;
  return {hi, rest - (hi - sum.hi)};
}

/// ln x for x > 0; -infinity at 0, NaN below.
inline double log_d(double x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (x == 0.0) return -infinity;
  if (!(x > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  if (x == infinity) return x;
  if (x < 0x1p-1022) return log_double_double(x * 0x1p54).hi - 54.0 * 0x1.62e42fefa39efp-1;
  return log_double_double(x).hi;
}

/// base^exponent for base >= 0; 0^0 is 1.
inline double pow_d(double base, double exponent) {
  if (exponent == 0.0 || base == 1.0) return 1.0;
  if (base == 0.0) return exponent > 0.0 ? 0.0 : std::numeric_limits<double>::infinity();
  if (!(base >= 0x1p-1022) || base == std::numeric_limits<double>::infinity()) {
    return exp_d(exponent * log_d(base));
  }
  const DoubleDouble log_base = log_double_double(base);
  const DoubleDouble product = two_product(exponent, log_base.hi);
  return exp_of_sum_d(product.hi, product.lo + exponent * log_base.lo);
}

/// ln(1 + x) for x > -1.
inline double log1p_d(double x) {
  if (!(x > -1.0) || x > 0x1p60) return log_d(1.0 + x);
  const DoubleDouble u = two_sum(1.0, x);
  const DoubleDouble log_u = log_double_double(u.hi);
  return log_u.hi + (log_u.lo + u.lo / u.hi);
}

/// e^x - 1.
inline double expm1_d(double x) {
  if (!(x > -0.7 && x < 0.7)) return exp_d(x) - 1.0;
  double p = 1.0 / 20.0;
  for (int k = 19; k >= 3; --k) p = (1.0 + x * p) / k;
  // x + x^2 (1/2 + x p / 2): the largest term last.
  return x + x * x * (0.5 + 0.5 * x * p);
}

/// sum c[k] x^k.
template <int N>
inline double polynomial_d(double x, const double (&c)[N]) {
  double p = c[N - 1];
  for (int k = N - 2; k >= 0; --k) p = p * x + c[k];
  return p;
}

/// Phi^-1(p): infinite at 0 and 1, NaN outside.
/// Source: Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477-484.
inline double normal_quantile_d(double p) {
  static constexpr double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                                 1.9715909503065514427e3, 1.3731693765509461125e4,
                                 4.5921953931549871457e4, 6.7265770927008700853e4,
                                 3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double b[] = {1.0,
                                 4.2313330701600911252e1,
                                 6.8718700749205790830e2,
                                 5.3941960214247511077e3,
                                 2.1213794301586595867e4,
                                 3.9307895800092710610e4,
                                 2.8729085735721942674e4,
                                 5.2264952788528545610e3};
  static constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                 5.76949722146069140550e0,  3.64784832476320460504e0,
                                 1.27045825245236838258e0,  2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
  static constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                 1.78482653991729133580e0,  2.96560571828504891230e-1,
                                 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[] = {1.0,
                                 5.99832206555887937690e-1,
                                 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!(p >= 0.0 && p <= 1.0)) return std::numeric_limits<double>::quiet_NaN();
  if (p == 0.0) return -infinity;
  if (p == 1.0) return infinity;
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial_d(r, a) / polynomial_d(r, b);
  }
  const double r = sqrt_d(-log_d(q < 0.0 ? p : 1.0 - p));
  const double z = r <= 5.0 ? polynomial_d(r - 1.6, c) / polynomial_d(r - 1.6, d)
                            : polynomial_d(r - 5.0, e) / polynomial_d(r - 5.0, f);
  return q < 0.0 ? -z : z;
}

RISK_END
