/// Timelines of one thread: histograms and sums of shortfall, cover and price at every step. A
/// fifth of a run's time, so everything here is about memory and branches: three paths in five stay
/// in their bin from one step to the next, so only changes are counted, in narrow counters, and
/// listed first, without a branch, so that counting is a loop while counters arrive from memory.
/// Compiled with the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/cpu/counting.hpp"
#include "host/cpu/engine_lanes.hpp"
#include "kernels/model/chain.hpp"

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

/// The lanes of `mask`, side by side from `target` on; whole vectors may be written.
template <class L>
RISK_FN void store_lanes(std::uint32_t* target, std::uint32_t mask, typename L::I values) {
#if RISK_HAS_AVX512
  if constexpr (L::n == 16) {
    _mm512_storeu_si512(target, _mm512_maskz_compress_epi32(static_cast<__mmask16>(mask),
                                                            reinterpret_cast<__m512i>(values)));
    return;
  }
#endif
  alignas(64) std::int32_t lanes[L::n];
  store(lanes, values);
  for (; mask != 0; mask &= mask - 1)
    *target++ = static_cast<std::uint32_t>(lanes[__builtin_ctz(mask)]);
}

/// Counters of a mineral's timelines and the changes yet to be counted: paths that leave one
/// counter for another. Counters have 16 bits and wrap; what they add up to must not, so no more
/// than `most_undrained_paths` may be counted before they are drained.
template <class L>
class ChangeCounts {
 public:
  static constexpr std::uint64_t most_undrained_paths = 65535;

  /// `notes_per_step`: how often `note` may be called between two calls of `make_room`.
  ChangeCounts(std::size_t n_counters, int notes_per_step)
      : counters_(n_counters),
        from_(static_cast<std::size_t>(list_size + (notes_per_step + 1) * L::n)),
        to_(from_.size()) {}

  /// Before the notes of a step.
  RISK_FN void make_room() {
    if (n_ > list_size) count();
  }
  /// Lists changes. Its own, so that the compiler keeps it in registers while vectors are stored.
  class Writer {
   public:
    /// The lanes of `mask` go from one bin to another of the row that starts at counter `row`.
    /// There are some in every other call, hard to foresee, so none are written as readily as some.
    RISK_FN void note(std::uint32_t row, std::uint32_t mask, typename L::I before,
                      typename L::I now) {
      const auto first = splat<typename L::I>(static_cast<std::int32_t>(row));
      store_lanes<L>(from_, mask, before + first);
      store_lanes<L>(to_, mask, now + first);
      const int n = __builtin_popcount(mask);
      from_ += n;
      to_ += n;
    }

   private:
    friend ChangeCounts;
    std::uint32_t *from_, *to_;
  };
  RISK_FN Writer writer() {
    Writer writer;
    writer.from_ = from_.data() + n_;
    writer.to_ = to_.data() + n_;
    return writer;
  }
  RISK_FN void keep(const Writer& writer) { n_ = static_cast<int>(writer.from_ - from_.data()); }
  /// `n` paths begin in a counter.
  void begin(std::uint32_t counter, int n) {
    counters_[counter] = static_cast<std::uint16_t>(counters_[counter] + n);
  }
  void count() {
    std::uint16_t* const counters = counters_.data();
    for (int k = 0; k < n_; ++k) {
      --counters[from_[static_cast<std::size_t>(k)]];
      ++counters[to_[static_cast<std::size_t>(k)]];
    }
    n_ = 0;
  }

  /// Adds a series' counts to a histogram [step][bin] and empties them. Its first row starts at
  /// counter `first`, the others `stride` counters apart.
  void drain(std::uint32_t first, std::size_t stride, int n_steps, int n_bins,
             std::uint64_t* histogram) {
    std::uint16_t* row = &counters_[first];
    for (int step = 0; step < n_steps; ++step, row += stride, histogram += n_bins) {
      std::uint16_t* const next = step + 1 < n_steps ? row + stride : nullptr;
      for (int bin = 0; bin < n_bins; ++bin) {
        const std::uint16_t count = row[bin];
        row[bin] = 0;
        histogram[bin] += count;
        if (next != nullptr) next[bin] = static_cast<std::uint16_t>(next[bin] + count);
      }
    }
  }

 private:
  static constexpr int list_size = 1024;
  std::vector<std::uint16_t> counters_;
  std::vector<std::uint32_t> from_, to_;
  int n_ = 0;  ///< changes listed
};

/// Vectors keep their alignment in a struct only.
template <class V>
struct AlignedVector {
  V lanes;
};

