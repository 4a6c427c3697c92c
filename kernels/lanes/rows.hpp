/// \file
/// Rows: one value per slot (sink or node of a stage). The order in which a row is summed is
/// part of the law, so it is written here once, for every mapping onto lanes and threads.
#pragma once

#include "kernels/lanes/scalar.hpp"

RISK_BEGIN

/// Widest row.
inline constexpr int max_row_slots = 64;

/// Calls f(slot) for slots 0..n-1; slots are independent of each other.
template <class Fn>
RISK_FN void each(int n, Fn&& f) {
#if !defined(__CUDACC__)
#pragma GCC unroll 4
#endif
  for (int slot = 0; slot < n; ++slot) f(slot);
}

/// Sum of the slots congruent to `slot` modulo Width, once halving has come down to Width.
template <int Width, class F, class Fn>
RISK_FN F sum_row_part(int slot, int n, Fn&& f) {
  if constexpr (Width == 16) {
    F part = f(slot);
    for (int next = slot + 16; next < n; next += 16) part = part + f(next);
    return part;
  } else {
    F part = sum_row_part<2 * Width, F>(slot, n, f);
    if (slot + Width < n) {
      part = part + sum_row_part<2 * Width, F>(slot + Width, n, f);
    }
    return part;
  }
}

#if !defined(__CUDACC__)
/// i + i+4, then +2, +1, of eight slots.
template <class F>
RISK_FN F sum_eight(const F* s) {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/// Sum of a row in memory that is padded with zeros to a multiple of 8. A function of its own:
/// inlined at every sum, its code alone would not fit the instruction cache.
template <class F>
__attribute__((noinline)) F sum_slots(const F* slots, int n) {
  if (n <= 8) return sum_eight(slots);
  F low[8];
  F high[8];
  for (int k = 0; k < 8; ++k) low[k] = slots[k];
  for (int k = 0; k < 8; ++k) high[k] = slots[k + 8];
  for (int next = 16; next < n; next += 8) {  // pieces of 16 in order; the last may be half a piece
    F* const half = next % 16 == 0 ? low : high;
    for (int k = 0; k < 8; ++k) half[k] = half[k] + slots[next + k];
  }
  for (int k = 0; k < 8; ++k) low[k] = low[k] + high[k];
  return sum_eight(low);
}
#endif

/// Sum of f(0..n-1) as if the row were padded with zeros to a multiple of 16: its 16-wide
/// pieces are added in order, then slot i + slot i+8, then i+4, i+2, i+1. Values are +0 or more, so
/// adding or leaving out a padding zero changes no bit.
template <class L, class Fn>
RISK_FN typename L::F sum_row(int n, Fn&& f) {
  using F = typename L::F;
  RISK_ASSERT(n <= max_row_slots);
#if defined(__CUDACC__)
  if (n <= 0) return splat<F>(0.0F);
  return sum_row_part<1, F>(0, n, f);
#else
  F slots[max_row_slots];
  const int padded = n <= 8 ? 8 : (n + 7) / 8 * 8;
  for (int slot = 0; slot < n; ++slot) slots[slot] = f(slot);
  for (int slot = n; slot < padded; ++slot) slots[slot] = splat<F>(0.0F);
  return sum_slots(slots, n);
#endif
}

RISK_END
