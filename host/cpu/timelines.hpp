/// Timelines of one thread: histograms and sums of shortfall, cover and price at every step, counted
/// group by group of paths. A fifth of a run's time once, so everything here is about memory: narrow
/// counters, and no branch that depends on paths where counters arrive from memory. Compiled with the
/// engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "host/cpu/counting.hpp"
#include "kernels/model/chain.hpp"

RISK_BEGIN

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

/// Appends the lanes of `counted` that change their bin, as counters of the row of bins that starts
/// at `row`. Returns how many; one place beyond them for every lane may be overwritten.
template <int Width, class Bin>
RISK_FN int list_changes(const Bin* before, const Bin* now, std::uint32_t counted,
                         std::uint32_t row, std::uint32_t* from, std::uint32_t* to) {
#if RISK_HAS_AVX512
  if constexpr (Width == 16 && sizeof(Bin) == 1) {
    const __m128i a8 = _mm_loadu_si128(reinterpret_cast<const __m128i*>(before));
    const __m128i b8 = _mm_loadu_si128(reinterpret_cast<const __m128i*>(now));
    if (_mm_testz_si128(_mm_xor_si128(a8, b8), _mm_set1_epi8(-1)) != 0) return 0;
  }
  if constexpr (Width == 16) {
    const auto widen = [](const Bin* bins) RISK_INLINE_BODY {
      if constexpr (sizeof(Bin) == 1) {
        return _mm512_maskz_cvtepu8_epi32(
            every_lane, _mm_loadu_si128(reinterpret_cast<const __m128i*>(bins)));
      } else {
        return _mm512_maskz_cvtepu16_epi32(
            every_lane, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bins)));
      }
    };
    const __m512i a = widen(before);
    const __m512i b = widen(now);
    const __mmask16 changed =
        _mm512_mask_cmpneq_epi32_mask(static_cast<__mmask16>(counted), a, b);
    const __m512i first = _mm512_set1_epi32(static_cast<int>(row));
    _mm512_storeu_si512(
        from, _mm512_maskz_compress_epi32(changed, _mm512_maskz_add_epi32(every_lane, a, first)));
    _mm512_storeu_si512(
        to, _mm512_maskz_compress_epi32(changed, _mm512_maskz_add_epi32(every_lane, b, first)));
    return __builtin_popcount(changed);
  }
#endif
  int n = 0;
  for (int k = 0; k < Width; ++k) {
    from[n] = row + before[k];
    to[n] = row + now[k];
    n += static_cast<int>((counted >> k) & static_cast<std::uint32_t>(before[k] != now[k]));
  }
  return n;
}

/// Histograms of a family of series over all steps, as changes: a path seldom changes its bin from
/// one step to the next, so only where it does is counted, and added up over the steps at the end.
/// Counters have 16 bits and wrap; what they add up to must not, so no more than
/// `most_undrained_paths` may be counted before they are drained.
class ChangeCounts {
 public:
  static constexpr std::uint64_t most_undrained_paths = 65535;

  ChangeCounts(int n_series, int n_steps, BinRange range)
      : n_steps_(n_steps),
        n_bins_(range.n_bins()),
        changes_(static_cast<std::size_t>(n_series * n_steps) *
                 static_cast<std::size_t>(n_bins_)) {}

  /// Adds the lanes of a group of Width in `counted`; bins of a step lie `stride` apart. Listing comes first, so that
  /// counting is one loop without a branch to mispredict while counters arrive from memory. `list`
  /// has room for (steps + 1) x Width changes from and to.
  template <int Width, class Bin>
  void add(int series, const Bin* bins, int stride, std::uint32_t counted,
           std::vector<std::uint32_t>& list) {
    std::uint16_t* const counters = first(series);
    for (std::uint32_t left = counted; left != 0; left &= left - 1)
      ++counters[bins[__builtin_ctz(left)]];
    std::uint32_t* const from = list.data();
    std::uint32_t* const to = from + list.size() / 2;
    int n = 0;
    std::uint32_t row = 0;
    for (int step = 1; step < n_steps_; ++step, bins += stride) {
      row += static_cast<std::uint32_t>(n_bins_);
      n += list_changes<Width>(bins, bins + stride, counted, row, from + n, to + n);
    }
    for (int k = 0; k < n; ++k) {
      --counters[from[k]];
      ++counters[to[k]];
    }
  }

