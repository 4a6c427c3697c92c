#include "host/cpu/engine_lanes.hpp"

#include <algorithm>

namespace blocrisk {

namespace {

std::uint64_t n_cells(const NetworkView& network) {
  std::uint64_t cells = 0;
  for (int m = 0; m < network.n_minerals; ++m)
    cells += static_cast<std::uint64_t>(network.chains[m].n_cells);
  return cells;
}

/// Rows of sums are added by the batch.
std::uint64_t whole_batches(int n_rows) {
  return static_cast<std::uint64_t>((n_rows + rows_per_batch - 1) / rows_per_batch) *
         rows_per_batch;
}

}  // namespace

std::uint64_t result_bytes_per_path(const NetworkView& network) {
  const auto member_rows =
      static_cast<std::uint64_t>(network.n_members * (n_member_measures + network.n_years));
  return sizeof(float) * (n_cells(network) * n_measures + member_rows);
}

int timeline_notes_per_step(const NetworkView& network) {
  int most_cells = 0;
  for (int m = 0; m < network.n_minerals; ++m)
    most_cells = std::max(most_cells, network.chains[m].n_cells);
  return 2 * most_cells + 1;  // shortfall and cover; the price
}

int groups_listed(int n_steps, int most_notes, int lanes) {
  constexpr std::int64_t most_changes = std::int64_t{1} << 20;
  const std::int64_t of_group = std::int64_t{n_steps} * most_notes * lanes;
  return static_cast<int>(std::clamp<std::int64_t>(most_changes / of_group, 1, world_groups));
}

std::uint64_t timeline_bytes(const NetworkView& network, int lanes) {
  const auto steps = static_cast<std::uint64_t>(network.n_steps);
  const auto minerals = static_cast<std::uint64_t>(network.n_minerals);
  const auto bins = [](BinRange range) { return static_cast<std::uint64_t>(range.n_bins()); };
  const std::uint64_t per_cell = bins(timeline_shortfall_bins) + bins(timeline_cover_bins);
  const std::uint64_t counts = n_cells(network) * per_cell + minerals * bins(timeline_price_bins);
  std::uint64_t sums =
      0;  // a row each for shortfall and cover, one for price, one for restrictions
  for (int m = 0; m < network.n_minerals; ++m)
    sums += whole_batches(network.chains[m].n_cells) + whole_batches(network.chains[m].n_cells + 2);
  const int notes = timeline_notes_per_step(network);
  const int groups = groups_listed(network.n_steps, notes, lanes);
  const auto changes = static_cast<std::uint64_t>((groups * notes + 1) * lanes);
  return steps * (counts * sizeof(std::uint16_t) + sums * sizeof(std::uint64_t) +
                  changes * sizeof(std::uint32_t));
}

std::uint64_t paths_per_block(const NetworkView& network) {
  constexpr std::uint64_t most_bytes = std::uint64_t{32} << 20;
  std::uint64_t paths = 2048;
  while (paths > 64 && paths * result_bytes_per_path(network) > most_bytes) paths /= 2;
  return paths;
}

SharedState::SharedState(const NetworkView& network, BlockQueue& queue, Accumulators& into,
                         Samples* samples)
    : queue_(queue),
      into_(into),
      samples_(samples),
      mineral_locks_(static_cast<std::size_t>(network.n_minerals)) {}

std::unique_lock<std::mutex> SharedState::lock_mineral(int mineral) {
  return std::unique_lock(mineral_locks_[static_cast<std::size_t>(mineral)]);
}

std::unique_lock<std::mutex> SharedState::lock_members() { return std::unique_lock(member_lock_); }

}  // namespace blocrisk
