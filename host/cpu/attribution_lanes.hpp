/// The seam between attribution and its path arithmetic, compiled once per instruction set: a
/// worker takes blocks of paths from a queue and adds its sums to the shared ones at the end.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "host/cpu/block_queue.hpp"
#include "host/engine/attribution.hpp"
#include "kernels/model/network.hpp"

namespace blocrisk {

/// Few, so that many threads share short passes.
inline constexpr std::uint64_t attribution_block_paths = 1024;

struct AttributionTask {
  NetworkView network;
  std::uint64_t seed;
  const std::vector<std::vector<int>>& last_stage_countries;  ///< [mineral][node]
  const std::vector<int>& member_countries;                   ///< [member]
  /// [member][mineral] a path is in the cell's tail where its shortfall is above; not a number:
  /// never.
  const std::vector<double>& tail_threshold;
  BlockQueue& queue;
  std::mutex& lock;       ///< of `into`
  AttributionSums& into;  ///< of every worker
};

/// Runs blocks until the queue is empty.
using AttributeBlocks = void (*)(const AttributionTask& task);

void attribution_lanes_1(const AttributionTask& task);
void attribution_lanes_8(const AttributionTask& task);
void attribution_lanes_16(const AttributionTask& task);

}  // namespace blocrisk
