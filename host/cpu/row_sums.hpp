/// Exact sums over paths of many rows of values at every step. Compiled with the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/cpu/engine_lanes.hpp"
#include "host/engine/accumulators.hpp"
#include "kernels/lanes/lanes.hpp"

RISK_BEGIN

/// Adds the lanes of each row of a batch to its sum: row by row, or for AVX-512 by a butterfly that
/// adds halves of two rows at a time, 4 instructions a row instead of a dozen.
template <class L>
RISK_FN void add_row_sums(const typename L::U* rows, std::uint64_t* sums) {
#if RISK_HAS_AVX512
  if constexpr (L::n == 16) {
    // lane k of a combination holds part of row a where bit `stride` of k is clear, else of row b
    const auto vector = [&](int k) { return reinterpret_cast<__m512i>(rows[k]); };
    const auto combine = [](__m512i a, __m512i b, __mmask16 of_b, auto swap) {
      return _mm512_add_epi32(_mm512_mask_blend_epi32(of_b, a, b),
                              swap(_mm512_mask_blend_epi32(of_b, b, a)));
    };
    const auto swap1 = [](__m512i x) {
      return _mm512_mask_shuffle_epi32(x, every_lane, x, _MM_PERM_CDAB);
    };
    const auto swap2 = [](__m512i x) {
      return _mm512_mask_shuffle_epi32(x, every_lane, x, _MM_PERM_BADC);
    };
    const auto swap4 = [](__m512i x) {
      return _mm512_mask_shuffle_i32x4(x, every_lane, x, x, 0xb1);
    };
    const auto swap8 = [](__m512i x) {
      return _mm512_mask_shuffle_i32x4(x, every_lane, x, x, 0x4e);
    };
    __m512i four[4];
    for (int k = 0; k < 4; ++k) {
      four[k] =
          combine(combine(vector(4 * k), vector(4 * k + 1), 0xaaaa, swap1),
                  combine(vector(4 * k + 2), vector(4 * k + 3), 0xaaaa, swap1), 0xcccc, swap2);
    }
    const __m512i low = combine(four[0], four[1], 0xf0f0, swap4);
    const __m512i high = combine(four[2], four[3], 0xf0f0, swap4);
    alignas(64) std::uint32_t batch[rows_per_batch];
    _mm512_store_si512(batch, combine(low, high, 0xff00, swap8));
    for (int k = 0; k < rows_per_batch; ++k) sums[k] += batch[k];
    return;
  }
#endif
  for (int k = 0; k < rows_per_batch; ++k) {
    alignas(64) std::uint32_t lanes[L::n];
    store(lanes, rows[k]);
    for (const std::uint32_t lane : lanes) sums[k] += lane;
  }
}

/// Vectors keep their alignment in a struct only.
template <class V>
struct AlignedVector {
  V lanes;
};

/// Exact sums of several rows at every step, in units of a fixed point.
template <class L>
class RowSums {
  using F = typename L::F;
  using U = typename L::U;

 public:
  RowSums(int n_rows, int n_steps)
      : n_rows_((n_rows + rows_per_batch - 1) / rows_per_batch * rows_per_batch),
        rows_(static_cast<std::size_t>(n_rows_)),
        sums_(static_cast<std::size_t>(n_rows_ * n_steps)) {}

  /// The rows of the present step, in units. A value has at most 2^24, so a group's add up in 32
  /// bits.
  AlignedVector<U>* rows() { return rows_.data(); }
  RISK_FN void add_step(int step) {
    std::uint64_t* const sums = &sums_[static_cast<std::size_t>(step * n_rows_)];
    for (int row = 0; row < n_rows_; row += rows_per_batch)
      add_row_sums<L>(&rows_[static_cast<std::size_t>(row)].lanes, sums + row);
  }
  /// Adds the sums of a row to `sums` [step] and empties them.
  void drain(int row, int n_steps, Sum128* sums) {
    for (int step = 0; step < n_steps; ++step) {
      std::uint64_t& sum = sums_[static_cast<std::size_t>(step * n_rows_ + row)];
      sums[step].add(sum);
      sum = 0;
    }
  }

 private:
  int n_rows_;
  std::vector<AlignedVector<U>> rows_;  ///< of the present step
  std::vector<std::uint64_t> sums_;     ///< [step][row]
};

RISK_END
