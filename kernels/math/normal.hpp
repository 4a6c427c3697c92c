/// \file
/// From one random word to a decision, a uniform, an exponential or a normal. A word becomes a
/// real number in one way only, here.
///
/// Worst error of the normal against double over all 2^31 magnitudes: 3.3 ulp
/// (tests/unit/math_exhaustive_test.cpp measures it). |z| ranges from 2.9e-10 to 6.34.
#pragma once

#include "kernels/math/exp_log.hpp"

RISK_BEGIN

/// In (0,1), symmetric about 1/2, exact: ((word >> 9) + 1/2) 2^-23.
template <class L>
RISK_FN typename L::F uniform_from_word(typename L::U word) {
  using F = typename L::F;
  return (to_float(as_signed(shr(word, 9))) + splat<F>(0.5F)) * splat<F>(0x1p-23F);
}

/// Exponential with the given mean: -mean ln(u).
template <class L>
RISK_FN typename L::F exponential_from_word(typename L::U word, typename L::F mean) {
  return mean * (splat<typename L::F>(0.0F) - log(uniform_from_word<L>(word)));
}

/// Did a decision with threshold = round(p 2^31) fall? Threshold 0 never does, 2^31 always.
template <class U>
requires std::same_as<U, typename LanesOf<U>::U> RISK_FN typename LanesOf<U>::M happens(
    U word, U threshold) {
  using I = typename LanesOf<U>::I;
  // Both are at most 2^31 and the left one is less, so the difference fits an int32.
  return lt(as_signed(shr(word, 1) - threshold), splat<I>(0));
}
/// The same where thresholds are stored as signed (2^31 then is the most negative number).
template <class U>
requires std::same_as<U, typename LanesOf<U>::U> RISK_FN typename LanesOf<U>::M happens(
    U word, typename LanesOf<U>::I threshold) {
  return happens(word, as_word(threshold));
}

/// Threshold of a probability in [0,1] that was computed on the path: truncate(p 2^31).
template <RealLanes F>
RISK_FN typename LanesOf<F>::U threshold_from_probability(F p) {
  using U = typename LanesOf<F>::U;
  // 2^31 itself is no int32; the largest float below 1 keeps the conversion in range.
  const F below_one = min(p, splat<F>(0x1.fffffep-1F));
  const U threshold = as_word(truncate(below_one * splat<F>(0x1p31F)));
  return select(ge(p, splat<F>(1.0F)), splat<U>(0x80000000U), threshold);
}

/// Giles' w = -ln(4 p (1-p)) beyond which the tail polynomial takes over: p < 0.0017.
inline constexpr float normal_tail_from_w = 5.0F;

/// z / (1 - 2p) as a polynomial in w - 2.5, for w in [0, 5].
template <RealLanes F>
RISK_FN F normal_centre_ratio(F w) {
  const F x = w - splat<F>(2.5F);
  F p = splat<F>(-0x1.be3d6ap-27F);
  p = fma(p, x, splat<F>(0x1.0079acp-25F));
  p = fma(p, x, splat<F>(0x1.65d64cp-21F));
  p = fma(p, x, splat<F>(-0x1.46067ap-18F));
  p = fma(p, x, splat<F>(-0x1.d91322p-18F));
  p = fma(p, x, splat<F>(0x1.439e12p-12F));
  p = fma(p, x, splat<F>(-0x1.d06a52p-10F));
  p = fma(p, x, splat<F>(-0x1.832762p-8F));
  p = fma(p, x, splat<F>(0x1.652c5cp-2F));
  return fma(p, x, splat<F>(0x1.0fc8bcp+1F));
}

/// z as a polynomial in sqrt(w) - 3.25, for w from 5 to 21.49, where words end.
template <RealLanes F>
RISK_FN F normal_tail(F w) {
  const F x = sqrt(w) - splat<F>(3.25F);
  F p = splat<F>(-0x1.b12adcp-17F);
  p = fma(p, x, splat<F>(0x1.31cbcep-15F));
  p = fma(p, x, splat<F>(0x1.51ebd4p-16F));
  p = fma(p, x, splat<F>(-0x1.516e76p-12F));
  p = fma(p, x, splat<F>(0x1.3fb116p-10F));
  p = fma(p, x, splat<F>(-0x1.c52c1ep-9F));
  p = fma(p, x, splat<F>(0x1.af17e6p-8F));
  p = fma(p, x, splat<F>(0x1.6c0824p+0F));
  return fma(p, x, splat<F>(0x1.171e2cp+2F));
}

/// Standard normal: the top bit is the sign, the other 31 bits m give the tail probability
/// p = (m + 1/2) 2^-32 and z = -Phi^-1(p).
///
/// The form, z over w = -ln(4p(1-p)), is M. Giles, "Approximating the erfinv function", GPU
/// Computing Gems Jade (2011), ch. 10; coefficients refitted to the last word.
template <class L>
RISK_FN typename L::F normal_from_word(typename L::U word) {
  using F = typename L::F;
  using U = typename L::U;
  const U magnitude = word & splat<U>(0x7fffffffU);
  const U complement = magnitude ^ splat<U>(0x7fffffffU);
  const F p = fma(to_float(as_signed(magnitude)), splat<F>(0x1p-32F), splat<F>(0x1p-33F));
  // 1 - 2p taken from the integer complement: no cancellation near the centre.
  const F q = fma(to_float(as_signed(complement)), splat<F>(0x1p-31F), splat<F>(0x1p-32F));
  const F four_p = p * splat<F>(4.0F);
  const F w = splat<F>(0.0F) - log(fma(four_p, splat<F>(0.0F) - p, four_p));
  F z = q * normal_centre_ratio(w);
  const auto tail = gt(w, splat<F>(normal_tail_from_w));
  if (any(tail)) z = select(tail, normal_tail(w), z);
  return from_bits(bits(z) ^ (word & splat<U>(0x80000000U)));
}

RISK_END
