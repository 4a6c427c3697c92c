/// Timelines of one thread: histograms and sums of shortfall, cover and price at every step. A
/// tenth of a run's time, so everything here is about memory and branches: see change_counts.hpp
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

  /// What noting a step needs of the family, in registers.
  struct Notes {
    AlignedVector<I>* bins;
    std::uint32_t first;

    /// Is some path of a series beyond bin 0?
    RISK_FN bool beyond_zero(int series) const { return any(ne(bins[series].lanes, splat<I>(0))); }
    /// Notes the values of a series.
    RISK_FN void note(typename ChangeLists<L>::Writer& writer, int series, typename L::M counted,
                      F value) const {
      const I before = bins[series].lanes;
      const I now = bins_of_values<L>(value, range);
      bins[series].lanes = now;
      const auto row = first + static_cast<std::uint32_t>(series * n_bins);
      writer.note(splat<I>(ChangeLists<L>::in_both_halves(row)), and_(ne(now, before), counted),
                  before, now);
    }
  };
  RISK_FN Notes notes() { return {bins_.data(), first_}; }

 private:
  std::uint32_t first_;
  int n_series_;
  std::vector<AlignedVector<I>> bins_;  ///< [series]
};

// Changes number a step's counters in 16 bits.
static_assert(max_countries * (timeline_shortfall_bins.n_bins() + timeline_cover_bins.n_bins()) +
                  timeline_price_bins.n_bins() <=
              65536);

/// Timelines of one mineral, all paths of this thread since the last time they were drained.
template <class L>
class MineralTimelines {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  using Shortfall = SeriesFamily<L, timeline_shortfall_bins>;
  using Cover = SeriesFamily<L, timeline_cover_bins>;
  using Price = SeriesFamily<L, timeline_price_bins>;

 public:
  /// `changes`: shared with other minerals, whose paths do not run at the same time.
  MineralTimelines(const NetworkView& net, int cells, ChangeLists<L>& changes)
      : n_cells_(cells),
        n_steps_(net.n_steps),
        shortfall_(0, cells),
        cover_(shortfall_.end(), cells),
        price_(cover_.end(), 1),
        counters_(net.n_steps, price_.end()),
        changes_(changes),
        shortfall_sums_(cells, net.n_steps),
        level_sums_(cells + 2, net.n_steps) {}

  void begin_group(std::uint32_t counted) {
    counted_ = counted;
    shortfall_.begin_group(counted, counters_);
    cover_.begin_group(counted, counters_);
    price_.begin_group(counted, counters_);
    for (int c = 0; c < n_cells_; ++c) shortfall_sums_.rows()[c].lanes = splat<U>(0u);
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

  /// Notes the reports of one step, cell by cell, then the market's. What it needs for that is its
  /// own, so that the compiler keeps it in registers while vectors are stored.
  class StepNotes {
   public:
    RISK_FN StepNotes(MineralTimelines& to, int step)
        : to_(to),
          step_(step),
          counted_(mask_from_bits<L>(to.counted_)),
          writer_(to.changes_.writer(step)),
          shortfall_(to.shortfall_.notes()),
          cover_(to.cover_.notes()),
          shortfall_rows_(to.shortfall_sums_.rows()),
          level_rows_(to.level_sums_.rows()) {}

    RISK_FN void cell(int c, bool may_be_unmet, F unmet_fraction, F cover_days) {
      if (may_be_unmet || shortfall_.beyond_zero(c)) note_shortfall(c, unmet_fraction);
      const F days = min(cover_days, splat<F>(timeline_cover_limit_days));
      level_rows_[c].lanes = in_units(days, timeline_cover_scale);
      cover_.note(writer_, c, counted_, days);
    }

    RISK_FN void market(F price, F restricted) {
      const int n = to_.n_cells_;
      to_.price_.notes().note(writer_, 0, counted_, price);
      level_rows_[n].lanes = in_units(price, timeline_price_scale);
      level_rows_[n + 1].lanes = in_units(restricted, timeline_restricted_scale);
      to_.changes_.keep(step_, writer_);
      to_.level_sums_.add_step(step_);
      if (some_short_) to_.shortfall_sums_.add_step(step_);  // else all its rows are zero
    }

   private:
    /// Of a cell that is short, or was a step before; the others are in bin 0 and stay there, with
    /// zero in their rows.
    RISK_FN void note_shortfall(int c, F unmet_fraction) {
      shortfall_.note(writer_, c, counted_, unmet_fraction);
      shortfall_rows_[c].lanes = in_units(unmet_fraction, timeline_shortfall_scale);
      some_short_ = true;
    }
    RISK_FN U in_units(F value, float scale) const {
      return masked(counted_, as_word(timeline_units<L>(value, scale)));
    }

    MineralTimelines& to_;
    int step_;
    typename L::M counted_;  ///< lanes of the group that count
    typename ChangeLists<L>::Writer writer_;
    typename Shortfall::Notes shortfall_;
    typename Cover::Notes cover_;
    AlignedVector<U>*shortfall_rows_, *level_rows_;
    bool some_short_ = false;
  };

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
  template <class Family>
  static std::size_t bins_of(const Family&) {
    return static_cast<std::size_t>(Family::n_bins);
  }
  template <class Family>
  void drain_series(const Family& family, int series, std::uint64_t* histogram) {
    counters_.drain(family.first(series), n_steps_, Family::n_bins, histogram);
  }

  int n_cells_, n_steps_;
  std::uint32_t counted_ = 0;  ///< lanes of the present group that count
  Shortfall shortfall_;
  Cover cover_;
  Price price_;
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
  RISK_FN auto report(int step) { return typename MineralTimelines<L>::StepNotes(mineral, step); }
};

RISK_END
