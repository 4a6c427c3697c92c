/// \file
/// Counts and sums of a batch: the device twin of the CPU's tally, on integers alone.
#pragma once

#include "kernels/cuda/batch.cuh"
#include "kernels/stats/fixed_point_value.hpp"

RISK_BEGIN

/// Where a run is counted; trivially copyable.
struct TallyView {
  TallyLayout layout;
  std::uint32_t* counts;
  std::uint64_t* sums;  ///< of one batch
};

/// Counts a value into its bin of a series.
RISK_FN void tally_bin(const TallyView& tally, const SeriesFamily& family, int series, float value,
                       bool counted) {
  const std::size_t bins = static_cast<std::size_t>(family.bins.n_bins());
  std::uint32_t* const counts =
      tally.counts + family.first_count + static_cast<std::size_t>(series) * bins;
  count_bin(counts, bin_of_bits(bits(value), family.bins), counted);
}

/// Adds a value to the moments number `sum` of a family.
RISK_FN void tally_moments(const TallyView& tally, const SeriesFamily& family, int sum, float value,
                           double scale, bool counted) {
  const FixedPoint fixed = to_fixed_point(value, scale);
  add_to_sum(tally.sums + family.first_sum + sum, counted ? fixed.value : 0);
  add_to_sum(tally.sums + family.first_square + sum, counted ? fixed.square : 0);
}

/// Counts the thresholds that one measure of a cell exceeds.
RISK_FN void tally_exceedance(const TallyView& tally, const NetworkView& net, int ratio, int cell,
                              float value, bool counted) {
  std::uint32_t* const counts = tally.counts + tally.layout.first_exceedance[ratio] +
                                static_cast<std::size_t>(cell) * net.n_thresholds;
  for (int k = 0; k < net.n_thresholds; ++k) {
    count_if(counts + k, counted && gt(value, net.exceedance[k]));
  }
}

/// Thread = path x (measure, cell): counts one measure of one cell.
struct CountMeasure {
  static constexpr int block_threads = 256;
  BatchView batch;
  TallyView tally;

  RISK_FN void operator()(int path, int series) const {
    const TallyLayout& layout = tally.layout;
    const NetworkView& net = batch.net;
    const int k = series / layout.n_cells;
    const int cell = series % layout.n_cells;
    int mineral = 0;
    while (cell >= layout.first_cell[mineral + 1]) ++mineral;
    const ChainSpec& chain = net.chains[mineral];
    const int c = cell - layout.first_cell[mineral];
    const int member = net.ints[chain.cell_member + c];
    const float value = batch.chain_result(path, mineral).measure[k * chain.n_cells + c];
    const double scale = net.measure_scale[(k * net.n_members + member) * net.n_minerals + mineral];
    const bool counted = batch.counts(path);
    tally_bin(tally, layout.measure[k], cell, value, counted);
    tally_moments(tally, layout.measure[k], cell, value, scale, counted);
    if (layout.ratio[k] >= 0) tally_exceedance(tally, net, layout.ratio[k], cell, value, counted);
  }
};

/// Thread = sum: takes a batch's sums over into the 128-bit ones of the run.
struct CarrySums {
  static constexpr int block_threads = 256;
  std::uint64_t* batch_sums;
  Sum128* run_sums;

  RISK_FN void operator()(int sum, int) const {
    run_sums[sum].add(batch_sums[sum]);
    batch_sums[sum] = 0;
  }
};

RISK_END
