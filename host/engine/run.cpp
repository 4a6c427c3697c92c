#include "host/engine/run.hpp"

#include <algorithm>
#include <chrono>

namespace blocrisk {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// Backends fill in the cells that have demand; the others are never short.
void set_cells_without_demand(const Network& network, Samples& samples) {
  auto& first_short = samples.measure[static_cast<std::size_t>(Measure::first_short)];
  const auto n_cells = static_cast<std::size_t>(samples.n_members * samples.n_minerals);
  const auto horizon = static_cast<float>(horizon_months(network));
  for (std::size_t cell = 0; cell < n_cells; ++cell) {
    const int member = static_cast<int>(cell) / samples.n_minerals;
    const int mineral = static_cast<int>(cell) % samples.n_minerals;
    if (cell_has_demand(network, member, mineral)) continue;
    for (std::size_t at = cell; at < first_short.size(); at += n_cells) first_short[at] = horizon;
  }
}

}  // namespace

Samples empty_samples(const Network& network, std::uint64_t first, std::uint64_t count) {
  if (count == 0) return {};
  const AccumulatorShape shape = shape_of(network);
  Samples samples(first, count, shape.n_members, shape.n_minerals, shape.n_years);
  set_cells_without_demand(network, samples);
  return samples;
}

RunResult run_paths(const Network& network, Backend& backend, const RunOptions& options) {
  RunResult result;
  result.accumulators = Accumulators(shape_of(network));
  result.samples = empty_samples(network, options.range.first,
                                 std::min(options.n_samples, options.range.count()));
  result.paths_asked = options.range.count();
  result.stop_reason = "done";
  result.backend = backend.name();
  result.device = backend.device();

  Samples* samples = result.samples.n_paths > 0 ? &result.samples : nullptr;
  const SteadyClock::time_point start = SteadyClock::now();
  std::uint64_t next = options.range.first;
  auto look = options.looks.begin();
  while (next < options.range.last) {
    // Asked again each time: a backend may learn what keeps it busy.
    const std::uint64_t batch = std::max<std::uint64_t>(
        options.batch_paths ? options.batch_paths : backend.batch_paths(), 1);
    const std::uint64_t done = next - options.range.first;
    const std::uint64_t until =
        look == options.looks.end() ? result.paths_asked : std::min(*look, result.paths_asked);
    const PathRange piece{next, next + std::min(batch, until - done)};
    next += backend.run_while(piece, result.accumulators, samples, [&](std::uint64_t in_call) {
      return !options.on_progress || in_call == piece.count() ||
             options.on_progress({done + in_call, result.paths_asked, seconds_since(start)});
    });
    const bool is_look = look != options.looks.end() && next - options.range.first == *look;
    const bool is_precise = is_look && !options.on_look(result.accumulators);
    if (is_look) ++look;
    const bool go_on =
        !options.on_progress ||
        options.on_progress({next - options.range.first, result.paths_asked, seconds_since(start)});
    if (is_precise) {
      result.stop_reason = "precision";
      break;
    }
    if (!go_on && next < options.range.last) {
      result.stop_reason = "stopped";
      break;
    }
  }
  result.sampling_s = seconds_since(start);
  if (next > options.range.first) result.done.push_back({options.range.first, next});
  return result;
}

AccumulatorShape shape_of(const Network& network) {
  return {static_cast<int>(network.members.size()), static_cast<int>(network.minerals.size()),
          network.n_steps, network.header.n_years, network.header.n_thresholds};
}

bool cell_has_demand(const Network& network, int member, int mineral) {
  const ChainSpec& chain = network.chains[static_cast<std::size_t>(mineral)];
  const auto first = network.ints.begin() + static_cast<std::ptrdiff_t>(chain.cell_member);
  return std::find(first, first + chain.n_cells, member) != first + chain.n_cells;
}

double horizon_months(const Network& network) {
  return 12.0 * network.n_steps / network.steps_per_year;
}

}  // namespace blocrisk
