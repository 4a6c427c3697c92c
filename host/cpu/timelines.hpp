/// Timelines of one thread: histograms and sums of shortfall, cover and price at every step. A
/// fifth of a run's time once, so everything here is about memory: a path seldom changes its bin
/// from one step to the next, so only changes are counted, in narrow counters, and listed first, so
/// that counting is a loop without a branch while counters arrive from memory. Compiled with the
/// engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/cpu/counting.hpp"
#include "kernels/model/chain.hpp"

RISK_BEGIN

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

  explicit ChangeCounts(std::size_t n_counters)
      : counters_(n_counters), from_(list_size), to_(list_size) {}

  /// The lanes of `mask` go from one bin to another of the row that starts at counter `row`.
  RISK_FN void note(std::uint32_t row, std::uint32_t mask, typename L::I before,
                    typename L::I now) {
    using I = typename L::I;
    if (n_ > list_size - L::n) count();
    const I first = splat<I>(static_cast<std::int32_t>(row));
    store_lanes<L>(&from_[static_cast<std::size_t>(n_)], mask, before + first);
    store_lanes<L>(&to_[static_cast<std::size_t>(n_)], mask, now + first);
    n_ += __builtin_popcount(mask);
  }
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

  /// Adds a series' counts, from counter `first` on, to a histogram [step][bin] and empties it.
  void drain(std::uint32_t first, int n_steps, int n_bins, std::uint64_t* histogram) {
    std::uint16_t* row = &counters_[first];
    for (int step = 0; step < n_steps; ++step, row += n_bins, histogram += n_bins) {
      std::uint16_t* const next = step + 1 < n_steps ? row + n_bins : nullptr;
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

/// A family of series [series][step][bin] among a mineral's counters, and the bins that the paths
/// of the present group are in. Before the first step they are in bin 0.
template <class L>
class SeriesFamily {
  using I = typename L::I;

 public:
  SeriesFamily(std::uint32_t first_counter, int n_series, int n_steps, BinRange range)
      : first_(first_counter),
        n_steps_(n_steps),
        range_(range),
        bins_(static_cast<std::size_t>(n_series)),
        is_zero_(static_cast<std::size_t>(n_series)) {}

  int n_bins() const { return range_.n_bins(); }
  std::uint32_t first(int series) const {
    return first_ + static_cast<std::uint32_t>(series * n_steps_ * n_bins());
  }
  std::uint32_t end() const { return first(static_cast<int>(bins_.size())); }

  void begin_group(std::uint32_t counted, ChangeCounts<L>& counts) {
    for (std::size_t k = 0; k < bins_.size(); ++k) {
      bins_[k].lanes = splat<I>(0);
      is_zero_[k] = 1;
      counts.begin(first(static_cast<int>(k)), __builtin_popcount(counted));
    }
  }
  /// Are all paths still in bin 0, or again?
  RISK_FN bool is_zero(int series) const { return is_zero_[static_cast<std::size_t>(series)] != 0; }
  RISK_FN void note(int series, int step, typename L::F value, std::uint32_t counted,
                    ChangeCounts<L>& counts) {
    const I now = bins_of_values<L>(value, range_);
    I& before = bins_[static_cast<std::size_t>(series)].lanes;
    const std::uint32_t changed = mask_bits(ne(now, before)) & counted;
    if (changed == 0) return;
    const auto row = first(series) + static_cast<std::uint32_t>(step * n_bins());
    counts.note(row, changed, before, now);
    before = now;
    is_zero_[static_cast<std::size_t>(series)] = none(ne(now, splat<I>(0))) ? 1 : 0;
  }

 private:
  /// Vectors keep their alignment in a struct only.
  struct Bins {
    I lanes;
  };
  std::uint32_t first_;
  int n_steps_;
  BinRange range_;
  std::vector<Bins> bins_;             ///< [series]
  std::vector<std::uint8_t> is_zero_;  ///< [series]
};

/// Timelines of one mineral, all paths of this thread since the last time they were drained.
template <class L>
class MineralTimelines {
  using F = typename L::F;

 public:
  MineralTimelines(const NetworkView& net, int cells)
      : n_cells_(cells),
        n_steps_(net.n_steps),
        shortfall_(0, cells, net.n_steps, timeline_shortfall_bins),
        cover_(shortfall_.end(), cells, net.n_steps, timeline_cover_bins),
        price_(cover_.end(), 1, net.n_steps, timeline_price_bins),
        counts_(price_.end()),
        shortfall_sum_(static_cast<std::size_t>(cells * net.n_steps)),
        cover_sum_(static_cast<std::size_t>(cells * net.n_steps)),
        market_sum_(static_cast<std::size_t>(2 * net.n_steps)) {}

  void begin_group(std::uint32_t counted) {
    counted_ = counted;
    shortfall_.begin_group(counted, counts_);
    cover_.begin_group(counted, counts_);
    price_.begin_group(counted, counts_);
  }
  void end_group() { counts_.count(); }

  RISK_FN void add_cell(int step, int c, F unmet_fraction, F cover_days) {
    const auto at = static_cast<std::size_t>(step * n_cells_ + c);
    if (any(gt(unmet_fraction, splat<F>(0.0f))) || !shortfall_.is_zero(c)) {
      shortfall_.note(c, step, unmet_fraction, counted_, counts_);
      shortfall_sum_[at] += units(unmet_fraction, timeline_shortfall_scale);
    }
    const F days = min(cover_days, splat<F>(timeline_cover_limit_days));
    cover_.note(c, step, days, counted_, counts_);
    cover_sum_[at] += units(days, timeline_cover_scale);
  }
  RISK_FN void add_market(int step, F price, F restricted) {
    price_.note(0, step, price, counted_, counts_);
    const auto at = static_cast<std::size_t>(2 * step);
    market_sum_[at] += units(price, timeline_price_scale);
    market_sum_[at + 1] += units(restricted, timeline_restricted_scale);
  }

  /// Adds everything to the accumulators and starts anew. `cell_index(c)`: [member][mineral].
  template <class CellIndex>
  void drain(int mineral, Accumulators& into, CellIndex cell_index) {
    const auto steps = static_cast<std::size_t>(n_steps_);
    for (int c = 0; c < n_cells_; ++c) {
      const std::size_t first = cell_index(c) * steps;
      drain_series(shortfall_, c, &into.shortfall_histogram[first * bins_of(shortfall_)]);
      drain_series(cover_, c, &into.cover_histogram[first * bins_of(cover_)]);
      drain_sums(shortfall_sum_, c, n_cells_, &into.shortfall_sum[first]);
      drain_sums(cover_sum_, c, n_cells_, &into.cover_sum[first]);
    }
    const std::size_t first = static_cast<std::size_t>(mineral) * steps;
    drain_series(price_, 0, &into.price_histogram[first * bins_of(price_)]);
    drain_sums(market_sum_, 0, 2, &into.price_sum[first]);
    drain_sums(market_sum_, 1, 2, &into.restricted_sum[first]);
  }

 private:
  /// A value has at most 2^24 units, so a group's add up in 32 bits.
  RISK_FN std::uint32_t units(F value, float scale) const {
    const auto counted = mask_from_bits<L>(counted_);
    return sum_of_lanes<L>(as_word(timeline_units<L>(masked(counted, value), scale)));
  }
  static std::size_t bins_of(const SeriesFamily<L>& family) {
    return static_cast<std::size_t>(family.n_bins());
  }
  void drain_series(const SeriesFamily<L>& family, int series, std::uint64_t* histogram) {
    counts_.drain(family.first(series), n_steps_, family.n_bins(), histogram);
  }
  /// Adds the sums of one of `n_series` series, [step][series], and empties them.
  void drain_sums(std::vector<std::uint64_t>& from, int series, int n_series, Sum128* sums) {
    for (int step = 0; step < n_steps_; ++step) {
      std::uint64_t& sum = from[static_cast<std::size_t>(step * n_series + series)];
      sums[step].add(sum);
      sum = 0;
    }
  }

  int n_cells_, n_steps_;
  std::uint32_t counted_ = 0;  ///< lanes of the present group that count
  SeriesFamily<L> shortfall_, cover_, price_;
  ChangeCounts<L> counts_;
  std::vector<std::uint64_t> shortfall_sum_, cover_sum_;  ///< [step][cell]
  std::vector<std::uint64_t> market_sum_;                 ///< [step]: price, restricted fraction
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
  RISK_FN void cell(int step, int c, F unmet_fraction, F cover_days) {
    mineral.add_cell(step, c, unmet_fraction, cover_days);
  }
  RISK_FN void market(int step, F price, F restricted) {
    mineral.add_market(step, price, restricted);
  }
};

RISK_END