/// A family of series [step][series][bin] among a mineral's counters, and the bins that the paths
/// of the present group are in. Before the first step they are in bin 0.
template <class L, BinRange range>
class SeriesFamily {
  using F = typename L::F;
  using I = typename L::I;

 public:
  static constexpr int n_bins = range.n_bins();

  SeriesFamily(std::uint32_t first_counter, int n_series, int n_steps)
      : first_(first_counter),
        n_series_(n_series),
        n_steps_(n_steps),
        bins_(static_cast<std::size_t>(n_series)) {}

  /// Counters from one step of a series to its next.
  std::uint32_t stride() const { return static_cast<std::uint32_t>(n_series_ * n_bins); }
  std::uint32_t first(int series) const {
    return first_ + static_cast<std::uint32_t>(series * n_bins);
  }
  std::uint32_t end() const { return first_ + static_cast<std::uint32_t>(n_steps_) * stride(); }

  void begin_group(std::uint32_t counted, ChangeCounts<L>& counts) {
    for (int k = 0; k < n_series_; ++k) {
      bins_[static_cast<std::size_t>(k)].lanes = splat<I>(0);
      counts.begin(first(k), __builtin_popcount(counted));
    }
  }
  /// Notes all series at a step; `value(series)` are their values.
  template <class Value>
  RISK_FN void note_all(int step, std::uint32_t counted, ChangeCounts<L>& counts, Value value) {
    const int n = n_series_;
    AlignedVector<I>* const bins = bins_.data();
    auto writer = counts.writer();
    std::uint32_t row = first_ + static_cast<std::uint32_t>(step) * stride();
    for (int k = 0; k < n; ++k, row += n_bins) note(writer, row, counted, value(k), bins[k].lanes);
    counts.keep(writer);
  }
  /// Notes the series of `some`, a bit each; returns those of them in which some path is not in bin
  /// 0 now.
  template <class Value>
  RISK_FN std::uint64_t note_some(int step, std::uint64_t some, std::uint32_t counted,
                                  ChangeCounts<L>& counts, Value value) {
    AlignedVector<I>* const bins = bins_.data();
    auto writer = counts.writer();
    const std::uint32_t row = first_ + static_cast<std::uint32_t>(step) * stride();
    std::uint64_t beyond_zero = 0;
    for (; some != 0; some &= some - 1) {
      const int k = __builtin_ctzll(some);
      note(writer, row + static_cast<std::uint32_t>(k * n_bins), counted, value(k), bins[k].lanes);
      beyond_zero |= static_cast<std::uint64_t>(any(ne(bins[k].lanes, splat<I>(0)))) << k;
    }
    counts.keep(writer);
    return beyond_zero;
  }

 private:
  static RISK_FN void note(typename ChangeCounts<L>::Writer& writer, std::uint32_t row,
                           std::uint32_t counted, F value, I& bins) {
    const I before = bins;
    const I now = bins_of_values<L>(value, range);
    bins = now;
    writer.note(row, mask_bits(ne(now, before)) & counted, before, now);
  }

  std::uint32_t first_;
  int n_series_, n_steps_;
  std::vector<AlignedVector<I>> bins_;  ///< [series]
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

/// Timelines of one mineral, all paths of this thread since the last time they were drained. Cells
/// are kept until their step is complete and then noted family by family.
template <class L>
class MineralTimelines {
  using F = typename L::F;
  using U = typename L::U;

 public:
  MineralTimelines(const NetworkView& net, int cells)
      : n_cells_(cells),
        n_steps_(net.n_steps),
        cell_(static_cast<std::size_t>(cells)),
        shortfall_(0, cells, net.n_steps),
        cover_(shortfall_.end(), cells, net.n_steps),
        price_(cover_.end(), 1, net.n_steps),
        counts_(price_.end(), 2 * cells + 1),
        shortfall_sums_(cells, net.n_steps),
        level_sums_(cells + 2, net.n_steps) {}

  void begin_group(std::uint32_t counted) {
    counted_ = counted;
    short_cells_ = beyond_zero_ = 0;
    shortfall_.begin_group(counted, counts_);
    cover_.begin_group(counted, counts_);
    price_.begin_group(counted, counts_);
  }
  void end_group() { counts_.count(); }

