/// \file
/// Philox4x32-10: (key, counter) -> four 32-bit words, a pure function and the only source of
/// randomness. What a counter means is address.hpp's business.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11,
/// doi:10.1145/2063384.2063405.
///
/// A device build may define RISK_PHILOX(counter, key, out) before this header to take the
/// scalar words from its vendor's generator; the words are the same.
#pragma once

#include "kernels/lanes/lanes.hpp"

RISK_BEGIN

/// The seed's low and high 32 bits.
struct PhiloxKey {
  std::uint32_t lo;
  std::uint32_t hi;
};

/// Path numbers, one per lane, as low and high 32 bits.
template <class L>
struct Paths {
  typename L::U lo;
  typename L::U hi;
};

/// The four words of one counter, for each lane.
template <class L>
struct Words {
  typename L::U w[4];
};

inline constexpr std::uint32_t philox_multiplier_0 = 0xD2511F53U;
inline constexpr std::uint32_t philox_multiplier_1 = 0xCD9E8D57U;
inline constexpr std::uint32_t philox_key_step_0 = 0x9E3779B9U;  // golden ratio
inline constexpr std::uint32_t philox_key_step_1 = 0xBB67AE85U;  // sqrt(3) - 1
inline constexpr int philox_rounds = 10;

/// One counter, one key, as the published algorithm has it.
RISK_FN void philox4x32_10(const std::uint32_t (&counter)[4], const std::uint32_t (&key)[2],
                           std::uint32_t (&out)[4]) {
#if defined(RISK_PHILOX)
  RISK_PHILOX(counter, key, out);
#else
  std::uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  std::uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{philox_multiplier_0} * c0;
    const std::uint64_t p1 = std::uint64_t{philox_multiplier_1} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32U) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32U) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
    k0 += philox_key_step_0;
    k1 += philox_key_step_1;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
#endif
}

#if !defined(__CUDACC__)

// Vectors keep each word in the low half of a 64-bit slot, so that one multiplication gives
// both halves of a product; the high half of a slot is garbage that no operation reads. Even
// and odd lanes make two vectors, which also gives the processor two chains to overlap.

// NOLINTBEGIN(modernize-use-using): the attribute binds to a declarator.
typedef std::uint64_t Slots8 __attribute__((vector_size(32)));
typedef std::uint64_t Slots16 __attribute__((vector_size(64)));
// NOLINTEND(modernize-use-using)

template <WordVector U>
using SlotsOf = std::conditional_t<LanesOf<U>::n == 8, Slots8, Slots16>;

template <class S>
RISK_FN S multiply_low_halves(S a, std::uint32_t b) {
  return (a & 0xffffffffU) * b;
}
template <class S>
RISK_FN S xor_three(S a, S b, S c) {
  return a ^ b ^ c;
}
/// Low halves of the even and odd slots, back in lane order.
template <WordVector U>
RISK_FN U interleave_low_halves(SlotsOf<U> even, SlotsOf<U> odd) {
  return reinterpret_cast<U>((even & 0xffffffffU) | (odd << 32U));
}

#if RISK_HAS_AVX2
RISK_FN Slots8 multiply_low_halves(Slots8 a, std::uint32_t b) {
  return reinterpret_cast<Slots8>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), _mm256_set1_epi64x(b)));
}
template <>
RISK_FN Word8 interleave_low_halves<Word8>(Slots8 even, Slots8 odd) {
  return reinterpret_cast<Word8>(_mm256_blend_epi32(reinterpret_cast<__m256i>(even),
                                                    reinterpret_cast<__m256i>(odd << 32U), 0xAA));
}
#endif
#if RISK_HAS_AVX512
RISK_FN Slots16 multiply_low_halves(Slots16 a, std::uint32_t b) {
  return reinterpret_cast<Slots16>(_mm512_maskz_mul_epu32(
      0xff, reinterpret_cast<__m512i>(a), _mm512_set1_epi64(static_cast<long long>(b))));
}
RISK_FN Slots16 xor_three(Slots16 a, Slots16 b, Slots16 c) {
  constexpr int odd_parity = 0x96;
  return reinterpret_cast<Slots16>(
      _mm512_ternarylogic_epi64(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b),
                                reinterpret_cast<__m512i>(c), odd_parity));
}
template <>
RISK_FN Word16 interleave_low_halves<Word16>(Slots16 even, Slots16 odd) {
  return reinterpret_cast<Word16>(_mm512_mask_shuffle_epi32(
      reinterpret_cast<__m512i>(even), 0xAAAA, reinterpret_cast<__m512i>(odd), _MM_PERM_CCAA));
}
#endif

/// Even or odd half of a vector's counters, under way through the rounds.
template <class S>
struct PhiloxState {
  S c0, c1, c2, c3;
};

template <class S>
RISK_FN S splat_slots(std::uint32_t x) {
  return S{} + std::uint64_t{x};
}