  /// Adds paths that stay in bin 0.
  void add_zeros(int series, std::uint32_t counted) {
    *first(series) =
        static_cast<std::uint16_t>(*first(series) + __builtin_popcount(counted));
  }

  /// Adds a series' counts to a histogram [step][bin] and empties it.
  void drain(int series, std::uint64_t* histogram) {
    std::uint16_t* row = first(series);
    for (int step = 0; step < n_steps_; ++step, row += n_bins_, histogram += n_bins_) {
      std::uint16_t* const next = step + 1 < n_steps_ ? row + n_bins_ : nullptr;
      for (int bin = 0; bin < n_bins_; ++bin) {
        const std::uint16_t count = row[bin];
        row[bin] = 0;
        histogram[bin] += count;
        if (next != nullptr) next[bin] = static_cast<std::uint16_t>(next[bin] + count);
      }
    }
  }

 private:
  std::uint16_t* first(int series) {
    return changes_.data() +
           static_cast<std::size_t>(series * n_steps_) * static_cast<std::size_t>(n_bins_);
  }
  int n_steps_, n_bins_;
  std::vector<std::uint16_t> changes_;
};

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

using Byte = std::uint8_t;
static_assert(timeline_shortfall_bins.n_bins() <= 256 && timeline_cover_bins.n_bins() <= 256);

/// The timelines of one group and mineral while its path runs, small enough for the caches: bins
/// [step][cell][lane], what a step writes side by side.
template <class L>
class GroupTimelines {
 public:
  explicit GroupTimelines(const NetworkView& net)
      : n_steps_(net.n_steps),
        stride_(net.n_members * L::n),
        shortfall_(static_cast<std::size_t>(net.n_steps * stride_)),
        cover_(shortfall_.size()),
        price_(static_cast<std::size_t>(net.n_steps * L::n)),
        is_short_(static_cast<std::size_t>(net.n_members)),
        changes(2 * static_cast<std::size_t>((net.n_steps + 1) * L::n)) {}

  /// From one step of a cell to the next.
  int stride() const { return stride_; }
  Byte* shortfall(int step, int cell) { return &shortfall_[at(step, cell)]; }
  Byte* cover(int step, int cell) { return &cover_[at(step, cell)]; }
  std::uint16_t* price(int step) { return &price_[static_cast<std::size_t>(step * L::n)]; }
  /// Did any path of the group go short? Only then is the series anything but zeros.
  std::uint8_t& is_short(int cell) { return is_short_[static_cast<std::size_t>(cell)]; }
  void clear_shortfall(int cell) {
    for (int step = 0; step < n_steps_; ++step) std::memset(shortfall(step, cell), 0, L::n);
    is_short(cell) = 0;
  }

 private:
  std::size_t at(int step, int cell) const {
    return static_cast<std::size_t>(step * stride_ + cell * L::n);
  }
  int n_steps_, stride_;
  std::vector<Byte> shortfall_, cover_;
  std::vector<std::uint16_t> price_;
  std::vector<std::uint8_t> is_short_;

 public:
  std::vector<std::uint32_t> changes;  ///< working memory of ChangeCounts::add
};

/// Timelines of one mineral, all paths of this thread since the last time they were drained.
template <class L>
class MineralTimelines {
 public:
  MineralTimelines(const NetworkView& net, int cells)
      : n_cells_(cells),
        n_steps_(net.n_steps),
        shortfall_(cells, net.n_steps, timeline_shortfall_bins),
        cover_(cells, net.n_steps, timeline_cover_bins),
        price_(1, net.n_steps, timeline_price_bins),
        shortfall_sum_(static_cast<std::size_t>(cells * net.n_steps)),
        cover_sum_(static_cast<std::size_t>(cells * net.n_steps)),
        market_sum_(static_cast<std::size_t>(2 * net.n_steps)) {}

  RISK_FN void add_shortfall(int step, int c, typename L::I units) {
    shortfall_sum_[static_cast<std::size_t>(step * n_cells_ + c)] += sum_of_lanes<L>(as_word(units));
  }
  RISK_FN void add_cover(int step, int c, typename L::I units) {
    cover_sum_[static_cast<std::size_t>(step * n_cells_ + c)] += sum_of_lanes<L>(as_word(units));
  }
  RISK_FN void add_market(int step, typename L::I price, typename L::I restricted) {
    market_sum_[static_cast<std::size_t>(2 * step)] += sum_of_lanes<L>(as_word(price));
    market_sum_[static_cast<std::size_t>(2 * step + 1)] += sum_of_lanes<L>(as_word(restricted));
  }

