/// \file
/// Eight and sixteen lanes as compiler vector extensions. This is the portable form of every
/// operation; avx2.hpp and avx512.hpp overload those the compiler would not find by itself.
#pragma once

#include "kernels/lanes/scalar.hpp"

#if !defined(__CUDACC__)

RISK_BEGIN

// NOLINTBEGIN(modernize-use-using): the attribute binds to a declarator.
typedef float Float8 __attribute__((vector_size(32)));
typedef std::int32_t Int8 __attribute__((vector_size(32)));
typedef std::uint32_t Word8 __attribute__((vector_size(32)));
typedef float Float16 __attribute__((vector_size(64)));
typedef std::int32_t Int16 __attribute__((vector_size(64)));
typedef std::uint32_t Word16 __attribute__((vector_size(64)));
// NOLINTEND(modernize-use-using)

/// Truth per lane as 0 or -1 in an integer vector; a type of its own so that it cannot be
/// taken for a number.
template <class I>
struct VectorMask {
  I lanes;
};

}  // inline namespace RISK_ISA
}  // namespace blocrisk

#if RISK_HAS_AVX512
#include <immintrin.h>
#endif

RISK_BEGIN

#if RISK_HAS_AVX512
/// Truth per lane in a mask register.
struct Mask16 {
  __mmask16 k;
};
#else
using Mask16 = VectorMask<Int16>;
#endif

template <>
struct Lanes<8> {
  static constexpr int n = 8;
  using F = Float8;
  using I = Int8;
  using U = Word8;
  using M = VectorMask<Int8>;
};
template <>
struct Lanes<16> {
  static constexpr int n = 16;
  using F = Float16;
  using I = Int16;
  using U = Word16;
  using M = Mask16;
};

template <>
struct LanesOfType<Float8> {
  using type = Lanes<8>;
};
template <>
struct LanesOfType<Int8> {
  using type = Lanes<8>;
};
template <>
struct LanesOfType<Word8> {
  using type = Lanes<8>;
};
template <>
struct LanesOfType<Float16> {
  using type = Lanes<16>;
};
template <>
struct LanesOfType<Int16> {
  using type = Lanes<16>;
};
template <>
struct LanesOfType<Word16> {
  using type = Lanes<16>;
};

/// The F, I or U of a policy with more than one lane.
template <class V>
concept VectorLanes = requires {
  typename LanesOfType<V>::type;
}
&&(LanesOfType<V>::type::n > 1);
template <class V>
concept RealVector = VectorLanes<V> && std::same_as<V, typename LanesOfType<V>::type::F>;
template <class V>
concept SignedVector = VectorLanes<V> && std::same_as<V, typename LanesOfType<V>::type::I>;
template <class V>
concept WordVector = VectorLanes<V> && std::same_as<V, typename LanesOfType<V>::type::U>;

template <VectorLanes V>
using SignedOf = typename LanesOf<V>::I;
template <VectorLanes V>
using WordOf = typename LanesOf<V>::U;
template <VectorLanes V>
using RealOf = typename LanesOf<V>::F;
template <VectorLanes V>
using MaskOf = typename LanesOf<V>::M;

template <VectorLanes V>
struct LaneMaker<V> {
  static constexpr int n = LanesOf<V>::n;

