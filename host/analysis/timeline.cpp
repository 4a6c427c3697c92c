#include "host/analysis/timeline.hpp"

#include <cstddef>
#include <limits>
#include <span>

#include "host/analysis/levels.hpp"
#include "kernels/stats/fixed_point.hpp"
#include "kernels/stats/histogram.hpp"

namespace blocrisk {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<double> bin_centres(BinRange range) {
  std::vector<double> centres(static_cast<std::size_t>(range.n_bins()));
  for (int bin = 0; bin < range.n_bins(); ++bin) {
    centres[static_cast<std::size_t>(bin)] = bin_centre(bin, range);
  }
  return centres;
}

/// Quantiles of one histogram of n samples, in one pass over its bins.
void append_quantiles(std::span<const std::uint64_t> counts, const std::vector<double>& centres,
                      std::uint64_t n, std::vector<double>& into) {
  std::uint64_t cumulative = 0;
  std::size_t bin = 0;
  for (const Level& level : timeline_levels) {
    const std::uint64_t rank = rank_of(level, n);
    while (bin < counts.size() && cumulative + counts[bin] < rank) cumulative += counts[bin++];
    into.push_back(bin < counts.size() ? centres[bin] : not_a_number);
  }
}

TimelineSummary means(const std::vector<Sum128>& sums, std::uint64_t n, double scale) {
  TimelineSummary timeline;
  timeline.mean.reserve(sums.size());
  for (const Sum128& sum : sums) {
    timeline.mean.push_back(sum.to_double() / static_cast<double>(n) / scale);
  }
  return timeline;
}

TimelineSummary timeline(const std::vector<Sum128>& sums, const std::vector<std::uint64_t>& counts,
                         BinRange range, std::uint64_t n, double scale) {
  TimelineSummary result = means(sums, n, scale);
  const std::vector<double> centres = bin_centres(range);
  result.quantile.reserve(sums.size() * timeline_levels.size());
  for (std::size_t row = 0; row < sums.size(); ++row) {
    append_quantiles(std::span(counts).subspan(row * centres.size(), centres.size()), centres, n,
                     result.quantile);
  }
  return result;
}

/// Overwrites what no sample has told, in the rows of cells without demand.
void set_known_cells(TimelineSummary& timeline, const std::vector<std::uint8_t>& has_demand,
                     double value) {
  if (has_demand.empty()) return;
  for (std::vector<double>* values : {&timeline.mean, &timeline.quantile}) {
    const std::size_t n_per_cell = values->size() / has_demand.size();
    for (std::size_t i = 0; i < values->size(); ++i) {
      if (!has_demand[i / n_per_cell]) (*values)[i] = value;
    }
  }
}

}  // namespace

void summarise_timelines(const Accumulators& state, Summary& summary) {
  const std::uint64_t n = state.n_paths;
  summary.shortfall = timeline(state.shortfall_sum, state.shortfall_histogram,
                               timeline_shortfall_bins, n, timeline_shortfall_scale);
  summary.cover = timeline(state.cover_sum, state.cover_histogram, timeline_cover_bins, n,
                           timeline_cover_scale);
  summary.price = timeline(state.price_sum, state.price_histogram, timeline_price_bins, n,
                           timeline_price_scale);
  summary.restricted = means(state.restricted_sum, n, timeline_restricted_scale);
  set_known_cells(summary.shortfall, summary.has_demand, 0.0);
  set_known_cells(summary.cover, summary.has_demand, not_a_number);
}

}  // namespace blocrisk