template <class S>
RISK_FN void philox_round(PhiloxState<S>& s, std::uint32_t k0, std::uint32_t k1) {
  const S p0 = multiply_low_halves(s.c0, philox_multiplier_0);
  const S p1 = multiply_low_halves(s.c2, philox_multiplier_1);
  s.c0 = xor_three(S(p1 >> 32U), s.c1, splat_slots<S>(k0));
  s.c2 = xor_three(S(p0 >> 32U), s.c3, splat_slots<S>(k1));
  s.c1 = p1;
  s.c3 = p0;
}

/// The remaining rounds of K counters side by side, and their words in lane order.
template <class L, int K, class S>
RISK_FN void philox_finish(PhiloxKey key, int first_round, PhiloxState<S> (&even)[K],
                           PhiloxState<S> (&odd)[K], Words<L> (&out)[K]) {
  using U = typename L::U;
  const auto first = static_cast<std::uint32_t>(first_round);
  std::uint32_t k0 = key.lo + first * philox_key_step_0;
  std::uint32_t k1 = key.hi + first * philox_key_step_1;
#pragma GCC unroll 10
  for (int round = first_round; round < philox_rounds; ++round) {
#pragma GCC unroll 8
    for (int i = 0; i < K; ++i) {
      philox_round(even[i], k0, k1);
      philox_round(odd[i], k0, k1);
    }
    k0 += philox_key_step_0;
    k1 += philox_key_step_1;
  }
#pragma GCC unroll 8
  for (int i = 0; i < K; ++i) {
    out[i].w[0] = interleave_low_halves<U>(even[i].c0, odd[i].c0);
    out[i].w[1] = interleave_low_halves<U>(even[i].c1, odd[i].c1);
    out[i].w[2] = interleave_low_halves<U>(even[i].c2, odd[i].c2);
    out[i].w[3] = interleave_low_halves<U>(even[i].c3, odd[i].c3);
  }
}

/// State after the first round, whose first product is the same for all lanes.
template <class S>
RISK_FN PhiloxState<S> philox_start(PhiloxKey key, S path_lo, S path_hi, std::uint32_t block,
                                    std::uint32_t stream) {
  const std::uint64_t p0 = std::uint64_t{philox_multiplier_0} * block;
  const S p1 = multiply_low_halves(path_lo, philox_multiplier_1);
  return {S(p1 >> 32U) ^ splat_slots<S>(stream ^ key.lo), p1,
          path_hi ^ splat_slots<S>(static_cast<std::uint32_t>(p0 >> 32U) ^ key.hi),
          splat_slots<S>(static_cast<std::uint32_t>(p0))};
}

#endif

/// Words of K (block, stream) pairs for the same paths: several independent chains at once,
/// which is what keeps wide vector units busy.
template <class L, int K>
RISK_FN void philox_many(PhiloxKey key, Paths<L> paths, const std::uint32_t (&block)[K],
                         const std::uint32_t (&stream)[K], Words<L> (&out)[K]) {
  if constexpr (L::n == 1) {
    for (int i = 0; i < K; ++i) {
      philox4x32_10({block[i], stream[i], paths.lo, paths.hi}, {key.lo, key.hi}, out[i].w);
    }
  } else {
#if !defined(__CUDACC__)
    using S = SlotsOf<typename L::U>;
    const S lo = reinterpret_cast<S>(paths.lo);
    const S hi = reinterpret_cast<S>(paths.hi);
    PhiloxState<S> even[K];
    PhiloxState<S> odd[K];
#pragma GCC unroll 8
    for (int i = 0; i < K; ++i) {
      even[i] = philox_start<S>(key, lo, hi, block[i], stream[i]);
      odd[i] = philox_start<S>(key, lo >> 32U, hi >> 32U, block[i], stream[i]);
    }
    philox_finish<L, K>(key, 1, even, odd, out);
#endif
  }
}

/// Words of one (block, stream) for a group of paths.
template <class L>
RISK_FN Words<L> philox_words(PhiloxKey key, Paths<L> paths, std::uint32_t block,
                              std::uint32_t stream) {
  Words<L> out[1];
  philox_many<L, 1>(key, paths, {block}, {stream}, out);
  return out[0];
}

#if !defined(__CUDACC__)
/// The same with a block of its own per lane.
template <class L>
requires(L::n > 1) RISK_FN Words<L> philox_words(PhiloxKey key, Paths<L> paths, typename L::U block,
                                                 std::uint32_t stream) {
  using S = SlotsOf<typename L::U>;
  const S c0 = reinterpret_cast<S>(block);
  const S lo = reinterpret_cast<S>(paths.lo);
  const S hi = reinterpret_cast<S>(paths.hi);
  PhiloxState<S> even[1] = {{c0, splat_slots<S>(stream), lo, hi}};
  PhiloxState<S> odd[1] = {{c0 >> 32U, splat_slots<S>(stream), lo >> 32U, hi >> 32}};
  Words<L> out[1];
  philox_finish<L, 1>(key, 0, even, odd, out);
  return out[0];
}
#endif

RISK_END
