/// A run that begins where an earlier one ended: at its checkpoint (--resume), or at its finished
/// result (--extend). Whether the two fit, and what is taken over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/engine/run.hpp"
#include "host/io/result.hpp"

namespace blocrisk {

/// What the new run wants.
struct WantedRun {
  const RunOrigin& origin;      ///< scenario, network, seed, precision asked
  std::uint64_t n_paths_named;  ///< by the scenario
  const ResultFacts& facts;
  PathRange range;
  std::optional<std::uint64_t> n_samples;  ///< nothing: as many as the earlier run stores
};

/// What it takes over.
struct Continuation {
  DonePaths done;
  Convergence history;
  std::uint64_t n_samples = 0;
  /// Whatever was said about the earlier run's attribution, as an option for the new one.
  std::optional<std::uint64_t> n_attributed;
  std::string started_at;  ///< empty where that is not known
  std::string warning;     ///< for people; empty: nothing to say
};

/// From a checkpoint of the same run. Throws EnvironmentError that says what differs.
Continuation resume_run(StoredResult checkpoint, const std::string& file, const WantedRun& wanted);

/// From a finished result over the first paths of the range; only the number of paths may differ,
/// and the precision asked.
/// Throws EnvironmentError that says what differs, UsageError where no path is left to add.
Continuation extend_run(StoredResult result, const std::string& file, const WantedRun& wanted);

/// The `--attribution` that the run of a file was given: as many paths as it attributed, 0 for
/// none. Where that was every path it may have been more; then the default, or all.
struct AttributionAsked {
  std::uint64_t n_paths = 0;
  bool is_certain = true;
};
AttributionAsked attribution_asked(const StoredResult& result);

}  // namespace blocrisk
