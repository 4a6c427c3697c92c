/// \file
/// exp, log and 1 - exp(-x) in single precision, from fma, integers and bit casts alone: the
/// same bits on every host and device. Never libm's, never the special function unit's.
///
/// Worst errors against double, measured by tests/unit/math_exhaustive_test.cpp over every float in
/// range:
///   exp                  1.02 ulp on [-87.3, 88.7]
///   log                  0.87 ulp on all positive normal floats
///   one_minus_exp_neg    0.89 ulp on [2^-126, 87.3]
/// Coefficients: Lawson's weighted least squares against 40-digit values, rounded to float from
/// the lowest order up with the rest refitted each time.
#pragma once

#include "kernels/lanes/lanes.hpp"

RISK_BEGIN

/// x = n ln2 + r with integer n and |r| <= ln2 / 2.
template <RealLanes F>
struct ReducedExponent {
  F r;
  /// n << 23: added to a float's bits, it scales by 2^n.
  typename LanesOf<F>::U exponent_bits;
};

/// Expects |x| < 2^21.
template <RealLanes F>
RISK_FN ReducedExponent<F> reduce_exponent(F x) {
  // Adding 1.5 * 2^23 rounds to an integer, whose bits then end the sum's.
  const F shifter = splat<F>(0x1.8p23F);
  const F shifted = fma(x, splat<F>(0x1.715476p0F), shifter);
  const F n = shifted - shifter;
  // 16 leading bits of ln2 make n ln2 and the first difference exact.
  const F high = fma(n, splat<F>(-0x1.62e4p-1F), x);
  return {fma(n, splat<F>(-0x1.7f7d1cp-20F), high), shl(bits(shifted), 23)};
}

/// e^x. The argument is first clamped to [-87.3, 88.7], so the result is always a positive
/// normal float; underflow ends at 1.2e-38, overflow at 3.3e38.
template <RealLanes F>
RISK_FN F exp(F x) {
  const F clamped = min(max(x, splat<F>(-87.3F)), splat<F>(88.7F));
  const auto [r, exponent_bits] = reduce_exponent(clamped);
  F p = splat<F>(0x1.6a4154p-10F);
  p = fma(p, r, splat<F>(0x1.1239c6p-7F));
  p = fma(p, r, splat<F>(0x1.5558bcp-5F));
  p = fma(p, r, splat<F>(0x1.555492p-3F));
  p = fma(p, r, splat<F>(0x1.fffffcp-2F));
  p = fma(r * r, p, r) + splat<F>(1.0F);
  return from_bits(bits(p) + exponent_bits);
}

/// 1 - e^-x for x >= 0, to full relative accuracy also where x is tiny: the probability of at
/// least one event when x are expected.
template <RealLanes F>
RISK_FN F one_minus_exp_neg(F x) {
  const auto [r, exponent_bits] = reduce_exponent(splat<F>(0.0F) - min(x, splat<F>(87.3F)));
  F p = splat<F>(0x1.9e7cf2p-13F);
  p = fma(p, r, splat<F>(0x1.6d3a84p-10F));
  p = fma(p, r, splat<F>(0x1.1112d4p-7F));
  p = fma(p, r, splat<F>(0x1.5554f8p-5F));
  p = fma(p, r, splat<F>(0x1.555554p-3F));
  p = fma(p, r, splat<F>(0.5F));
  p = fma(r * r, p, r);  // e^r - 1
  const F one = splat<F>(1.0F);
  const F scale = from_bits(bits(one) + exponent_bits);
  return fma(splat<F>(0.0F) - scale, p, one - scale);
}

/// Natural logarithm of a positive normal float.
template <RealLanes F>
RISK_FN F log(F x) {
  using U = typename LanesOf<F>::U;
  // x = 2^e m with m in [sqrt(1/2), sqrt(2)), so that log is accurate around 1.
  const U sqrt_half = splat<U>(0x3f3504f3U);
  const U from_sqrt_half = bits(x) - sqrt_half;
  const F e = to_float(as_signed(from_sqrt_half) >> 23);
  const F m = from_bits((from_sqrt_half & splat<U>(0x007fffffU)) + sqrt_half);
  const F f = m - splat<F>(1.0F);
  F p = splat<F>(-0x1.38c9c0p-4F);
  p = fma(p, f, splat<F>(0x1.055ec0p-3F));
  p = fma(p, f, splat<F>(-0x1.0d8242p-3F));
  p = fma(p, f, splat<F>(0x1.22d92ep-3F));
  p = fma(p, f, splat<F>(-0x1.54728ap-3F));
  p = fma(p, f, splat<F>(0x1.99a01cp-3F));
  p = fma(p, f, splat<F>(-0x1.000226p-2F));
  p = fma(p, f, splat<F>(0x1.555554p-2F));
  const F square = f * f;
  p = fma(square * f, p, square * splat<F>(-0.5F));
  p = fma(e, splat<F>(-0x1.05c610p-29F), p);
  return fma(e, splat<F>(0x1.62e430p-1F), p + f);
}

RISK_END
