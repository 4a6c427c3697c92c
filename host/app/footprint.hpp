/// What a run needs, counted from its network before anything is sampled.
#pragma once

#include <cstdint>
#include <string>

#include "host/engine/accumulators.hpp"
#include "host/scenario/network.hpp"

namespace blocrisk {

struct Footprint {
  std::uint64_t accumulator_bytes = 0;  ///< one state, shared by all threads
  std::uint64_t summary_bytes = 0;      ///< figures, and the file while it is built in memory
  std::uint64_t samples_bytes = 0;
  std::uint64_t output_bytes = 0;
  double operations_per_path = 0;  ///< on single values, counted

  /// Of each of the two that are kept: all that the output holds but for the attribution.
  std::uint64_t checkpoint_bytes() const { return output_bytes; }
  /// Beside what the backend's threads need.
  std::uint64_t host_bytes() const { return accumulator_bytes + summary_bytes + samples_bytes; }
};

Footprint estimate_footprint(const Network& network, std::uint64_t n_paths,
                             std::uint64_t n_samples);

/// Adds what a run over so many outer draws of uncertain inputs keeps of each.
void add_draws(Footprint& footprint, const Network& network, std::uint64_t n_draws);

/// Throws EnvironmentError where this machine has less memory: an allocation would succeed, and the
/// system end the program once it is used. `remedy`: what would need less.
void require_memory(std::uint64_t bytes,
                    const std::string& remedy =
                        "fewer --samples or --threads need less, `blocrisk plan` says how much");

}  // namespace blocrisk
