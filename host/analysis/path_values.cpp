#include "host/analysis/path_values.hpp"

#include <algorithm>
#include <cstddef>

#include "host/support/stopwatch.hpp"

namespace blocrisk {
namespace {

/// Few enough for their samples to fit where values are kept.
std::uint64_t paths_per_batch(const Network& network, const Backend& backend) {
  const auto cells = static_cast<std::uint64_t>(shape_of(network).n_cells());
  const std::uint64_t most = most_batch_bytes / (sizeof(float) * n_measures * cells);
  return std::clamp<std::uint64_t>(backend.batch_paths(), 1, std::max<std::uint64_t>(most, 64));
}

}  // namespace

void PathValues::reserve(std::uint64_t n_paths) {
  shortfall.resize(members.size() * minerals.size());
  months_short.resize(shortfall.size());
  loss.resize(members.size());
  for (auto* const series : {&shortfall, &months_short, &loss}) {
    for (std::vector<float>& values : *series) values.reserve(values.size() + n_paths);
  }
}

void PathValues::append(const Samples& samples, std::uint64_t first, std::uint64_t count) {
  const auto append_all = [&](const std::vector<float>& from,
                              std::vector<std::vector<float>>& into) {
    const std::size_t first_row = first - samples.first_path;
    for (std::size_t series = 0; series < into.size(); ++series) {
      for (std::size_t row = first_row; row < first_row + count; ++row)
        into[series].push_back(from[row * into.size() + series]);
    }
  };
  const auto of = [](auto measure) { return static_cast<std::size_t>(measure); };
  append_all(samples.measure[of(Measure::shortfall)], shortfall);
  append_all(samples.measure[of(Measure::months_short)], months_short);
  append_all(samples.member_measure[of(MemberMeasure::loss)], loss);
}

std::uint64_t PathValues::bytes(std::uint64_t n_paths) const {
  return n_paths * sizeof(float) * (2 * members.size() * minerals.size() + members.size());
}

PathValues empty_path_values(const Network& network, std::uint64_t n_paths) {
  PathValues values;
  values.members = network.members;
  values.minerals = network.minerals;
  for (int member = 0; member < network.header.n_members; ++member) {
    for (int mineral = 0; mineral < network.header.n_minerals; ++mineral)
      values.has_demand.push_back(cell_has_demand(network, member, mineral) ? 1 : 0);
  }
  values.reserve(n_paths);
  return values;
}

bool run_with_values(const Network& network, Backend& backend, PathRange range,
                     std::uint64_t n_values, Accumulators& into, PathValues& values,
                     const std::function<bool(const Progress&)>& on_progress) {
  const std::uint64_t values_end = range.first + std::min(n_values, range.count());
  const Stopwatch watch;
  for (std::uint64_t next = range.first; next < range.last;) {
    const bool is_kept = next < values_end;
    const std::uint64_t until = is_kept ? values_end : range.last;
    const std::uint64_t batch = is_kept ? paths_per_batch(network, backend)
                                        : std::max<std::uint64_t>(backend.batch_paths(), 1);
    const PathRange piece{next, next + std::min(batch, until - next)};
    Samples samples = empty_samples(network, piece.first, is_kept ? piece.count() : 0);
    backend.run(piece, into, is_kept ? &samples : nullptr);
    if (is_kept) values.append(samples, piece.first, piece.count());
    next = piece.last;
    const bool go_on =
        !on_progress || on_progress({next - range.first, range.count(), watch.elapsed_s()});
    if (!go_on && next < range.last) return false;
  }
  return true;
}

}  // namespace blocrisk