  /// Counts a group and readies its timelines for the next.
  void add(GroupTimelines<L>& group, std::uint32_t counted) {
    for (int c = 0; c < n_cells_; ++c) {
      cover_.add<L::n>(c, group.cover(0, c), group.stride(), counted, group.changes);
      if (group.is_short(c) == 0) {
        shortfall_.add_zeros(c, counted);
        continue;
      }
      shortfall_.add<L::n>(c, group.shortfall(0, c), group.stride(), counted, group.changes);
      group.clear_shortfall(c);
    }
    price_.add<L::n>(0, group.price(0), L::n, counted, group.changes);
  }

  /// Adds everything to the accumulators and starts anew. `cell_index(c)`: [member][mineral].
  template <class CellIndex>
  void drain(int mineral, Accumulators& into, CellIndex cell_index) {
    const auto steps = static_cast<std::size_t>(n_steps_);
    const auto bins = [](BinRange range) { return static_cast<std::size_t>(range.n_bins()); };
    for (int c = 0; c < n_cells_; ++c) {
      const std::size_t first = cell_index(c) * steps;
      shortfall_.drain(c, &into.shortfall_histogram[first * bins(timeline_shortfall_bins)]);
      cover_.drain(c, &into.cover_histogram[first * bins(timeline_cover_bins)]);
      drain_sums(shortfall_sum_, c, n_cells_, &into.shortfall_sum[first]);
      drain_sums(cover_sum_, c, n_cells_, &into.cover_sum[first]);
    }
    const std::size_t first = static_cast<std::size_t>(mineral) * steps;
    price_.drain(0, &into.price_histogram[first * bins(timeline_price_bins)]);
    drain_sums(market_sum_, 0, 2, &into.price_sum[first]);
    drain_sums(market_sum_, 1, 2, &into.restricted_sum[first]);
  }

 private:
  /// Adds the sums of one of `n_series` series, [step][series], and empties them.
  void drain_sums(std::vector<std::uint64_t>& from, int series, int n_series, Sum128* sums) {
    for (int step = 0; step < n_steps_; ++step) {
      std::uint64_t& sum = from[static_cast<std::size_t>(step * n_series + series)];
      sums[step].add(sum);
      sum = 0;
    }
  }

  int n_cells_, n_steps_;
  ChangeCounts shortfall_, cover_, price_;
  std::vector<std::uint64_t> shortfall_sum_, cover_sum_;  ///< [step][cell]
  std::vector<std::uint64_t> market_sum_;                 ///< [step]: price, restricted fraction
};

/// Notes the timelines of a group while its path runs.
template <class L>
struct TimelineObserver {
  using F = typename L::F;
  using I = typename L::I;
  GroupTimelines<L>& group;
  MineralTimelines<L>& mineral;
  typename L::M counted;

  void begin_step(int, const ChainState<L>&) {}
  void stage(int, int, const ChainState<L>&, F) {}
  void end_step(int, const ChainState<L>&) {}
  void begin_cells(int) {}
  RISK_FN I units(F value, float scale) const {
    return timeline_units<L>(masked(counted, value), scale);
  }
  RISK_FN void cell(int step, int c, F unmet_fraction, F cover_days) {
    if (any(gt(unmet_fraction, splat<F>(0.0f)))) {
      store_bins(group.shortfall(step, c),
                 bins_of_values<L>(unmet_fraction, timeline_shortfall_bins));
      group.is_short(c) = 1;
      mineral.add_shortfall(step, c, units(unmet_fraction, timeline_shortfall_scale));
    }
    const F days = min(cover_days, splat<F>(timeline_cover_limit_days));
    store_bins(group.cover(step, c), bins_of_values<L>(days, timeline_cover_bins));
    mineral.add_cover(step, c, units(days, timeline_cover_scale));
  }
  RISK_FN void market(int step, F price, F restricted) {
    store_bins(group.price(step), bins_of_values<L>(price, timeline_price_bins));
    mineral.add_market(step, units(price, timeline_price_scale),
                       units(restricted, timeline_restricted_scale));
  }
};

RISK_END
