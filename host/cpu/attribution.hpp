/// Attribution's pass over paths, on threads of this machine. Whatever backend ran them, they are
/// the same paths.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "host/cpu/cpu_backend.hpp"
#include "host/engine/attribution.hpp"
#include "host/scenario/outer_draws.hpp"

namespace blocrisk {

struct AttributionRequest {
  PathRange range;
  std::vector<double> tail_threshold;  ///< [member][mineral] shortfall beyond which the tail lies
  /// After every batch of paths; false stops there, and the sums are of fewer paths.
  std::function<bool(std::uint64_t paths_done)> on_progress;
};

/// Of the sums over paths of `network`.
AttributionShape attribution_shape(const Network& network);

/// The same bits whatever the threads and lanes.
AttributionSums attribute_paths(const Network& network, std::uint64_t seed, CpuOptions options,
                                const AttributionRequest& request);

/// The same where every `draws.paths_per_draw()` paths have a network of their own. Throws
/// ScenarioError where a draw makes no scenario.
AttributionSums attribute_paths(const OuterDraws& draws, std::uint64_t seed, CpuOptions options,
                                const AttributionRequest& request);

}  // namespace blocrisk
