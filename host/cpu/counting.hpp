/// Counting a block's values: bins, exact sums, exceedances and worst paths of one series after the
/// other, so that a series' counters stay in the innermost cache. Compiled with the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

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
  const I bin = min(max(key, splat<I>(1)), splat<I>(range.n_bins() - 1));
  return select(eq(word, splat<U>(0u)), splat<I>(0), bin);
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

/// Counts values into bins. Zeros, the most frequent value of a shortfall, are counted by the
/// group.
template <class L>
void count_values(Values values, BinRange range, std::uint64_t* histogram) {
  using F = typename L::F;
  using U = typename L::U;
  std::uint64_t zeros = 0;
  for (int k = 0; k < values.n; k += L::n) {
    const F value = load<F>(values.first + k);
    const std::uint32_t counted = lanes_below<L>(values.n - k < L::n ? values.n - k : L::n);
    std::uint32_t some = mask_bits(ne(bits(value), splat<U>(0u))) & counted;
    zeros += static_cast<std::uint64_t>(__builtin_popcount(counted & ~some));
    if (some == 0) continue;
    alignas(64) std::int32_t bin[L::n];
    store(bin, bins_of_values<L>(value, range));
    for (; some != 0; some &= some - 1) ++histogram[bin[__builtin_ctz(some)]];
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

/// Bins of a timeline, one byte or two a path.
template <class Bin>
RISK_FN void store_bins(Bin* target, std::int32_t bin) {
  *target = static_cast<Bin>(bin);
}
template <class Bin, int N>
struct NarrowVector {
  typedef Bin type
      __attribute__((vector_size(sizeof(Bin) * N)));  // GCC ignores the attribute in an alias
};
template <class Bin, class I>
requires(LanesOf<I>::n > 1) RISK_FN void store_bins(Bin* target, I bin) {
  using Narrow = typename NarrowVector<Bin, LanesOf<I>::n>::type;
  const Narrow narrow = __builtin_convertvector(bin, Narrow);
  std::memcpy(target, &narrow, sizeof narrow);
}

/// Sum of all lanes.
template <class L>
RISK_FN std::uint32_t sum_of_lanes(typename L::U units) {
#if RISK_HAS_AVX512
  if constexpr (L::n == 16)
    return static_cast<std::uint32_t>(_mm512_reduce_add_epi32(reinterpret_cast<__m512i>(units)));
#endif
  alignas(64) std::uint32_t lanes[L::n];
  store(lanes, units);
  std::uint32_t sum = 0;
  for (const std::uint32_t lane : lanes) sum += lane;
  return sum;
}

/// Bit k: bin k differs between two steps of a group.
template <int Width, class Bin>
RISK_FN std::uint32_t changed_lanes(const Bin* before, const Bin* now) {
#if defined(__SSE2__)
  if constexpr (Width == 16 && sizeof(Bin) == 1) {
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(before));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(now));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b))) ^ 0xffffu;
  }
#endif
  std::uint32_t changed = 0;
  for (int k = 0; k < Width; ++k) changed |= static_cast<std::uint32_t>(before[k] != now[k]) << k;
  return changed;
}

/// Histograms of a family of series over all steps, as changes: a path seldom changes its bin from
/// one step to the next, so only where it does is counted, and added up over the steps at the end.
class ChangeCounts {
 public:
  ChangeCounts(int n_series, int n_steps, BinRange range)
      : n_steps_(n_steps),
        n_bins_(range.n_bins()),
        changes_(static_cast<std::size_t>(n_series * n_steps) * static_cast<std::size_t>(n_bins_)) {
  }

  /// Adds the lanes of a group of Width in `counted`; bins [step][lane].
  template <int Width, class Bin>
  void add(int series, const Bin* bins, std::uint32_t counted) {
    std::uint32_t* row = first(series);
    for (std::uint32_t left = counted; left != 0; left &= left - 1)
      ++row[bins[__builtin_ctz(left)]];
    for (int step = 1; step < n_steps_; ++step, bins += Width) {
      row += n_bins_;
      const Bin* const now = bins + Width;
      for (std::uint32_t left = changed_lanes<Width>(bins, now) & counted; left != 0;
           left &= left - 1) {
        const int k = __builtin_ctz(left);
        --row[bins[k]];
        ++row[now[k]];
      }
    }
  }

  /// Adds paths that stay in bin 0.
  void add_zeros(int series, std::uint32_t counted) {
    *first(series) += static_cast<std::uint32_t>(__builtin_popcount(counted));
  }

  /// Adds a series' counts to a histogram [step][bin] and empties it.
  void drain(int series, std::uint64_t* histogram) {
    std::uint32_t* row = first(series);
    for (int step = 0; step < n_steps_; ++step, row += n_bins_, histogram += n_bins_) {
      for (int bin = 0; bin < n_bins_; ++bin) {
        const std::uint32_t count = row[bin];
        row[bin] = 0;
        if (count == 0) continue;
        histogram[bin] += count;
        if (step + 1 < n_steps_) row[n_bins_ + bin] += count;
      }
    }
  }

 private:
  std::uint32_t* first(int series) {
    return changes_.data() +
           static_cast<std::size_t>(series * n_steps_) * static_cast<std::size_t>(n_bins_);
  }
  int n_steps_, n_bins_;
  std::vector<std::uint32_t> changes_;
};

RISK_END
