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

/// Sum of f(0..n-1) as if the row were padded with zeros to a multiple of 16: its 16-wide
/// pieces are added in order, then slot i + slot i+8, then i+4, i+2, i+1. Slots from n on are
/// not evaluated: every value is +0 or more, so adding their zeros would change no bit.
template <class L, class Fn>
RISK_FN typename L::F sum_row(int n, Fn&& f) {
  using F = typename L::F;
  RISK_ASSERT(n <= max_row_slots);
  if (n <= 0) return splat<F>(0.0F);
  return sum_row_part<1, F>(0, n, f);
}

RISK_END
