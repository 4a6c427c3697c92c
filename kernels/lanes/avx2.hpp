/// \file
/// Eight lanes with AVX2 and FMA: the operations for which vector.hpp's portable form would
/// compile to more than the one instruction there is.
#pragma once

#include "kernels/lanes/vector.hpp"

#if RISK_HAS_AVX2

#include <immintrin.h>

RISK_BEGIN

RISK_FN Float8 fma(Float8 a, Float8 b, Float8 c) { return _mm256_fmadd_ps(a, b, c); }
RISK_FN Float8 min(Float8 a, Float8 b) { return _mm256_min_ps(a, b); }
RISK_FN Float8 max(Float8 a, Float8 b) { return _mm256_max_ps(a, b); }
RISK_FN Float8 sqrt(Float8 a) { return _mm256_sqrt_ps(a); }
RISK_FN Float8 floor(Float8 a) { return _mm256_floor_ps(a); }
RISK_FN Float8 ceil(Float8 a) { return _mm256_ceil_ps(a); }

RISK_FN Float8 select(VectorMask<Int8> m, Float8 a, Float8 b) {
  return _mm256_blendv_ps(b, a, reinterpret_cast<Float8>(m.lanes));
}
RISK_FN Int8 select(VectorMask<Int8> m, Int8 a, Int8 b) {
  return reinterpret_cast<Int8>(
      select(m, reinterpret_cast<Float8>(a), reinterpret_cast<Float8>(b)));
}
RISK_FN Word8 select(VectorMask<Int8> m, Word8 a, Word8 b) {
  return reinterpret_cast<Word8>(
      select(m, reinterpret_cast<Float8>(a), reinterpret_cast<Float8>(b)));
}

RISK_FN std::uint32_t mask_bits(VectorMask<Int8> m) {
  return static_cast<std::uint32_t>(_mm256_movemask_ps(reinterpret_cast<Float8>(m.lanes)));
}
RISK_FN bool any(VectorMask<Int8> m) { return mask_bits(m) != 0; }
RISK_FN bool none(VectorMask<Int8> m) { return mask_bits(m) == 0; }
RISK_FN bool all(VectorMask<Int8> m) { return mask_bits(m) == 0xffU; }

RISK_FN Float8 lookup(const float* table, Int8 index) {
  return _mm256_i32gather_ps(table, reinterpret_cast<__m256i>(index), 4);
}
RISK_FN Int8 lookup(const std::int32_t* table, Int8 index) {
  return reinterpret_cast<Int8>(_mm256_i32gather_epi32(table, reinterpret_cast<__m256i>(index), 4));
}
RISK_FN Word8 lookup(const std::uint32_t* table, Int8 index) {
  return reinterpret_cast<Word8>(lookup(reinterpret_cast<const std::int32_t*>(table), index));
}

RISK_END

#endif
