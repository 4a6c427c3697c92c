#include "host/engine/run.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

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

RunResult begin_run(const Network& network, const Backend& backend, const RunOptions& options,
                    DonePaths& begun) {
  RunResult result;
  result.accumulators =
      begun.count > 0 ? std::move(begun.accumulators) : Accumulators(shape_of(network));
  const std::uint64_t n_samples = std::min(options.n_samples, options.range.count());
  result.samples = make_samples(network, {options.range.first, options.range.first + n_samples});
  result.samples.copy_from(begun.samples);
  result.paths_begun_with = begun.count;
  result.sampling_s = begun.sampling_s;
  if (begun.count > 0) result.done = {{options.range.first, options.range.first + begun.count}};
  result.paths_asked = options.range.count();
  result.stop_reason = "done";
  result.backend = backend.name();
  result.device = backend.device();
  return result;
}

}  // namespace

RunResult run_paths(const Network& network, Backend& backend, const RunOptions& options,
                    DonePaths begun) {
  RunResult result = begin_run(network, backend, options, begun);
  Samples* samples = result.samples.n_paths > 0 ? &result.samples : nullptr;
  const SteadyClock::time_point start = SteadyClock::now();
  std::uint64_t next = options.range.first + begun.count;
  while (next < options.range.last) {
    // Asked again each time: a backend may learn what keeps it busy.
    const std::uint64_t batch = std::max<std::uint64_t>(
        options.batch_paths ? options.batch_paths : backend.batch_paths(), 1);
    const PathRange piece{next, next + std::min(batch, options.range.last - next)};
    backend.run(piece, result.accumulators, samples);
    next = piece.last;
    result.done = {{options.range.first, next}};
    result.sampling_now_s = seconds_since(start);
    result.sampling_s = begun.sampling_s + result.sampling_now_s;
    const bool go_on =
        !options.on_progress || options.on_progress({next - options.range.first, result.paths_asked,
                                                     result.sampling_now_s, begun.count});
    if (next == options.range.last) break;
    if (!go_on) {
      result.stop_reason = "stopped";
      break;
    }
    if (options.on_batch) options.on_batch(result);
  }
  return result;
}

Samples make_samples(const Network& network, PathRange paths) {
  if (paths.count() == 0) return {};
  const AccumulatorShape shape = shape_of(network);
  Samples samples(paths.first, paths.count(), shape.n_members, shape.n_minerals, shape.n_years);
  set_cells_without_demand(network, samples);
  return samples;
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
