/// The seam between the program and its path arithmetic, which is compiled once per instruction
/// set: a worker takes blocks of paths from a queue and counts them into the shared state.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "host/cpu/block_queue.hpp"
#include "host/engine/backend.hpp"
#include "kernels/model/network.hpp"

namespace blocrisk {

/// Groups of paths whose layer 1 is held at a time while the minerals read it one after the other:
/// few, so that it stays in the second-level cache, but enough that a mineral's counters are not
/// fetched into it for a handful of paths.
inline constexpr int world_groups = 16;

/// Bytes that a path's measures take until they are counted.
std::uint64_t result_bytes_per_path(const NetworkView& network);
/// Timelines add up the lanes of this many rows at a time.
inline constexpr int rows_per_batch = 16;
/// Series that a mineral's timelines note at a step, at most.
int timeline_notes_per_step(const NetworkView& network);
/// Groups of `lanes` paths whose changes are listed before they are counted: those that are held at
/// a time, or as many as keep the lists' worst case within a few megabytes.
int groups_listed(int n_steps, int most_notes, int lanes);
/// Bytes of one thread's timelines.
std::uint64_t timeline_bytes(const NetworkView& network, int lanes);

/// Paths of a block, which are counted together: many, for counting walks through all accumulators,
/// but no more than a few tens of megabytes of results. A power of two, so a block has one digest
/// block.
std::uint64_t paths_per_block(const NetworkView& network);

/// Where workers get blocks and count them: the accumulators of a run, one lock per mineral and one
/// for what members add up to.
class SharedState {
 public:
  /// `queue`: of blocks of at most `paths_per_block`.
  SharedState(const NetworkView& network, BlockQueue& queue, Accumulators& into, Samples* samples);

  PathRange next_block() { return queue_.next_block(); }
  std::unique_lock<std::mutex> lock_mineral(int mineral);
  std::unique_lock<std::mutex> lock_members();
  Accumulators& accumulators() { return into_; }
  /// Null where nobody asked for samples. Paths are disjoint, so no lock.
  Samples* samples() { return samples_; }

 private:
  BlockQueue& queue_;
  Accumulators& into_;
  Samples* samples_;
  std::vector<std::mutex> mineral_locks_;
  std::mutex member_lock_;
};

/// What one thread runs blocks with. It keeps its memory from one range of paths to the next: pages
/// that the system has to find and clear anew take long.
class LaneEngine {
 public:
  virtual ~LaneEngine() = default;
  /// Runs blocks until the queue is empty, and hands over all counts. An engine whose run threw is
  /// of no use any more.
  virtual void run(SharedState& shared) = 0;
};
/// The network has to outlive the engine.
using MakeEngine = std::unique_ptr<LaneEngine> (*)(const NetworkView& network, std::uint64_t seed);
/// Bytes that one engine holds: model state, layer 1 and results of a block.
using WorkspaceBytes = std::uint64_t (*)(const NetworkView& network);

std::unique_ptr<LaneEngine> engine_lanes_1(const NetworkView& network, std::uint64_t seed);
std::unique_ptr<LaneEngine> engine_lanes_8(const NetworkView& network, std::uint64_t seed);
std::unique_ptr<LaneEngine> engine_lanes_16(const NetworkView& network, std::uint64_t seed);
std::uint64_t engine_lanes_1_bytes(const NetworkView& network);
std::uint64_t engine_lanes_8_bytes(const NetworkView& network);
std::uint64_t engine_lanes_16_bytes(const NetworkView& network);

}  // namespace blocrisk
