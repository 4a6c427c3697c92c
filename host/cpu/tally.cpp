#include "host/cpu/tally.hpp"

#include <algorithm>

namespace blocrisk {
namespace {

int most_cells(const NetworkView& network) {
  int most = 0;
  for (int m = 0; m < network.n_minerals; ++m) most = std::max(most, network.chains[m].n_cells);
  return most;
}

std::uint64_t bytes_of(const SeriesTally& tally) {
  return tally.counts.size() * sizeof(std::uint32_t) +
         (tally.sums.size() + tally.squares.size()) * sizeof(std::uint64_t);
}

}  // namespace

SeriesTally::SeriesTally(BinRange bins, int n_series, bool with_squares)
    : range(bins),
      counts(static_cast<std::size_t>(n_series) * static_cast<std::size_t>(bins.n_bins())),
      sums(static_cast<std::size_t>(n_series)),
      squares(with_squares ? static_cast<std::size_t>(n_series) : 0) {}

MineralTally::MineralTally(const NetworkView& network) {
  const int cells = most_cells(network);
  const int steps = network.n_steps;
  for (int k = 0; k < n_measures; ++k) {
    measure[k] = SeriesTally(bins_of(measure_table[k].kind), cells, true);
  }
  for (auto& counts : exceedance) counts.resize(static_cast<std::size_t>(cells * network.n_thresholds));
  worst_entry.resize(static_cast<std::size_t>(cells));
  shortfall = SeriesTally(timeline_shortfall_bins, cells * steps, false);
  cover = SeriesTally(timeline_cover_bins, cells * steps, false);
  price = SeriesTally(timeline_price_bins, steps, false);
  restricted_sum.resize(static_cast<std::size_t>(steps));
}

MemberTally::MemberTally(const NetworkView& network) {
  for (int k = 0; k < n_member_measures; ++k) {
    measure[k] = SeriesTally(bins_of(member_measure_table[k].kind), network.n_members, true);
  }
  worst_entry.resize(static_cast<std::size_t>(network.n_members));
}

std::uint64_t tally_bytes(const NetworkView& network) {
  const MineralTally mineral(network);
  const MemberTally member(network);
  std::uint64_t bytes = bytes_of(mineral.shortfall) + bytes_of(mineral.cover) + bytes_of(mineral.price);
  for (const SeriesTally& tally : mineral.measure) bytes += bytes_of(tally);
  for (const SeriesTally& tally : member.measure) bytes += bytes_of(tally);
  return bytes;
}

}  // namespace blocrisk
