/// \file
/// Where the counts and sums of a run lie in two flat arrays, and how they get from there into the
/// accumulators.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "host/engine/accumulators.hpp"
#include "kernels/model/measures.hpp"
#include "kernels/model/network.hpp"
#include "kernels/stats/histogram.hpp"

namespace blocrisk {

/// Series that share a bin range: counts [series][bin], and fixed-point sums.
struct SeriesFamily {
  BinRange bins;
  int n_series;
  int n_sums;                ///< one per series, but one per series and year of annual losses
  std::size_t first_count;   ///< [series][bin]
  std::size_t first_sum;     ///< [sum]
  std::size_t first_square;  ///< [sum]; only of measures
};

/// A cell is a member that has demand for a mineral; cells are numbered mineral by mineral.
struct TallyLayout {
  int n_cells;
  int first_cell[max_minerals + 1];                ///< [mineral]
  SeriesFamily measure[n_measures];                ///< series [cell]
  SeriesFamily member[n_member_measures];          ///< series [member]
  SeriesFamily shortfall;                          ///< timelines [cell][step], bin 0 left empty
  SeriesFamily cover;                              ///< [cell][step], changes since the step before
  SeriesFamily price;                              ///< series [mineral][step]
  std::size_t first_restricted_sum;                ///< [mineral][step]
  std::size_t first_exceedance[n_ratio_measures];  ///< counts [cell][threshold]
  int ratio[n_measures];                           ///< number of the measure among ratios, or -1
  std::size_t n_counts, n_sums;
  int n_worst_lists;  ///< one per cell, then one per member
};

/// `net` as the host sees it.
TallyLayout lay_out_tally(const NetworkView& net);

/// A run's worst paths of every list, as a device keeps them.
struct WorstLists {
  std::span<const WorstPath> paths;  ///< [list][n_worst_paths], worst first
  std::span<const int> n_paths;      ///< [list]
};

/// Adds counts, sums and worst paths of `n_paths` paths, fewer than 2^32, to the accumulators.
void drain_tally(const TallyLayout& layout, const NetworkView& net,
                 std::span<const std::uint32_t> counts, std::span<const Sum128> sums,
                 const WorstLists& worst, std::uint64_t n_paths, Accumulators& into);

}  // namespace blocrisk
