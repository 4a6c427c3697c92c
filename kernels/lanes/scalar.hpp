/// \file
/// One lane: plain float, int32 and uint32. The reference every other lane width must match
/// bit for bit, and what each GPU thread computes with.
#pragma once

#include <concepts>

#include "kernels/portability.hpp"

RISK_BEGIN

/// A lane policy: how many paths one value holds, and the types that hold them.
/// F real, I signed, U unsigned word, M truth per lane.
template <int N>
struct Lanes;

template <>
struct Lanes<1> {
  static constexpr int n = 1;
  using F = float;
  using I = std::int32_t;
  using U = std::uint32_t;
  using M = bool;
};

/// Maps a lane type (F, I, U) to its policy.
template <class V>
struct LanesOfType;
template <>
struct LanesOfType<float> {
  using type = Lanes<1>;
};
template <>
struct LanesOfType<std::int32_t> {
  using type = Lanes<1>;
};
template <>
struct LanesOfType<std::uint32_t> {
  using type = Lanes<1>;
};

template <class V>
using LanesOf = typename LanesOfType<V>::type;

/// True for the F of any policy.
template <class V>
concept RealLanes = requires {
  typename LanesOfType<V>::type;
}
&&std::same_as<V, typename LanesOfType<V>::type::F>;

/// splat<V>, load<V>, iota<V> for one lane; vector widths specialise this.
template <class V>
struct LaneMaker {
  template <class T>
  static RISK_FN V splat(T x) {
    return static_cast<V>(x);
  }
  static RISK_FN V load(const V* source) { return *source; }
  static RISK_FN V iota() { return V{0}; }
};

template <class V, class T>
RISK_FN V splat(T x) {
  static_assert(!std::same_as<T, double>, "path arithmetic is single precision");
  return LaneMaker<V>::splat(x);
}

/// Aligned load of one value per lane. T: float, int32_t or uint32_t.
template <class V, class T>
RISK_FN V load(const T* source) {
  return LaneMaker<V>::load(source);
}

/// 0, 1, .. n-1.
template <class V>
RISK_FN V iota() {
  return LaneMaker<V>::iota();
}

RISK_FN void store(float* target, float x) { *target = x; }
RISK_FN void store(std::int32_t* target, std::int32_t x) { *target = x; }
RISK_FN void store(std::uint32_t* target, std::uint32_t x) { *target = x; }

// A double slipping into path arithmetic would change the bits: refuse it at compile time.
double fma(double, double, double) = delete;
double min(double, double) = delete;
double max(double, double) = delete;
double sqrt(double) = delete;
double abs(double) = delete;
double floor(double) = delete;
double ceil(double) = delete;

RISK_FN float fma(float a, float b, float c) { return RISK_FMAF(a, b, c); }
RISK_FN float min(float a, float b) { return RISK_MINF(a, b); }
RISK_FN float max(float a, float b) { return RISK_MAXF(a, b); }
RISK_FN std::int32_t min(std::int32_t a, std::int32_t b) { return a < b ? a : b; }
RISK_FN std::int32_t max(std::int32_t a, std::int32_t b) { return a > b ? a : b; }
RISK_FN float sqrt(float a) { return RISK_SQRTF(a); }
RISK_FN float floor(float a) { return RISK_FLOORF(a); }
RISK_FN float ceil(float a) { return RISK_CEILF(a); }

RISK_FN bool lt(float a, float b) { return a < b; }
RISK_FN bool le(float a, float b) { return a <= b; }
RISK_FN bool gt(float a, float b) { return a > b; }
RISK_FN bool ge(float a, float b) { return a >= b; }
RISK_FN bool eq(float a, float b) { return a == b; }
RISK_FN bool ne(float a, float b) { return a != b; }
RISK_FN bool lt(std::int32_t a, std::int32_t b) { return a < b; }
RISK_FN bool le(std::int32_t a, std::int32_t b) { return a <= b; }
RISK_FN bool gt(std::int32_t a, std::int32_t b) { return a > b; }
RISK_FN bool ge(std::int32_t a, std::int32_t b) { return a >= b; }
RISK_FN bool eq(std::int32_t a, std::int32_t b) { return a == b; }
RISK_FN bool ne(std::int32_t a, std::int32_t b) { return a != b; }
RISK_FN bool lt(std::uint32_t a, std::uint32_t b) { return a < b; }
RISK_FN bool eq(std::uint32_t a, std::uint32_t b) { return a == b; }
RISK_FN bool ne(std::uint32_t a, std::uint32_t b) { return a != b; }

