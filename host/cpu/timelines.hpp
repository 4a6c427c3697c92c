/// Timelines of one thread: histograms and sums of shortfall, cover and price at every step. A
/// fifth of a run's time, so everything here is about memory and branches: see change_counts.hpp
/// and row_sums.hpp. Compiled with the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/cpu/change_counts.hpp"
#include "host/cpu/counting.hpp"
#include "host/cpu/row_sums.hpp"
#include "kernels/model/chain.hpp"

RISK_BEGIN

/// A family of series [series][bin] among a mineral's counters of every step, and the bins that the
/// paths of the present group are in. Before the first step they are in bin 0.
template <class L, BinRange range>
class SeriesFamily {
  using F = typename L::F;
  using I = typename L::I;

 public:
  static constexpr int n_bins = range.n_bins();

  SeriesFamily(std::uint32_t first_counter, int n_series)
      : first_(first_counter), n_series_(n_series), bins_(static_cast<std::size_t>(n_series)) {}

  std::uint32_t first(int series) const {
    return first_ + static_cast<std::uint32_t>(series * n_bins);
  }
  std::uint32_t end() const { return first(n_series_); }

  void begin_group(std::uint32_t counted, StepCounters& counters) {
    for (int k = 0; k < n_series_; ++k) {
      bins_[static_cast<std::size_t>(k)].lanes = splat<I>(0);
      counters.begin(first(k), __builtin_popcount(counted));
    }
  }
  /// Notes all series at a step; `value(series)` are their values.
  template <class Value>
  RISK_FN void note_all(int step, typename L::M counted, ChangeLists<L>& changes, Value value) {
    const int n = n_series_;
    AlignedVector<I>* const bins = bins_.data();
    auto writer = changes.writer(step);
    const I next_row = ChangeLists<L>::in_both_halves(n_bins);
    I row = ChangeLists<L>::in_both_halves(first_);
    for (int k = 0; k < n; ++k, row = row + next_row)
      note(writer, row, counted, value(k), bins[k].lanes);
    changes.keep(step, writer);
  }
  /// Notes the series of `some`, a bit each; returns those of them in which some path is not in bin
  /// 0 now.
  template <class Value>
  RISK_FN std::uint64_t note_some(int step, std::uint64_t some, typename L::M counted,
                                  ChangeLists<L>& changes, Value value) {
    AlignedVector<I>* const bins = bins_.data();
    auto writer = changes.writer(step);
    std::uint64_t beyond_zero = 0;
    for (; some != 0; some &= some - 1) {
      const int k = __builtin_ctzll(some);
      note(writer, ChangeLists<L>::in_both_halves(first(k)), counted, value(k), bins[k].lanes);
      beyond_zero |= static_cast<std::uint64_t>(any(ne(bins[k].lanes, splat<I>(0)))) << k;
    }
    changes.keep(step, writer);
    return beyond_zero;
  }

 private:
  static RISK_FN void note(typename ChangeLists<L>::Writer& writer, I row, typename L::M counted,
                           F value, I& bins) {
    const I before = bins;
    const I now = bins_of_values<L>(value, range);
    bins = now;
    writer.note(row, and_(ne(now, before), counted), before, now);
  }

  std::uint32_t first_;
  int n_series_;
  std::vector<AlignedVector<I>> bins_;  ///< [series]
};

// Changes number a step's counters in 16 bits.
static_assert(max_countries * (timeline_shortfall_bins.n_bins() + timeline_cover_bins.n_bins()) +
                  timeline_price_bins.n_bins() <=
              65536);

/// Timelines of one mineral, all paths of this thread since the last time they were drained. Cells
/// are kept until their step is complete and then noted family by family.
template <class L>
class MineralTimelines {
  using F = typename L::F;
  using U = typename L::U;

 public:
  /// `changes`: shared with other minerals, whose paths do not run at the same time.
  MineralTimelines(const NetworkView& net, int cells, ChangeLists<L>& changes)
      : n_cells_(cells),
        n_steps_(net.n_steps),
        cell_(static_cast<std::size_t>(cells)),
        shortfall_(0, cells),
        cover_(shortfall_.end(), cells),
        price_(cover_.end(), 1),
        counters_(net.n_steps, price_.end()),
        changes_(changes),
        shortfall_sums_(cells, net.n_steps),
        level_sums_(cells + 2, net.n_steps) {}

  void begin_group(std::uint32_t counted) {
    counted_ = counted;
    short_cells_ = beyond_zero_ = 0;
    shortfall_.begin_group(counted, counters_);
    cover_.begin_group(counted, counters_);
    price_.begin_group(counted, counters_);
  }
  void end_group() {
    if (!changes_.end_group()) count_changes();
  }
  /// After the last of some groups of this mineral, before another's.
  void count_changes() {
    changes_.take([&](std::size_t step, const std::uint32_t* changes, std::uint32_t n) {
      counters_.count(step, changes, n);
    });
  }

  /// Cells of which this is not said are not short in any lane in the present step.
  RISK_FN void may_be_short(int c) { short_cells_ |= std::uint64_t{1} << c; }
  RISK_FN void keep_cell(int c, F unmet_fraction, F cover_days) {
    cell_[static_cast<std::size_t>(c)] = {unmet_fraction, cover_days};
  }
  RISK_FN void add_step(int step, F price, F restricted) {
    if ((short_cells_ | beyond_zero_) != 0) add_shortfalls(step);
    const auto counted = mask_from_bits<L>(counted_);
    const CellStep* const cells = cell_.data();
    AlignedVector<U>* const rows = level_sums_.rows();
    cover_.note_all(step, counted, changes_, [=](int c) RISK_INLINE_BODY {
      const F days = min(cells[c].cover_days, splat<F>(timeline_cover_limit_days));
      rows[c].lanes = masked(counted, units(days, timeline_cover_scale));
      return days;
    });
    price_.note_all(step, counted, changes_, [=](int) RISK_INLINE_BODY { return price; });
    rows[n_cells_].lanes = masked(counted, units(price, timeline_price_scale));
    rows[n_cells_ + 1].lanes = masked(counted, units(restricted, timeline_restricted_scale));
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
        shortfall_.note_some(step, short_cells_ | beyond_zero_, counted, changes_, value);
    for (int c = 0; c < n_cells_; ++c)
      rows[c].lanes = masked(counted, units(value(c), timeline_shortfall_scale));
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
    counters_.drain(family.first(series), n_steps_, Family::n_bins, histogram);
  }

  int n_cells_, n_steps_;
  std::uint32_t counted_ = 0;      ///< lanes of the present group that count
  std::uint64_t short_cells_ = 0;  ///< a bit per cell: some path may be short in the present step
  std::uint64_t beyond_zero_ = 0;  ///< a bit per cell: some path's shortfall is not in bin 0
  std::vector<CellStep> cell_;     ///< of the present step
  SeriesFamily<L, timeline_shortfall_bins> shortfall_;
  SeriesFamily<L, timeline_cover_bins> cover_;
  SeriesFamily<L, timeline_price_bins> price_;
  StepCounters counters_;
  ChangeLists<L>& changes_;
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
  RISK_FN void unmet_somewhere(int c) { mineral.may_be_short(c); }
  RISK_FN void cell(int /*step*/, int c, F unmet_fraction, F cover_days) {
    mineral.keep_cell(c, unmet_fraction, cover_days);
  }
  RISK_FN void market(int step, F price, F restricted) {
    mineral.add_step(step, price, restricted);
  }
};

RISK_END
