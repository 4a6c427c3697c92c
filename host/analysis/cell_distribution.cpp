#include "host/analysis/cell_distribution.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/stats/fixed_point.hpp"

namespace blocrisk {
namespace {

constexpr double largest_units = static_cast<double>(std::uint64_t{1} << fixed_point_bits);

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// What fixed-point sums of this scale have room for, which is more than any value there can be.
double range_of(double scale) { return largest_units / scale; }

double upper_bound(Measure measure, const ResultFacts& facts, double scale) {
  switch (measure) {
    case Measure::shortfall:
    case Measure::peak:
    case Measure::curtailed:
    case Measure::essential_shortfall:
      return 1.0;
    case Measure::months_short:
    case Measure::longest_spell:
    case Measure::first_short:
    case Measure::recovery:
      return facts.horizon_months();
    case Measure::drawn:  // a stock can be drawn, refilled and drawn again
    case Measure::extra_cost:
    case Measure::price_shock_cost:
    case Measure::loss:
      return range_of(scale);
  }
  return range_of(scale);
}

std::span<const std::uint64_t> row(const std::vector<std::uint64_t>& counts, int index,
                                   BinRange range) {
  return std::span(counts).subspan(at(index) * at(range.n_bins()), at(range.n_bins()));
}

}  // namespace

Distribution cell_distribution(const Accumulators& state, const ResultFacts& facts, int measure,
                               int cell) {
  const MeasureKind kind = measure_table[measure].kind;
  DistributionSource source;
  source.range = bins_of(kind);
  source.counts = row(state.histogram[at(measure)], cell, source.range);
  source.moments = state.moments[at(measure)][at(cell)];
  source.scale = facts.measure_scale[at(measure) * at(state.shape.n_cells()) + at(cell)];
  source.upper_bound = largest_value(static_cast<Measure>(measure), facts, cell);
  source.n_independent = state.n_paths;
  source.is_certain = facts.is_certain;
  if (kind == MeasureKind::months) source.lattice = facts.months_per_step();
  if (static_cast<Measure>(measure) == Measure::shortfall) source.worst = &state.worst[at(cell)];
  return Distribution(source);
}

double largest_value(Measure measure, const ResultFacts& facts, int cell) {
  const std::size_t n_cells = facts.members.size() * facts.minerals.size();
  return upper_bound(measure, facts,
                     facts.measure_scale[static_cast<std::size_t>(measure) * n_cells + at(cell)]);
}

double largest_value(MemberMeasure measure, const ResultFacts& facts, int member) {
  return range_of(
      facts.member_measure_scale[static_cast<std::size_t>(measure) * facts.members.size() +
                                 at(member)]);
}

Distribution member_distribution(const Accumulators& state, const ResultFacts& facts, int measure,
                                 int member) {
  DistributionSource source;
  source.range = bins_of(member_measure_table[measure].kind);
  source.counts = row(state.member_histogram[at(measure)], member, source.range);
  source.moments = state.member_moments[at(measure)][at(member)];
  source.scale = facts.member_measure_scale[at(measure) * at(state.shape.n_members) + at(member)];
  source.upper_bound = largest_value(static_cast<MemberMeasure>(measure), facts, member);
  source.n_independent = state.n_paths;
  source.is_certain = facts.is_certain;
  if (static_cast<MemberMeasure>(measure) == MemberMeasure::loss) {
    source.worst = &state.member_worst[at(member)];
  }
  return Distribution(source);
}

bool cell_was_sampled(const Accumulators& state, int cell) {
  const auto counts = row(state.histogram[0], cell, bins_of(measure_table[0].kind));
  return std::any_of(counts.begin(), counts.end(), [](std::uint64_t count) { return count > 0; });
}

std::uint64_t never_short(const Accumulators& state, int cell) {
  return row(state.histogram[at(static_cast<int>(Measure::months_short))], cell, months_bins)[0];
}

}  // namespace blocrisk
