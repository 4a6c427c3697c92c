#include "host/engine/accumulators.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "kernels/portability.hpp"

namespace blocrisk {
namespace {

std::size_t size_of(int a, int b = 1, int c = 1, int d = 1) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c) *
         static_cast<std::size_t>(d);
}

void add(std::vector<std::uint64_t>& into, const std::vector<std::uint64_t>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] += other[i];
}

void add(std::vector<Sum128>& into, const std::vector<Sum128>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i].add(other[i]);
}

void add(std::vector<Moments>& into, const std::vector<Moments>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    into[i].sum.add(other[i].sum);
    into[i].squares.add(other[i].squares);
  }
}

void add(std::vector<WorstList>& into, const std::vector<WorstList>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i].merge(other[i]);
}

template <typename Array>
void add_each(Array& into, const Array& other) {
  for (std::size_t k = 0; k < into.size(); ++k) add(into[k], other[k]);
}

}  // namespace

void WorstList::offer(WorstPath candidate) {
  if (!(candidate.value > 0.0f)) return;
  const bool full = paths_.size() == n_worst_paths;
  if (full && !worse(candidate, paths_.back())) return;
  if (full) paths_.pop_back();
  paths_.insert(std::upper_bound(paths_.begin(), paths_.end(), candidate, worse), candidate);
}

void WorstList::merge(const WorstList& other) {
  std::vector<WorstPath> both(paths_.size() + other.paths_.size());
  std::merge(paths_.begin(), paths_.end(), other.paths_.begin(), other.paths_.end(), both.begin(),
             worse);
  if (both.size() > n_worst_paths) both.resize(n_worst_paths);
  paths_ = std::move(both);
}

Accumulators::Accumulators(AccumulatorShape given) : shape(given) {
  const int cells = shape.n_cells();
  for (int k = 0; k < n_measures; ++k) {
    const int bins = bins_of(measure_table[k].kind).n_bins();
    histogram[static_cast<std::size_t>(k)].resize(size_of(cells, bins));
    moments[static_cast<std::size_t>(k)].resize(size_of(cells));
  }
  for (auto& counts : exceedance) counts.resize(size_of(cells, shape.n_thresholds));
  worst.resize(size_of(cells));

  for (int k = 0; k < n_member_measures; ++k) {
    const int bins = bins_of(member_measure_table[k].kind).n_bins();
    member_histogram[static_cast<std::size_t>(k)].resize(size_of(shape.n_members, bins));
    member_moments[static_cast<std::size_t>(k)].resize(size_of(shape.n_members));
  }
  member_worst.resize(size_of(shape.n_members));

  const int steps = shape.n_steps;
  shortfall_histogram.resize(size_of(cells, steps, timeline_shortfall_bins.n_bins()));
  shortfall_sum.resize(size_of(cells, steps));
  cover_histogram.resize(size_of(cells, steps, timeline_cover_bins.n_bins()));
  cover_sum.resize(size_of(cells, steps));
  price_histogram.resize(size_of(shape.n_minerals, steps, timeline_price_bins.n_bins()));
  price_sum.resize(size_of(shape.n_minerals, steps));
  restricted_sum.resize(size_of(shape.n_minerals, steps));
}

void Accumulators::merge(const Accumulators& other) {
  RISK_ASSERT(shape == other.shape);
  n_paths += other.n_paths;
  add_each(histogram, other.histogram);
  add_each(moments, other.moments);
  add_each(exceedance, other.exceedance);
  add(worst, other.worst);
  add_each(member_histogram, other.member_histogram);
  add_each(member_moments, other.member_moments);
  add(member_worst, other.member_worst);
  add(shortfall_histogram, other.shortfall_histogram);
  add(shortfall_sum, other.shortfall_sum);
  add(cover_histogram, other.cover_histogram);
  add(cover_sum, other.cover_sum);
  add(price_histogram, other.price_histogram);
  add(price_sum, other.price_sum);
  add(restricted_sum, other.restricted_sum);
  for (const auto& [block, digest] : other.block_digest) block_digest[block] += digest;
  for (const auto& [draw, sums] : other.draws) {
    DrawSums& mine = draws[draw];
    mine.n_paths += sums.n_paths;
    mine.inputs = sums.inputs;
    mine.sums.resize(sums.sums.size());
    add(mine.sums, sums.sums);
  }
}

std::vector<Sum128> Accumulators::measure_sums() const {
  std::vector<Sum128> sums;
  for (const auto& cells : moments) {
    for (const Moments& cell : cells) sums.push_back(cell.sum);
  }
  for (const auto& members : member_moments) {
    for (const Moments& member : members) sums.push_back(member.sum);
  }
  return sums;
}

void Accumulators::add_draw(std::uint64_t draw, std::uint64_t draw_paths,
                            std::vector<double> inputs, const std::vector<Sum128>& before) {
  const std::vector<Sum128> after = measure_sums();
  DrawSums& mine = draws[draw];
  mine.n_paths += draw_paths;
  mine.inputs = std::move(inputs);
  mine.sums.resize(after.size());
  // A path adds less than 2^46 units, so that the low words tell the difference.
  for (std::size_t k = 0; k < after.size(); ++k) mine.sums[k] += after[k].low - before[k].low;
}

std::uint64_t Accumulators::digest() const {
  std::uint64_t sum = 0;
  for (const auto& [block, digest] : block_digest) sum += digest;
  return sum;
}

std::uint64_t Accumulators::bytes(const AccumulatorShape& shape) {
  const int cells = shape.n_cells();
  std::uint64_t bytes = 0;
  for (const MeasureInfo& info : measure_table) {
    bytes += size_of(cells) * (size_of(bins_of(info.kind).n_bins()) * 8 + sizeof(Moments));
    if (info.kind == MeasureKind::ratio) bytes += size_of(cells, shape.n_thresholds) * 8;
  }
  for (const MeasureInfo& info : member_measure_table) {
    bytes +=
        size_of(shape.n_members) * (size_of(bins_of(info.kind).n_bins()) * 8 + sizeof(Moments));
  }
  bytes += size_of(cells + shape.n_members, n_worst_paths) * sizeof(WorstPath);
  const int cell_bins = timeline_shortfall_bins.n_bins() + timeline_cover_bins.n_bins();
  bytes += size_of(cells, shape.n_steps) * (size_of(cell_bins) * 8 + 2 * sizeof(Sum128));
  const int price_bins = timeline_price_bins.n_bins();
  bytes +=
      size_of(shape.n_minerals, shape.n_steps) * (size_of(price_bins) * 8 + 2 * sizeof(Sum128));
  return bytes;
}

}  // namespace blocrisk
