#include "kernels/cuda/tally_layout.hpp"

#include <vector>

namespace blocrisk {
namespace {

std::size_t product(int a, int b) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

/// Appends a family to the arrays.
SeriesFamily append(TallyLayout& layout, BinRange bins, int n_series, int n_sums,
                    bool with_squares) {
  SeriesFamily family{bins, n_series, n_sums, layout.n_counts, layout.n_sums, 0};
  layout.n_counts += product(n_series, bins.n_bins());
  layout.n_sums += static_cast<std::size_t>(n_sums);
  if (with_squares) {
    family.first_square = layout.n_sums;
    layout.n_sums += static_cast<std::size_t>(n_sums);
  }
  return family;
}

void number_cells(const NetworkView& net, TallyLayout& layout) {
  for (int m = 0; m < net.n_minerals; ++m) {
    layout.first_cell[m] = layout.n_cells;
    layout.n_cells += net.chains[m].n_cells;
  }
  layout.first_cell[net.n_minerals] = layout.n_cells;
  layout.n_worst_lists = layout.n_cells + net.n_members;
}

/// Adds device counts to 64-bit ones; most are zero.
void add_counts(std::span<const std::uint32_t> counts, std::size_t first, std::size_t n,
                std::uint64_t* into) {
  for (std::size_t k = 0; k < n; ++k) {
    if (counts[first + k] != 0) into[k] += counts[first + k];
  }
}

/// Adds the counts of `n` neighbouring series; `into` is the first series' first bin.
void add_series(const SeriesFamily& family, std::span<const std::uint32_t> counts, int first, int n,
                std::uint64_t* into) {
  const int bins = family.bins.n_bins();
  add_counts(counts, family.first_count + product(first, bins), product(n, bins), into);
}

void add_sums(std::span<const Sum128> sums, std::size_t first, int n, Sum128* into) {
  for (int k = 0; k < n; ++k) into[k].add(sums[first + static_cast<std::size_t>(k)]);
}

/// Adds the moments of one series, all `n` sums of it.
void add_moments(const SeriesFamily& family, std::span<const Sum128> sums, int series, int n,
                 Moments& into) {
  for (int k = 0; k < n; ++k) {
    const auto at = static_cast<std::size_t>(series * n + k);
    into.sum.add(sums[family.first_sum + at]);
    into.squares.add(sums[family.first_square + at]);
  }
}

/// First bin of a series in the accumulators.
std::uint64_t* bins_at(std::vector<std::uint64_t>& histogram, const SeriesFamily& family,
                       std::size_t series) {
  return histogram.data() + series * static_cast<std::size_t>(family.bins.n_bins());
}

struct Drain {
  const TallyLayout& layout;
  const NetworkView& net;
  std::span<const std::uint32_t> counts;
  std::span<const Sum128> sums;
  std::uint64_t n_paths;
  Accumulators& into;

  /// `number` is the cell's here, `cell` the one in the accumulators.
  void cell(int number, std::size_t cell) const {
    for (std::size_t k = 0; k < n_measures; ++k) {
      const SeriesFamily& family = layout.measure[k];
      add_series(family, counts, number, 1, bins_at(into.histogram[k], family, cell));
      add_moments(family, sums, number, 1, into.moments[k][cell]);
    }
    const auto thresholds = static_cast<std::size_t>(net.n_thresholds);
    for (std::size_t k = 0; k < n_ratio_measures; ++k) {
      add_counts(counts, layout.first_exceedance[k] + static_cast<std::size_t>(number) * thresholds,
                 thresholds, into.exceedance[k].data() + cell * thresholds);
    }
    const std::size_t series = cell * static_cast<std::size_t>(net.n_steps);
    add_shortfall(number, bins_at(into.shortfall_histogram, layout.shortfall, series));
    add_cover(number, bins_at(into.cover_histogram, layout.cover, series));
    add_timeline_sums(layout.shortfall, number, &into.shortfall_sum[series]);
    add_timeline_sums(layout.cover, number, &into.cover_sum[series]);
  }

  /// A cell's counts of one step and family.
  std::span<const std::uint32_t> step_counts(const SeriesFamily& family, int number,
                                             int step) const {
    const int bins = family.bins.n_bins();
    const std::size_t first = family.first_count + product(number * net.n_steps + step, bins);
    return counts.subspan(first, static_cast<std::size_t>(bins));
  }

  /// Paths that are in no bin were not short.
  void add_shortfall(int number, std::uint64_t* histogram) const {
    for (int step = 0; step < net.n_steps; ++step) {
      std::uint64_t n_short = 0;
      const auto row = step_counts(layout.shortfall, number, step);
      for (std::size_t bin = 0; bin < row.size(); ++bin) {
        histogram[bin] += row[bin];
        n_short += row[bin];
      }
      *histogram += n_paths - n_short;
      histogram += row.size();
    }
  }

