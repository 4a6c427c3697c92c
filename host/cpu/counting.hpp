/// Counting a block's values: bins, exact sums, exceedances and worst paths of one series after the
/// other, so that a series' counters stay in the innermost cache. Compiled with the engine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/engine/accumulators.hpp"
#include "kernels/lanes/lanes.hpp"
#include "kernels/stats/fixed_point_value.hpp"
#include "kernels/stats/histogram.hpp"

RISK_BEGIN

/// Bin of each lane's value, which is not negative.
template <class L>
RISK_FN typename L::I bins_of_values(typename L::F value, BinRange range) {
  using I = typename L::I;
  using U = typename L::U;
  const U word = bits(value);
  const I key = as_signed(shr(word, range.shift())) - splat<I>(range.first_key() - 2);
  const I lowest = min(as_signed(word), splat<I>(1));  // bin 0 is for zero alone
  return min(max(key, lowest), splat<I>(range.n_bins() - 1));
}

/// Lanes of a group of `n` paths that count; the rest lies beyond the range asked for.
template <class L>
RISK_FN std::uint32_t lanes_below(int n) {
  return n >= 32 ? ~0u : (1u << n) - 1u;
}

/// Values of one series, in path order, in an array padded to whole lane groups.
struct Values {
  const float* first;
  int n;
};

/// The lanes of `mask`, side by side from `target` on; whole vectors may be written.
template <class L>
RISK_FN void store_lanes(std::uint32_t* target, typename L::M mask, typename L::I values) {
#if RISK_HAS_AVX512
  if constexpr (L::n == 16) {
    _mm512_storeu_si512(target,
                        _mm512_maskz_compress_epi32(mask.k, reinterpret_cast<__m512i>(values)));
    return;
  }
#endif
  alignas(64) std::int32_t lanes[L::n];
  store(lanes, values);
  for (std::uint32_t left = mask_bits(mask); left != 0; left &= left - 1)
    *target++ = static_cast<std::uint32_t>(lanes[__builtin_ctz(left)]);
}

/// Counts values into bins. Zeros, the most frequent value of a shortfall, are counted by the
/// group. The others' bins are listed first, for counters come from far: what is listed is fetched
/// while others are counted, and no branch depends on how many of a group there are.
template <class L>
void count_values(Values values, BinRange range, std::uint64_t* histogram) {
  using F = typename L::F;
  using U = typename L::U;
  constexpr int at_once = 512;
  auto zeros = static_cast<std::uint64_t>(values.n);
  for (int first = 0; first < values.n; first += at_once) {
    const int last = first + at_once < values.n ? first + at_once : values.n;
    alignas(64) std::uint32_t bins[at_once + L::n];
    std::uint32_t* next = bins;
    for (int k = first; k < last; k += L::n) {
      const F value = load<F>(values.first + k);
      const auto counted = mask_from_bits<L>(lanes_below<L>(last - k));
      const auto some = and_(ne(bits(value), splat<U>(0u)), counted);
      store_lanes<L>(next, some, bins_of_values<L>(value, range));
      next += __builtin_popcount(mask_bits(some));
    }
    zeros -= static_cast<std::uint64_t>(next - bins);
    for (const std::uint32_t* bin = bins; bin < next; ++bin) ++histogram[*bin];
  }
  histogram[0] += zeros;
}

/// Adds the fixed-point values and squares of a series.
inline void add_moments(Values values, double scale, Moments& moments) {
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
  for (int k = 0; k < values.n; ++k) {
    const FixedPoint fixed = to_fixed_point(values.first[k], scale);
    sum += fixed.value;
    squares += fixed.square;
  }
  moments.sum.add(sum);
  moments.squares.add(squares);
}

/// Counts values above each threshold.
template <class L>
void count_exceedances(Values values, const float* thresholds, int n_thresholds,
                       std::uint64_t* counts) {
  using F = typename L::F;
  for (int k = 0; k < values.n; k += L::n) {
    const F value = load<F>(values.first + k);
    if (none(gt(value, splat<F>(0.0f)))) continue;
    const std::uint32_t counted = lanes_below<L>(values.n - k < L::n ? values.n - k : L::n);
    for (int t = 0; t < n_thresholds; ++t) {
      const std::uint32_t above = mask_bits(gt(value, splat<F>(thresholds[t]))) & counted;
      counts[t] += static_cast<std::uint64_t>(__builtin_popcount(above));
    }
  }
}

/// Offers the values of a series to its list of worst paths.
template <class L>
void offer_worst(Values values, std::uint64_t first_path, WorstList& worst) {
  using F = typename L::F;
  for (int k = 0; k < values.n; k += L::n) {
    const F value = load<F>(values.first + k);
    const auto enters = and_(ge(value, splat<F>(worst.entry_value())), gt(value, splat<F>(0.0f)));
    const std::uint32_t counted = lanes_below<L>(values.n - k < L::n ? values.n - k : L::n);
    for (std::uint32_t some = mask_bits(enters) & counted; some != 0; some &= some - 1) {
      const int at = k + __builtin_ctz(some);
      worst.offer({values.first[at], first_path + static_cast<std::uint64_t>(at)});
    }
  }
}

RISK_END
