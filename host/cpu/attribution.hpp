/// Attribution's pass over paths, on threads of this machine. Whatever backend ran them, they are
/// the same paths.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "host/cpu/cpu_backend.hpp"
#include "host/engine/attribution.hpp"

namespace blocrisk {

struct AttributionRequest {
  PathRange range;
  std::vector<double> tail_threshold;  ///< [member][mineral] shortfall beyond which the tail lies
  /// After every batch of paths; false stops there, and the sums are of fewer paths.
  std::function<bool(std::uint64_t paths_done)> on_progress;
};

/// The same bits whatever the threads and lanes.
AttributionSums attribute_paths(const Network& network, std::uint64_t seed, CpuOptions options,
                                const AttributionRequest& request);

}  // namespace blocrisk
