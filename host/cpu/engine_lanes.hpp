/// The seam between the program and its path arithmetic, which is compiled once per instruction
/// set: a worker takes blocks of paths from a queue and hands back tallies.
#pragma once

#include <cstdint>

#include "host/cpu/tally.hpp"
#include "host/engine/backend.hpp"
#include "kernels/model/network.hpp"

namespace blocrisk {

/// Where workers get blocks and leave counts. Implementations lock.
class BlockQueue {
 public:
  virtual ~BlockQueue() = default;
  /// The next block of paths, empty when there is none.
  virtual PathRange next_block() = 0;
  /// Called before a mineral's paths run: sets `tally.worst_entry`.
  virtual void prepare(int mineral, MineralTally& tally) = 0;
  virtual void prepare(MemberTally& tally) = 0;
  /// Adds the counts to the shared state and empties the tally.
  virtual void collect(MineralTally& tally) = 0;
  virtual void collect(MemberTally& tally) = 0;
  virtual Samples* samples() = 0;
};

/// Paths of a block: as many as keep layer 1 of all of them in a few tens of megabytes, since a
/// mineral's counts are emptied once per block. A power of two, so a block has one digest block.
std::uint64_t paths_per_block(const NetworkView& network);

/// Bytes of one worker's model state, world and results, all paths of a block.
using WorkspaceBytes = std::uint64_t (*)(const NetworkView& network);
/// Runs blocks until the queue is empty.
using RunBlocks = void (*)(const NetworkView& network, std::uint64_t seed, BlockQueue& queue);

void engine_lanes_1(const NetworkView& network, std::uint64_t seed, BlockQueue& queue);
void engine_lanes_8(const NetworkView& network, std::uint64_t seed, BlockQueue& queue);
void engine_lanes_16(const NetworkView& network, std::uint64_t seed, BlockQueue& queue);
std::uint64_t engine_lanes_1_bytes(const NetworkView& network);
std::uint64_t engine_lanes_8_bytes(const NetworkView& network);
std::uint64_t engine_lanes_16_bytes(const NetworkView& network);

}  // namespace blocrisk