  RISK_FN void keep_cell(int c, F unmet_fraction, F cover_days) {
    cell_[static_cast<std::size_t>(c)] = {unmet_fraction, cover_days};
    short_cells_ |= static_cast<std::uint64_t>(any(gt(unmet_fraction, splat<F>(0.0f)))) << c;
  }
  RISK_FN void add_step(int step, F price, F restricted) {
    counts_.make_room();
    if ((short_cells_ | beyond_zero_) != 0) add_shortfalls(step);
    const auto counted = mask_from_bits<L>(counted_);
    const CellStep* const cells = cell_.data();
    AlignedVector<U>* const rows = level_sums_.rows();
    cover_.note_all(step, counted_, counts_, [=](int c) RISK_INLINE_BODY {
      const F days = min(cells[c].cover_days, splat<F>(timeline_cover_limit_days));
      rows[c].lanes = units(masked(counted, days), timeline_cover_scale);
      return days;
    });
    price_.note_all(step, counted_, counts_, [=](int) RISK_INLINE_BODY { return price; });
    rows[n_cells_].lanes = units(masked(counted, price), timeline_price_scale);
    rows[n_cells_ + 1].lanes = units(masked(counted, restricted), timeline_restricted_scale);
    level_sums_.add_step(step);
  }

  /// Adds everything to the accumulators and starts anew. `cell_index(c)`: [member][mineral].
  template <class CellIndex>
  void drain(int mineral, Accumulators& into, CellIndex cell_index) {
    const auto steps = static_cast<std::size_t>(n_steps_);
    for (int c = 0; c < n_cells_; ++c) {
      const std::size_t first = cell_index(c) * steps;
      drain_series(shortfall_, c, &into.shortfall_histogram[first * bins_of(shortfall_)]);
      drain_series(cover_, c, &into.cover_histogram[first * bins_of(cover_)]);
      shortfall_sums_.drain(c, n_steps_, &into.shortfall_sum[first]);
      level_sums_.drain(c, n_steps_, &into.cover_sum[first]);
    }
    const std::size_t first = static_cast<std::size_t>(mineral) * steps;
    drain_series(price_, 0, &into.price_histogram[first * bins_of(price_)]);
    level_sums_.drain(n_cells_, n_steps_, &into.price_sum[first]);
    level_sums_.drain(n_cells_ + 1, n_steps_, &into.restricted_sum[first]);
  }

 private:
  struct CellStep {
    F unmet_fraction, cover_days;
  };

  /// Cells that are short, or were a step before; the others are in bin 0 and stay there.
  RISK_FN void add_shortfalls(int step) {
    const auto counted = mask_from_bits<L>(counted_);
    const CellStep* const cells = cell_.data();
    AlignedVector<U>* const rows = shortfall_sums_.rows();
    const auto value = [=](int c) RISK_INLINE_BODY { return cells[c].unmet_fraction; };
    beyond_zero_ =
        shortfall_.note_some(step, short_cells_ | beyond_zero_, counted_, counts_, value);
    for (int c = 0; c < n_cells_; ++c)
      rows[c].lanes = units(masked(counted, value(c)), timeline_shortfall_scale);
    shortfall_sums_.add_step(step);
    short_cells_ = 0;
  }
  static RISK_FN U units(F value, float scale) { return as_word(timeline_units<L>(value, scale)); }
  template <class Family>
  static std::size_t bins_of(const Family&) {
    return static_cast<std::size_t>(Family::n_bins);
  }
  template <class Family>
  void drain_series(const Family& family, int series, std::uint64_t* histogram) {
    counts_.drain(family.first(series), family.stride(), n_steps_, Family::n_bins, histogram);
  }

  int n_cells_, n_steps_;
  std::uint32_t counted_ = 0;      ///< lanes of the present group that count
  std::uint64_t short_cells_ = 0;  ///< a bit per cell: some path is short in the present step
  std::uint64_t beyond_zero_ = 0;  ///< a bit per cell: some path's shortfall is not in bin 0
  std::vector<CellStep> cell_;     ///< of the present step
  SeriesFamily<L, timeline_shortfall_bins> shortfall_;
  SeriesFamily<L, timeline_cover_bins> cover_;
  SeriesFamily<L, timeline_price_bins> price_;
  ChangeCounts<L> counts_;
  RowSums<L> shortfall_sums_;  ///< [cell]
  RowSums<L> level_sums_;      ///< cover [cell], price, restricted fraction
};

/// Notes the timelines of a group while its path runs.
template <class L>
struct TimelineObserver {
  using F = typename L::F;
  MineralTimelines<L>& mineral;

  void begin_step(int, const ChainState<L>&) {}
  void stage(int, int, const ChainState<L>&, F) {}
  void end_step(int, const ChainState<L>&) {}
  void begin_cells(int) {}
  RISK_FN void cell(int /*step*/, int c, F unmet_fraction, F cover_days) {
    mineral.keep_cell(c, unmet_fraction, cover_days);
  }
  RISK_FN void market(int step, F price, F restricted) {
    mineral.add_step(step, price, restricted);
  }
};

RISK_END
