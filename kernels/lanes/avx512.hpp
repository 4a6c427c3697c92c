/// \file
/// Sixteen lanes with AVX-512: truth in mask registers, so that a comparison is one vcmpps
/// and a selection one vblendmps.
#pragma once

#include "kernels/lanes/vector.hpp"

#if RISK_HAS_AVX512

#include <immintrin.h>

RISK_BEGIN

/// Masked forms with every lane chosen: the plain ones make GCC 12 warn of an uninitialised
/// operand inside its own header. The compiler drops the mask.
inline constexpr __mmask16 every_lane = 0xffff;

RISK_FN Float16 fma(Float16 a, Float16 b, Float16 c) { return _mm512_fmadd_ps(a, b, c); }
RISK_FN Float16 min(Float16 a, Float16 b) { return _mm512_maskz_min_ps(every_lane, a, b); }
RISK_FN Float16 max(Float16 a, Float16 b) { return _mm512_maskz_max_ps(every_lane, a, b); }
RISK_FN Int16 min(Int16 a, Int16 b) {
  return reinterpret_cast<Int16>(_mm512_maskz_min_epi32(every_lane, reinterpret_cast<__m512i>(a),
                                                        reinterpret_cast<__m512i>(b)));
}
RISK_FN Int16 max(Int16 a, Int16 b) {
  return reinterpret_cast<Int16>(_mm512_maskz_max_epi32(every_lane, reinterpret_cast<__m512i>(a),
                                                        reinterpret_cast<__m512i>(b)));
}
RISK_FN Float16 sqrt(Float16 a) { return _mm512_maskz_sqrt_ps(every_lane, a); }
RISK_FN Float16 floor(Float16 a) {
  return _mm512_maskz_roundscale_ps(every_lane, a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
RISK_FN Float16 ceil(Float16 a) {
  return _mm512_maskz_roundscale_ps(every_lane, a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
}

RISK_FN Mask16 lt(Float16 a, Float16 b) { return {_mm512_cmp_ps_mask(a, b, _CMP_LT_OS)}; }
RISK_FN Mask16 le(Float16 a, Float16 b) { return {_mm512_cmp_ps_mask(a, b, _CMP_LE_OS)}; }
RISK_FN Mask16 gt(Float16 a, Float16 b) { return {_mm512_cmp_ps_mask(a, b, _CMP_GT_OS)}; }
RISK_FN Mask16 ge(Float16 a, Float16 b) { return {_mm512_cmp_ps_mask(a, b, _CMP_GE_OS)}; }
RISK_FN Mask16 eq(Float16 a, Float16 b) { return {_mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ)}; }
RISK_FN Mask16 ne(Float16 a, Float16 b) { return {_mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ)}; }

template <int Predicate>
RISK_FN Mask16 compare(Int16 a, Int16 b) {
  return {
      _mm512_cmp_epi32_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b), Predicate)};
}
template <int Predicate>
RISK_FN Mask16 compare(Word16 a, Word16 b) {
  return {
      _mm512_cmp_epu32_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b), Predicate)};
}
RISK_FN Mask16 lt(Int16 a, Int16 b) { return compare<_MM_CMPINT_LT>(a, b); }
RISK_FN Mask16 le(Int16 a, Int16 b) { return compare<_MM_CMPINT_LE>(a, b); }
RISK_FN Mask16 gt(Int16 a, Int16 b) { return compare<_MM_CMPINT_NLE>(a, b); }
RISK_FN Mask16 ge(Int16 a, Int16 b) { return compare<_MM_CMPINT_NLT>(a, b); }
RISK_FN Mask16 eq(Int16 a, Int16 b) { return compare<_MM_CMPINT_EQ>(a, b); }
RISK_FN Mask16 ne(Int16 a, Int16 b) { return compare<_MM_CMPINT_NE>(a, b); }
RISK_FN Mask16 lt(Word16 a, Word16 b) { return compare<_MM_CMPINT_LT>(a, b); }
RISK_FN Mask16 eq(Word16 a, Word16 b) { return compare<_MM_CMPINT_EQ>(a, b); }
RISK_FN Mask16 ne(Word16 a, Word16 b) { return compare<_MM_CMPINT_NE>(a, b); }

RISK_FN Mask16 and_(Mask16 a, Mask16 b) { return {static_cast<__mmask16>(a.k & b.k)}; }
RISK_FN Mask16 or_(Mask16 a, Mask16 b) { return {static_cast<__mmask16>(a.k | b.k)}; }
RISK_FN Mask16 xor_(Mask16 a, Mask16 b) { return {static_cast<__mmask16>(a.k ^ b.k)}; }
RISK_FN Mask16 not_(Mask16 a) { return {static_cast<__mmask16>(~a.k)}; }
RISK_FN Mask16 andnot(Mask16 a, Mask16 b) { return {static_cast<__mmask16>(a.k & ~b.k)}; }
RISK_FN std::uint32_t mask_bits(Mask16 m) { return m.k; }
RISK_FN bool any(Mask16 m) { return m.k != 0; }
RISK_FN bool any_of(Mask16 a, Mask16 b) { return _kortestz_mask16_u8(a.k, b.k) == 0; }
RISK_FN bool none(Mask16 m) { return m.k == 0; }
RISK_FN bool all(Mask16 m) { return m.k == 0xffffU; }

template <>
struct MaskMaker<Lanes<16>> {
  static RISK_FN Mask16 from_bits(std::uint32_t bits) { return {static_cast<__mmask16>(bits)}; }
};

RISK_FN Float16 select(Mask16 m, Float16 a, Float16 b) { return _mm512_mask_blend_ps(m.k, b, a); }
RISK_FN Int16 select(Mask16 m, Int16 a, Int16 b) {
  return reinterpret_cast<Int16>(
      _mm512_mask_blend_epi32(m.k, reinterpret_cast<__m512i>(b), reinterpret_cast<__m512i>(a)));
}
RISK_FN Word16 select(Mask16 m, Word16 a, Word16 b) {
  return reinterpret_cast<Word16>(
      _mm512_mask_blend_epi32(m.k, reinterpret_cast<__m512i>(b), reinterpret_cast<__m512i>(a)));
}
RISK_FN Float16 masked(Mask16 m, Float16 a) { return _mm512_maskz_mov_ps(m.k, a); }
RISK_FN Word16 masked(Mask16 m, Word16 a) {
  return reinterpret_cast<Word16>(_mm512_maskz_mov_epi32(m.k, reinterpret_cast<__m512i>(a)));
}

RISK_FN Mask16 test_bit(Word16 word, int j) {
  return {_mm512_test_epi32_mask(reinterpret_cast<__m512i>(word), _mm512_set1_epi32(1 << j))};
}

RISK_FN std::uint32_t bits_of_some(Word16 a) {
  return static_cast<std::uint32_t>(_mm512_reduce_or_epi32(reinterpret_cast<__m512i>(a)));
}

RISK_FN Float16 lookup(const float* table, Int16 index) {
  return _mm512_mask_i32gather_ps(Float16{}, every_lane, reinterpret_cast<__m512i>(index), table,
                                  4);
}
RISK_FN Int16 lookup(const std::int32_t* table, Int16 index) {
  return reinterpret_cast<Int16>(_mm512_mask_i32gather_epi32(
      __m512i{}, every_lane, reinterpret_cast<__m512i>(index), table, 4));
}
RISK_FN Word16 lookup(const std::uint32_t* table, Int16 index) {
  return reinterpret_cast<Word16>(_mm512_mask_i32gather_epi32(
      __m512i{}, every_lane, reinterpret_cast<__m512i>(index), table, 4));
}

RISK_END

#endif
