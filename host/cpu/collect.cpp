#include "host/cpu/collect.hpp"

#include <algorithm>
#include <span>

namespace blocrisk {
namespace {

/// Adds 32-bit counts to 64-bit ones and clears them. Most are zero: whole lines are skipped.
void drain_counts(std::span<std::uint32_t> counts, std::uint64_t* into) {
  constexpr std::size_t line = 16;
  std::size_t k = 0;
  for (; k + line <= counts.size(); k += line) {
    std::uint32_t some = 0;
    for (std::size_t i = 0; i < line; ++i) some |= counts[k + i];
    if (some == 0) continue;
    for (std::size_t i = 0; i < line; ++i) {
      into[k + i] += counts[k + i];
      counts[k + i] = 0;
    }
  }
  for (; k < counts.size(); ++k) {
    into[k] += counts[k];
    counts[k] = 0;
  }
}

/// A run of neighbouring series of a tally: their counts.
std::span<std::uint32_t> counts_of(SeriesTally& tally, int first, int n) {
  const auto bins = static_cast<std::size_t>(tally.range.n_bins());
  return {tally.counts.data() + static_cast<std::size_t>(first) * bins, static_cast<std::size_t>(n) * bins};
}

/// Adds `n` sums from `first` on and clears them.
void drain_sums(std::vector<std::uint64_t>& sums, int first, int n, Sum128* into) {
  for (int k = 0; k < n; ++k) {
    std::uint64_t& sum = sums[static_cast<std::size_t>(first + k)];
    into[k].add(sum);
    sum = 0;
  }
}

void drain_moments(SeriesTally& tally, int series, Moments& into) {
  const auto at = static_cast<std::size_t>(series);
  into.sum.add(tally.sums[at]);
  into.squares.add(tally.squares[at]);
  tally.sums[at] = tally.squares[at] = 0;
}

std::size_t bins(const BinRange& range) { return static_cast<std::size_t>(range.n_bins()); }

}  // namespace

std::uint64_t paths_per_block(const NetworkView& network) {
  constexpr std::uint64_t most_bytes = std::uint64_t{32} << 20;
  const auto steps = static_cast<std::uint64_t>(network.n_steps);
  const auto minerals = static_cast<std::uint64_t>(network.n_minerals);
  const auto actors = static_cast<std::uint64_t>(network.n_actors);
  const std::uint64_t bytes_per_path = sizeof(float) * steps * (minerals + 5 * actors);  // see take_world
  std::uint64_t paths = 1024;
  while (paths > 64 && paths * bytes_per_path > most_bytes) paths /= 2;
  return paths;
}

SharedState::SharedState(const Network& network, PathRange range, Accumulators& into, Samples* samples)
    : network_(network),
      view_(network.view()),
      range_(range),
      into_(into),
      samples_(samples),
      block_paths_(paths_per_block(view_)),
      next_(range.first),
      mineral_locks_(static_cast<std::size_t>(view_.n_minerals)) {}

PathRange SharedState::next_block() {
  if (stopped_) return {};
  std::uint64_t first = next_.load();
  std::uint64_t last = 0;
  do {
    if (first >= range_.last) return {};
    last = std::min(range_.last, (first / block_paths_ + 1) * block_paths_);
  } while (!next_.compare_exchange_weak(first, last));
  return {first, last};
}

std::size_t SharedState::cell_index(int mineral, int cell) const {
  const ChainSpec& chain = view_.chains[mineral];
  const int member = view_.ints[chain.cell_member + static_cast<Offset>(cell)];
  return static_cast<std::size_t>(member * view_.n_minerals + mineral);
}

void SharedState::prepare(int mineral, MineralTally& tally) {
  const std::lock_guard lock(mineral_locks_[static_cast<std::size_t>(mineral)]);
  tally.mineral = mineral;
  for (int c = 0; c < view_.chains[mineral].n_cells; ++c) {
    tally.worst_entry[static_cast<std::size_t>(c)] = into_.worst[cell_index(mineral, c)].entry_value();
  }
}

void SharedState::prepare(MemberTally& tally) {
  const std::lock_guard lock(member_lock_);
  for (int member = 0; member < view_.n_members; ++member) {
    const auto at = static_cast<std::size_t>(member);
    tally.worst_entry[at] = into_.member_worst[at].entry_value();
  }
}

void SharedState::collect(MineralTally& tally) {
  const int mineral = tally.mineral;
  const std::lock_guard lock(mineral_locks_[static_cast<std::size_t>(mineral)]);
  const int steps = view_.n_steps;
  const auto n_steps = static_cast<std::size_t>(steps);
  const auto n_thresholds = static_cast<std::size_t>(view_.n_thresholds);
  for (int c = 0; c < view_.chains[mineral].n_cells; ++c) {
    const std::size_t cell = cell_index(mineral, c);
    for (std::size_t k = 0; k < n_measures; ++k) {
      SeriesTally& measure = tally.measure[k];
      drain_counts(counts_of(measure, c, 1), &into_.histogram[k][cell * bins(measure.range)]);
      drain_moments(measure, c, into_.moments[k][cell]);
    }
    for (std::size_t k = 0; k < n_ratio_measures; ++k) {
      if (n_thresholds == 0) break;
      const std::span counts(tally.exceedance[k].data() + static_cast<std::size_t>(c) * n_thresholds, n_thresholds);
      drain_counts(counts, &into_.exceedance[k][cell * n_thresholds]);
    }
    const std::size_t series = cell * n_steps;
    drain_counts(counts_of(tally.shortfall, c * steps, steps), &into_.shortfall_histogram[series * bins(tally.shortfall.range)]);
    drain_sums(tally.shortfall.sums, c * steps, steps, &into_.shortfall_sum[series]);
    drain_counts(counts_of(tally.cover, c * steps, steps), &into_.cover_histogram[series * bins(tally.cover.range)]);
    drain_sums(tally.cover.sums, c * steps, steps, &into_.cover_sum[series]);
  }
  const std::size_t market = static_cast<std::size_t>(mineral) * n_steps;
  drain_counts(counts_of(tally.price, 0, steps), &into_.price_histogram[market * bins(tally.price.range)]);
  drain_sums(tally.price.sums, 0, steps, &into_.price_sum[market]);
  drain_sums(tally.restricted_sum, 0, steps, &into_.restricted_sum[market]);
  for (const WorstCandidate& candidate : tally.worst) {
    into_.worst[cell_index(mineral, candidate.series)].offer(candidate.path);
  }
  tally.worst.clear();
  tally.n_paths = 0;
}

void SharedState::collect(MemberTally& tally) {
  const std::lock_guard lock(member_lock_);
  for (std::size_t k = 0; k < n_member_measures; ++k) {
    SeriesTally& measure = tally.measure[k];
    drain_counts(counts_of(measure, 0, view_.n_members), into_.member_histogram[k].data());
    for (int member = 0; member < view_.n_members; ++member) {
      drain_moments(measure, member, into_.member_moments[k][static_cast<std::size_t>(member)]);
    }
  }
  for (const WorstCandidate& candidate : tally.worst) {
    into_.member_worst[static_cast<std::size_t>(candidate.series)].offer(candidate.path);
  }
  tally.worst.clear();
  into_.n_paths += tally.n_paths;
  into_.block_digest[tally.digest_block] += tally.digest;
  tally.n_paths = 0;
  tally.digest = 0;
}

}  // namespace blocrisk
