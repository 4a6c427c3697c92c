#include "host/engine/run.hpp"

#include <algorithm>
#include <utility>

#include "host/support/stopwatch.hpp"

namespace blocrisk {
namespace {

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

/// The counts of paths at which a run is looked at, in turn.
class Looks {
 public:
  /// That at which the run begins included, for nobody knows whether the answer was heard.
  Looks(const RunOptions& options, std::uint64_t paths_begun_with)
      : options_(options),
        next_(std::lower_bound(options.looks.begin(), options.looks.end(), paths_begun_with)) {}

  /// Paths until the next one, or until the end of the run.
  std::uint64_t paths_until_next(std::uint64_t paths_done) const {
    const std::uint64_t end = options_.range.count();
    return (next_ == options_.looks.end() ? end : std::min(*next_, end)) - paths_done;
  }
  /// Looks, where it is time to; true where the precision asked is reached.
  bool is_precise(const Accumulators& state) {
    if (next_ == options_.looks.end() || *next_ != state.n_paths) return false;
    ++next_;
    return !options_.on_look(state);
  }

 private:
  const RunOptions& options_;
  std::vector<std::uint64_t>::const_iterator next_;
};

RunResult begin_run(const Network& network, const Backend& backend, const RunOptions& options,
                    DonePaths& begun) {
  RunResult result;
  result.accumulators =
      begun.count > 0 ? std::move(begun.accumulators) : Accumulators(shape_of(network));
  result.samples = empty_samples(network, options.range.first,
                                 std::min(options.n_samples, options.range.count()));
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

/// The paths that were done: a beginning of the piece where somebody stops the run meanwhile.
std::uint64_t run_batch(Backend& backend, PathRange piece, Samples* samples,
                        const RunOptions& options, RunResult& result, const Stopwatch& watch) {
  const std::uint64_t done = result.accumulators.n_paths;
  const auto go_on = [&](std::uint64_t now) {
    return !options.on_progress || now == piece.count() ||
           options.on_progress(
               {done + now, result.paths_asked, watch.elapsed_s(), result.paths_begun_with});
  };
  try {
    return backend.run_while(piece, result.accumulators, samples, go_on);
  } catch (const NothingAdded&) {
    if (options.on_loss) options.on_loss(result);
    throw;
  }
}

/// Of the batch that ends where `result` is.
enum class Next : std::uint8_t { batch, end };

Next after_batch(const RunOptions& options, Looks& looks, RunResult& result) {
  const std::uint64_t done = result.accumulators.n_paths;
  const bool is_precise = looks.is_precise(result.accumulators);
  const bool go_on =
      !options.on_progress || options.on_progress({done, result.paths_asked, result.sampling_now_s,
                                                   result.paths_begun_with});
  if (is_precise) {
    result.stop_reason = "precision";
    return Next::end;
  }
  if (done == result.paths_asked) return Next::end;
  if (!go_on) {
    result.stop_reason = "stopped";
    return Next::end;
  }
  if (options.on_batch) options.on_batch(result);
  return Next::batch;
}

}  // namespace

Samples empty_samples(const Network& network, std::uint64_t first, std::uint64_t count) {
  if (count == 0) return {};
  const AccumulatorShape shape = shape_of(network);
  Samples samples(first, count, shape.n_members, shape.n_minerals, shape.n_years);
  set_cells_without_demand(network, samples);
  return samples;
}

RunResult run_paths(const Network& network, Backend& backend, const RunOptions& options,
                    DonePaths begun) {
  RunResult result = begin_run(network, backend, options, begun);
  Samples* samples = result.samples.n_paths > 0 ? &result.samples : nullptr;
  Looks looks(options, begun.count);
  if (looks.is_precise(result.accumulators)) {
    result.stop_reason = "precision";
    return result;
  }
  const Stopwatch watch;
  Next then = begun.count < result.paths_asked ? Next::batch : Next::end;
  for (std::uint64_t next = options.range.first + begun.count; then == Next::batch;) {
    // Asked again each time: a backend may learn what keeps it busy.
    const std::uint64_t batch = std::max<std::uint64_t>(
        options.batch_paths ? options.batch_paths : backend.batch_paths(), 1);
    const std::uint64_t until = looks.paths_until_next(next - options.range.first);
    const PathRange piece{next, next + std::min(batch, until)};
    next += run_batch(backend, piece, samples, options, result, watch);
    result.done = {{options.range.first, next}};
    result.sampling_now_s = watch.elapsed_s();
    result.sampling_s = begun.sampling_s + result.sampling_now_s;
    then = after_batch(options, looks, result);
  }
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
