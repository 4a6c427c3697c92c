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
};

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
};

struct RunResult {
  Accumulators accumulators;
  Samples samples;
  std::vector<PathRange> done;  ///< path ranges sampled
  std::uint64_t paths_asked = 0;
  std::string stop_reason;  ///< "done", "precision" or "stopped"
  std::string backend, device;
  double sampling_s = 0;
};

RunResult run_paths(const Network& network, Backend& backend, const RunOptions& options);

/// Room for the measures of `count` paths, in which cells of members without demand are known.
Samples empty_samples(const Network& network, std::uint64_t first, std::uint64_t count);

/// Of the accumulators that a run of `network` fills.
AccumulatorShape shape_of(const Network& network);
/// Cells of members without demand, whose measures are known: 0, but `first_short` the horizon.
bool cell_has_demand(const Network& network, int member, int mineral);
double horizon_months(const Network& network);

}  // namespace blocrisk