RISK_FN bool and_(bool a, bool b) { return a & b; }
RISK_FN bool or_(bool a, bool b) { return a | b; }
RISK_FN bool xor_(bool a, bool b) { return a != b; }
RISK_FN bool not_(bool a) { return !a; }
/// a and not b.
RISK_FN bool andnot(bool a, bool b) { return a & !b; }
RISK_FN bool any(bool m) { return m; }
RISK_FN bool all(bool m) { return m; }
RISK_FN bool none(bool m) { return !m; }
/// Is either true in some lane?
RISK_FN bool any_of(bool a, bool b) { return a | b; }
/// Bit k is lane k.
RISK_FN std::uint32_t mask_bits(bool m) { return m ? 1U : 0U; }

/// mask_from_bits<L>, no_lanes<L>, all_lanes<L>; vector widths specialise this.
template <class L>
struct MaskMaker {
  static RISK_FN bool from_bits(std::uint32_t bits) { return (bits & 1U) != 0; }
};

template <class L>
RISK_FN typename L::M mask_from_bits(std::uint32_t bits) {
  return MaskMaker<L>::from_bits(bits);
}
template <class L>
RISK_FN typename L::M no_lanes() {
  return mask_from_bits<L>(0U);
}
template <class L>
RISK_FN typename L::M all_lanes() {
  return mask_from_bits<L>(~0U);
}

RISK_FN float select(bool m, float a, float b) { return m ? a : b; }
RISK_FN std::int32_t select(bool m, std::int32_t a, std::int32_t b) { return m ? a : b; }
RISK_FN std::uint32_t select(bool m, std::uint32_t a, std::uint32_t b) { return m ? a : b; }
/// m ? a : 0.
RISK_FN float masked(bool m, float a) { return m ? a : 0.0F; }
RISK_FN std::uint32_t masked(bool m, std::uint32_t a) { return m ? a : 0U; }

RISK_FN float to_float(std::int32_t a) { return static_cast<float>(a); }
/// Toward zero; |a| < 2^31, for hosts and devices disagree beyond.
RISK_FN std::int32_t truncate(float a) { return static_cast<std::int32_t>(a); }
RISK_FN std::uint32_t bits(float a) { return __builtin_bit_cast(std::uint32_t, a); }
RISK_FN float from_bits(std::uint32_t a) { return __builtin_bit_cast(float, a); }
RISK_FN std::int32_t as_signed(std::uint32_t a) { return static_cast<std::int32_t>(a); }
RISK_FN std::uint32_t as_word(std::int32_t a) { return static_cast<std::uint32_t>(a); }
RISK_FN float abs(float a) { return from_bits(bits(a) & 0x7fffffffU); }

/// Bits that some lane has.
RISK_FN std::uint32_t bits_of_some(std::uint32_t a) { return a; }

/// Number of the lowest bit of a word that has one.
RISK_FN int lowest_bit(std::uint32_t word) { return RISK_LOWEST_BIT(word); }

/// Shifts by 0..31 bits, the same for all lanes (int) or one per lane (U).
RISK_FN std::uint32_t shl(std::uint32_t a, int n) { return a << n; }
RISK_FN std::uint32_t shr(std::uint32_t a, int n) { return a >> n; }
RISK_FN std::uint32_t shl(std::uint32_t a, std::uint32_t n) { return a << n; }
RISK_FN std::uint32_t shr(std::uint32_t a, std::uint32_t n) { return a >> n; }
/// Bit j of each word.
RISK_FN bool test_bit(std::uint32_t word, int j) { return ((word >> j) & 1U) != 0; }

/// table[index], one index per lane.
RISK_FN float lookup(const float* table, std::int32_t index) { return table[index]; }
RISK_FN std::int32_t lookup(const std::int32_t* table, std::int32_t index) { return table[index]; }
RISK_FN std::uint32_t lookup(const std::uint32_t* table, std::int32_t index) {
  return table[index];
}

/// One lane's value, for the rare serial rule and for tests.
template <class V>
requires(LanesOf<V>::n == 1) RISK_FN V lane(V v, int) { return v; }
template <class V>
requires(LanesOf<V>::n == 1) RISK_FN void set_lane(V& v, int, V x) { v = x; }

RISK_END
