/// A run: batches of paths through one backend until the range is done or somebody stops it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/engine/accumulators.hpp"
#include "host/engine/backend.hpp"
#include "host/engine/samples.hpp"

namespace blocrisk {

struct Progress {
  std::uint64_t paths_done = 0;
  std::uint64_t paths_asked = 0;
  double elapsed_s = 0;
  std::uint64_t paths_begun_with = 0;  ///< of `paths_done`, those of an earlier run
};

/// Paths of a range's beginning that an earlier run has done.
struct DonePaths {
  std::uint64_t count = 0;
  Accumulators accumulators{};
  Samples samples;        ///< the first of them, where they were asked for
  double sampling_s = 0;  ///< what they took, where that is known
};

struct RunResult;

struct RunOptions {
  PathRange range;
  std::uint64_t n_samples = 0;    ///< store per-path measures of the first n paths of the range
  std::uint64_t batch_paths = 0;  ///< 0: the backend's choice
  std::function<bool(const Progress&)>
      on_progress;  ///< after every batch; false stops the run there
  /// Counts of paths, ascending, at which `on_look` sees the state, so that what it sees does not
  /// depend on batches; false ends the run there, for the precision asked is reached.
  std::vector<std::uint64_t> looks{};
  std::function<bool(const Accumulators&)> on_look{};
  /// Sees what is done after every batch that is not the last.
  std::function<void(const RunResult&)> on_batch{};
};

struct RunResult {
  Accumulators accumulators;
  Samples samples;
  std::vector<PathRange> done;  ///< path ranges sampled
  std::uint64_t paths_asked = 0;
  std::string stop_reason;  ///< "done", "precision" or "stopped"
  std::string backend, device;
  double sampling_s = 0;               ///< of all paths
  std::uint64_t paths_begun_with = 0;  ///< of those, paths of an earlier run
  double sampling_now_s = 0;           ///< of the others
  double paths_per_s() const {
    const auto now = static_cast<double>(accumulators.n_paths - paths_begun_with);
    return now > 0 ? now / sampling_now_s : 0;
  }
};

/// Goes on after the paths of `begun`, which the range begins with. Samples at least one batch
/// where any path is left, so that whoever stops a run again and again still gets to its end.
RunResult run_paths(const Network& network, Backend& backend, const RunOptions& options,
                    DonePaths begun = {});

/// Room for the measures of `count` paths, in which cells of members without demand are known.
Samples empty_samples(const Network& network, std::uint64_t first, std::uint64_t count);

/// Of the accumulators that a run of `network` fills.
AccumulatorShape shape_of(const Network& network);
/// Cells of members without demand, whose measures are known: 0, but `first_short` the horizon.
bool cell_has_demand(const Network& network, int member, int mineral);
double horizon_months(const Network& network);

}  // namespace blocrisk
