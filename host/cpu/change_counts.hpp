/// Counts paths by bin at every step, by their changes: most paths stay in their bin from one step
/// to the next. Changes are listed step by step for several groups of paths and counted together,
/// for a step's counters are a few kilobytes and the path has been elsewhere since it last met
/// them: fetching them is what counting costs. Compiled with the engine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/cpu/counting.hpp"
#include "host/cpu/engine_lanes.hpp"
#include "kernels/lanes/lanes.hpp"

RISK_BEGIN

/// Changes yet to be counted, a list for every step. A change is one word: the counter that a path
/// leaves and, in the upper half, the one it enters, both numbered within the step.
template <class L>
class ChangeLists {
 public:
  /// A counter's number in both halves of a change.
  static std::int32_t in_both_halves(std::uint32_t counter) {
    return static_cast<std::int32_t>(counter | counter << 16);
  }

  /// `most_notes`: calls of `note` that a group makes in a step, at most.
  ChangeLists(int n_steps, int most_notes)
      : most_groups_(groups_listed(n_steps, most_notes, L::n)),
        capacity_(static_cast<std::size_t>((most_groups_ * most_notes + 1) * L::n)),
        changes_(static_cast<std::size_t>(n_steps) * capacity_),
        n_(static_cast<std::size_t>(n_steps)) {}

  /// Lists changes of a step. Its own, so that the compiler keeps it in a register while vectors
  /// are stored.
  class Writer {
   public:
    /// The lanes of `changed` go from one bin to another of a row of counters; `row`: its first
    /// counter in both halves. There are some in every other call, hard to foresee, so none are
    /// written as readily as some.
    RISK_FN void note(typename L::I row, typename L::M changed, typename L::I before,
                      typename L::I now) {
      using I = typename L::I;
      const I entered = as_signed(shl(as_word(now), 16));
      store_lanes<L>(next_, changed, (before | entered) + row);
      next_ += __builtin_popcount(mask_bits(changed));
    }

   private:
    friend ChangeLists;
    std::uint32_t* next_;
  };
  RISK_FN Writer writer(int step) {
    Writer writer;
    writer.next_ = list(step) + n_[static_cast<std::size_t>(step)];
    return writer;
  }
  RISK_FN void keep(int step, const Writer& writer) {
    n_[static_cast<std::size_t>(step)] = static_cast<std::uint32_t>(writer.next_ - list(step));
  }

  /// Is there room for another group?
  bool end_group() { return ++n_groups_ < most_groups_; }
  /// Hands the lists over, (step, first, number of changes), and empties them.
  template <class Count>
  void take(Count&& count) {
    for (std::size_t step = 0; step < n_.size(); ++step) {
      count(step, &changes_[step * capacity_], n_[step]);
      n_[step] = 0;
    }
    n_groups_ = 0;
  }

 private:
  std::uint32_t* list(int step) { return &changes_[static_cast<std::size_t>(step) * capacity_]; }

  int most_groups_, n_groups_ = 0;
  std::size_t capacity_;
  std::vector<std::uint32_t> changes_;  ///< [step][capacity]
  std::vector<std::uint32_t> n_;        ///< [step] changes listed
};

/// Counters of one mineral, [step][counter]. They have 16 bits and wrap; what they add up to must
/// not, so no more than `most_undrained_paths` may be counted before they are drained.
class StepCounters {
 public:
  static constexpr std::uint64_t most_undrained_paths = 65535;

  StepCounters(int n_steps, std::uint32_t per_step)
      : per_step_(per_step), counters_(static_cast<std::size_t>(n_steps) * per_step) {}

  /// `n` paths begin in a counter of the first step.
  void begin(std::uint32_t counter, int n) {
    counters_[counter] = static_cast<std::uint16_t>(counters_[counter] + n);
  }
  /// Counts a step's list. The next step's counters, which the processor cannot foresee and which
  /// come from far, are asked for meanwhile, a line at a time.
  void count(std::size_t step, const std::uint32_t* changes, std::uint32_t n) {
    const auto row = [&](std::size_t at) {
      return counters_.data() + std::min(at * per_step_, counters_.size());
    };
    count_changes(row(step), changes, n, {row(step + 1), row(step + 2)});
  }
  /// Adds the counts of a series of bins from counter `first` on to a histogram [step][bin] and
  /// empties them.
  void drain(std::uint32_t first, int n_steps, int n_bins, std::uint64_t* histogram) {
    std::uint16_t* row = &counters_[first];
    for (int step = 0; step < n_steps; ++step, row += per_step_, histogram += n_bins) {
      std::uint16_t* const next = step + 1 < n_steps ? row + per_step_ : nullptr;
      for (int bin = 0; bin < n_bins; ++bin) {
        const std::uint16_t count = row[bin];
        row[bin] = 0;
        histogram[bin] += count;
        if (next != nullptr) next[bin] = static_cast<std::uint16_t>(next[bin] + count);
      }
    }
  }

 private:
  /// Counters yet to be asked for.
  struct Lines {
    const std::uint16_t *next, *end;

    RISK_FN void fetch_one() {
      constexpr std::size_t per_line = 64 / sizeof(std::uint16_t);
      if (next >= end) return;
      __builtin_prefetch(next, 1);
      next += per_line;
    }
  };

  /// Neighbours in a list often share a counter, and a counter's next change waits for its last one
  /// to be stored: four parts of the list take turns. A function of its own, for its loop needs
  /// every register.
  static RISK_SECTION void count_changes(std::uint16_t* row, const std::uint32_t* changes,
                                         std::uint32_t n, Lines lines) {
    const auto count_one = [row](std::uint32_t change) {
      --row[change & 0xffffu];
      ++row[change >> 16];
    };
    const std::size_t part = n / 4;
    for (const std::uint32_t* const end = changes + part; changes < end; ++changes) {
      lines.fetch_one();
      count_one(changes[0]);
      count_one(changes[part]);
      count_one(changes[2 * part]);
      count_one(changes[3 * part]);
    }
    const std::uint32_t* const rest = changes + 3 * part;
    for (std::size_t k = 0; k < n % 4; ++k) count_one(rest[k]);
    while (lines.next < lines.end) lines.fetch_one();
  }

  std::uint32_t per_step_;
  std::vector<std::uint16_t> counters_;
};

RISK_END
