/// A thread's private counts for a block of paths: one mineral at a time, 32 bits each, emptied
/// into the shared accumulators under a lock. Plain memory, so that code compiled for any
/// instruction set may fill it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/engine/accumulators.hpp"
#include "kernels/model/measures.hpp"
#include "kernels/model/network.hpp"
#include "kernels/stats/histogram.hpp"

namespace blocrisk {

/// Counts and sums of one family of values with a common bin range: [series][bin], [series].
struct SeriesTally {
  BinRange range{};
  std::vector<std::uint32_t> counts;
  std::vector<std::uint64_t> sums;
  std::vector<std::uint64_t> squares;  ///< empty where only means are kept

  SeriesTally() = default;
  SeriesTally(BinRange bins, int n_series, bool with_squares);
  std::uint32_t* counts_of(int series) {
    return counts.data() + static_cast<std::size_t>(series) * static_cast<std::size_t>(range.n_bins());
  }
};

struct WorstCandidate {
  int series;  ///< cell of the chain, or member
  WorstPath path;
};

/// One mineral's counts; `cell` indexes the chain's members with demand.
struct MineralTally {
  int mineral = -1;
  std::uint64_t n_paths = 0;
  std::array<SeriesTally, n_measures> measure;                          ///< [cell]
  std::array<std::vector<std::uint32_t>, n_ratio_measures> exceedance;  ///< [cell][threshold]
  std::vector<WorstCandidate> worst;
  std::vector<float> worst_entry;    ///< [cell] value below which a candidate is pointless
  SeriesTally shortfall, cover;      ///< [cell][step]
  SeriesTally price;                 ///< [step]
  std::vector<std::uint64_t> restricted_sum;  ///< [step]

  MineralTally() = default;
  /// Room for the mineral with most cells.
  explicit MineralTally(const NetworkView& network);
};

/// Counts of member-level measures.
struct MemberTally {
  std::array<SeriesTally, n_member_measures> measure;  ///< [member]
  std::vector<WorstCandidate> worst;
  std::vector<float> worst_entry;  ///< [member]
  std::uint64_t n_paths = 0;
  std::uint64_t digest = 0;        ///< of the block's paths
  std::uint64_t digest_block = 0;

  MemberTally() = default;
  explicit MemberTally(const NetworkView& network);
};

/// Bytes of one thread's tallies.
std::uint64_t tally_bytes(const NetworkView& network);

}  // namespace blocrisk