  /// Adds up the changes, modulo 2^32.
  void add_cover(int number, std::uint64_t* histogram) const {
    std::vector<std::uint32_t> now(static_cast<std::size_t>(layout.cover.bins.n_bins()));
    for (int step = 0; step < net.n_steps; ++step) {
      const auto row = step_counts(layout.cover, number, step);
      for (std::size_t bin = 0; bin < row.size(); ++bin) histogram[bin] += now[bin] += row[bin];
      histogram += row.size();
    }
  }

  void add_timeline_sums(const SeriesFamily& family, int number, Sum128* sum) const {
    const std::size_t first = family.first_sum + product(number, net.n_steps);
    add_sums(sums, first, net.n_steps, sum);
  }

  void mineral(int m) const {
    const std::size_t series = product(m, net.n_steps);
    add_series(layout.price, counts, m * net.n_steps, net.n_steps,
               bins_at(into.price_histogram, layout.price, series));
    add_timeline_sums(layout.price, m, &into.price_sum[series]);
    add_sums(sums, layout.first_restricted_sum + series, net.n_steps, &into.restricted_sum[series]);
  }

  void member(int member) const {
    const auto at = static_cast<std::size_t>(member);
    for (std::size_t k = 0; k < n_member_measures; ++k) {
      const SeriesFamily& family = layout.member[k];
      const int sums_per_series = family.n_sums / family.n_series;
      add_series(family, counts, member, 1, bins_at(into.member_histogram[k], family, at));
      add_moments(family, sums, member, sums_per_series, into.member_moments[k][at]);
    }
  }
};

void merge_worst(const WorstLists& worst, int list, WorstList& into) {
  const auto at = static_cast<std::size_t>(list);
  const auto paths =
      worst.paths.subspan(at * n_worst_paths, static_cast<std::size_t>(worst.n_paths[at]));
  WorstList found;
  found.assign({paths.begin(), paths.end()});
  into.merge(found);
}

}  // namespace

TallyLayout lay_out_tally(const NetworkView& net) {
  TallyLayout layout{};
  number_cells(net, layout);
  for (int k = 0; k < n_measures; ++k) {
    layout.ratio[k] = ratio_index(k);
    layout.measure[k] =
        append(layout, bins_of(measure_table[k].kind), layout.n_cells, layout.n_cells, true);
  }
  for (int k = 0; k < n_member_measures; ++k) {
    const bool annual = k == static_cast<int>(MemberMeasure::annual_loss);
    const int n_sums = net.n_members * (annual ? net.n_years : 1);
    layout.member[k] =
        append(layout, bins_of(member_measure_table[k].kind), net.n_members, n_sums, true);
  }
  const int cell_steps = layout.n_cells * net.n_steps;
  const int mineral_steps = net.n_minerals * net.n_steps;
  layout.shortfall = append(layout, timeline_shortfall_bins, cell_steps, cell_steps, false);
  layout.cover = append(layout, timeline_cover_bins, cell_steps, cell_steps, false);
  layout.price = append(layout, timeline_price_bins, mineral_steps, mineral_steps, false);
  layout.first_restricted_sum = layout.n_sums;
  layout.n_sums += static_cast<std::size_t>(mineral_steps);
  for (std::size_t& first : layout.first_exceedance) {
    first = layout.n_counts;
    layout.n_counts += product(layout.n_cells, net.n_thresholds);
  }
  return layout;
}

void drain_tally(const TallyLayout& layout, const NetworkView& net,
                 std::span<const std::uint32_t> counts, std::span<const Sum128> sums,
                 const WorstLists& worst, std::uint64_t n_paths, Accumulators& into) {
  const Drain drain{layout, net, counts, sums, n_paths, into};
  for (int m = 0; m < net.n_minerals; ++m) {
    drain.mineral(m);
    const ChainSpec& chain = net.chains[m];
    for (int c = 0; c < chain.n_cells; ++c) {
      const int member = net.ints[chain.cell_member + static_cast<Offset>(c)];
      const std::size_t cell = product(member, net.n_minerals) + static_cast<std::size_t>(m);
      drain.cell(layout.first_cell[m] + c, cell);
      merge_worst(worst, layout.first_cell[m] + c, into.worst[cell]);
    }
  }
  for (int member = 0; member < net.n_members; ++member) {
    drain.member(member);
    merge_worst(worst, layout.n_cells + member,
                into.member_worst[static_cast<std::size_t>(member)]);
  }
}

}  // namespace blocrisk
