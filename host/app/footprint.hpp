/// What a run needs, counted from its network before anything is sampled.
#pragma once

#include <cstdint>

#include "host/engine/accumulators.hpp"
#include "host/scenario/network.hpp"

namespace blocrisk {

struct Footprint {
  std::uint64_t accumulator_bytes = 0;  ///< one state, shared by all threads
  std::uint64_t summary_bytes = 0;      ///< figures, and the file while it is built in memory
  std::uint64_t samples_bytes = 0;
  std::uint64_t output_bytes = 0;
  std::uint64_t checkpoint_bytes = 0;  ///< of each of the two that are kept
  double operations_per_path = 0;      ///< on single values, counted

  /// Beside what the backend's threads need.
  std::uint64_t host_bytes() const { return accumulator_bytes + summary_bytes + samples_bytes; }
};

Footprint estimate_footprint(const Network& network, std::uint64_t n_paths,
                             std::uint64_t n_samples);

/// Throws EnvironmentError where this machine has less memory: an allocation would succeed, and the
/// system end the program once it is used.
void require_memory(std::uint64_t bytes);

}  // namespace blocrisk