  template <class T>
  static RISK_FN V splat(T value) {
    const auto x = static_cast<std::remove_cvref_t<decltype(V{}[0])>>(value);
    if constexpr (n == 8) {
      return V{x, x, x, x, x, x, x, x};
    } else {
      return V{x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
    }
  }
  template <class T>
  static RISK_FN V load(const T* source) {
    typedef V Aliased __attribute__((may_alias));
    return *reinterpret_cast<const Aliased*>(source);
  }
  static RISK_FN V iota() {
    if constexpr (n == 8) {
      return V{0, 1, 2, 3, 4, 5, 6, 7};
    } else {
      return V{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    }
  }
};

/// Aligned store of one value per lane.
template <VectorLanes V, class T>
RISK_FN void store(T* target, V x) {
  typedef V Aliased __attribute__((may_alias));
  *reinterpret_cast<Aliased*>(target) = x;
}

template <RealVector F>
RISK_FN F fma(F a, F b, F c) {
  F result;
  for (int k = 0; k < LanesOf<F>::n; ++k) result[k] = RISK_FMAF(a[k], b[k], c[k]);
  return result;
}
template <RealVector F>
RISK_FN F sqrt(F a) {
  F result;
  for (int k = 0; k < LanesOf<F>::n; ++k) result[k] = RISK_SQRTF(a[k]);
  return result;
}
template <RealVector F>
RISK_FN F floor(F a) {
  F result;
  for (int k = 0; k < LanesOf<F>::n; ++k) result[k] = RISK_FLOORF(a[k]);
  return result;
}
template <RealVector F>
RISK_FN F ceil(F a) {
  F result;
  for (int k = 0; k < LanesOf<F>::n; ++k) result[k] = RISK_CEILF(a[k]);
  return result;
}

template <VectorLanes V>
RISK_FN V min(V a, V b) {
  return a < b ? a : b;
}
template <VectorLanes V>
RISK_FN V max(V a, V b) {
  return a > b ? a : b;
}

template <VectorLanes V>
RISK_FN MaskOf<V> lt(V a, V b) {
  return {a < b};
}
template <VectorLanes V>
RISK_FN MaskOf<V> le(V a, V b) {
  return {a <= b};
}
template <VectorLanes V>
RISK_FN MaskOf<V> gt(V a, V b) {
  return {a > b};
}
template <VectorLanes V>
RISK_FN MaskOf<V> ge(V a, V b) {
  return {a >= b};
}
template <VectorLanes V>
RISK_FN MaskOf<V> eq(V a, V b) {
  return {a == b};
}
template <VectorLanes V>
RISK_FN MaskOf<V> ne(V a, V b) {
  return {a != b};
}

template <class I>
RISK_FN VectorMask<I> and_(VectorMask<I> a, VectorMask<I> b) {
  return {a.lanes & b.lanes};
}
template <class I>
RISK_FN VectorMask<I> or_(VectorMask<I> a, VectorMask<I> b) {
  return {a.lanes | b.lanes};
}
template <class I>
RISK_FN VectorMask<I> xor_(VectorMask<I> a, VectorMask<I> b) {
  return {a.lanes ^ b.lanes};
}
template <class I>
RISK_FN VectorMask<I> not_(VectorMask<I> a) {
  return {~a.lanes};
}
template <class I>
RISK_FN VectorMask<I> andnot(VectorMask<I> a, VectorMask<I> b) {
  return {a.lanes & ~b.lanes};
}
template <class I>
RISK_FN std::uint32_t mask_bits(VectorMask<I> m) {
  std::uint32_t result = 0;
  for (int k = 0; k < LanesOf<I>::n; ++k) {
    result |= (static_cast<std::uint32_t>(m.lanes[k]) >> 31) << k;
  }
  return result;
}
template <class I>
RISK_FN bool any(VectorMask<I> m) {
  return mask_bits(m) != 0;
}
template <class I>
RISK_FN bool any_of(VectorMask<I> a, VectorMask<I> b) {
  return any(or_(a, b));
}
template <class I>
RISK_FN bool none(VectorMask<I> m) {
  return mask_bits(m) == 0;
}
template <class I>
RISK_FN bool all(VectorMask<I> m) {
  return mask_bits(m) == (1U << LanesOf<I>::n) - 1U;
}

template <class L>
requires(L::n > 1) struct MaskMaker<L> {
  using I = typename L::I;
  static RISK_FN typename L::M from_bits(std::uint32_t bits) {
    const I bit = splat<I>(1) << iota<I>();
    return ne(splat<I>(static_cast<std::int32_t>(bits)) & bit, splat<I>(0));
  }
};

template <VectorLanes V>
RISK_FN V select(VectorMask<SignedOf<V>> m, V a, V b) {
  return m.lanes ? a : b;
}
template <RealVector F>
RISK_FN F masked(VectorMask<SignedOf<F>> m, F a) {
  return reinterpret_cast<F>(reinterpret_cast<SignedOf<F>>(a) & m.lanes);
}

template <WordVector U>
RISK_FN U masked(VectorMask<SignedOf<U>> m, U a) {
  return a & reinterpret_cast<U>(m.lanes);
}

template <SignedVector I>
RISK_FN RealOf<I> to_float(I a) {
  return __builtin_convertvector(a, RealOf<I>);
}
template <RealVector F>
RISK_FN SignedOf<F> truncate(F a) {
  return __builtin_convertvector(a, SignedOf<F>);
}
template <RealVector F>
RISK_FN WordOf<F> bits(F a) {
  return reinterpret_cast<WordOf<F>>(a);
}
template <WordVector U>
RISK_FN RealOf<U> from_bits(U a) {
  return reinterpret_cast<RealOf<U>>(a);
}
template <WordVector U>
RISK_FN SignedOf<U> as_signed(U a) {
  return reinterpret_cast<SignedOf<U>>(a);
}
template <SignedVector I>
RISK_FN WordOf<I> as_word(I a) {
  return reinterpret_cast<WordOf<I>>(a);
}
template <RealVector F>
RISK_FN F abs(F a) {
  return from_bits(bits(a) & splat<WordOf<F>>(0x7fffffffU));
}

template <WordVector U>
RISK_FN std::uint32_t bits_of_some(U a) {
  std::uint32_t some = 0;
  for (int k = 0; k < LanesOf<U>::n; ++k) some |= a[k];
  return some;
}

template <WordVector U>
RISK_FN U shl(U a, int n) {
  return a << static_cast<std::uint32_t>(n);
}
template <WordVector U>
RISK_FN U shr(U a, int n) {
  return a >> static_cast<std::uint32_t>(n);
}
template <WordVector U>
RISK_FN U shl(U a, U n) {
  return a << n;
}
template <WordVector U>
RISK_FN U shr(U a, U n) {
  return a >> n;
}
template <WordVector U>
RISK_FN MaskOf<U> test_bit(U word, int j) {
  return ne(word & shl(splat<U>(1U), j), splat<U>(0U));
}

template <class T, SignedVector I>
RISK_FN auto lookup(const T* table, I index) {
  using V = std::conditional_t<std::same_as<T, float>, RealOf<I>,
                               std::conditional_t<std::same_as<T, std::uint32_t>, WordOf<I>, I>>;
  V result;
  for (int k = 0; k < LanesOf<I>::n; ++k) result[k] = table[index[k]];
  return result;
}

template <VectorLanes V>
RISK_FN auto lane(V v, int k) {
  return v[k];
}
template <VectorLanes V, class T>
RISK_FN void set_lane(V& v, int k, T x) {
  v[k] = x;
}

RISK_END

#endif
