/// Empties threads' tallies into the accumulators of a run, one lock per mineral.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "host/cpu/engine_lanes.hpp"
#include "host/cpu/tally.hpp"
#include "host/scenario/network.hpp"

namespace blocrisk {

/// The blocks of one range, and the state their counts go to.
class SharedState final : public BlockQueue {
 public:
  SharedState(const Network& network, PathRange range, Accumulators& into, Samples* samples);

  PathRange next_block() override;
  void prepare(int mineral, MineralTally& tally) override;
  void prepare(MemberTally& tally) override;
  void collect(MineralTally& tally) override;
  void collect(MemberTally& tally) override;
  Samples* samples() override { return samples_; }

  /// No thread gets another block.
  void stop() { stopped_ = true; }

 private:
  /// First index of a cell's series among all members and minerals.
  std::size_t cell_index(int mineral, int cell) const;

  const Network& network_;
  NetworkView view_;
  PathRange range_;
  Accumulators& into_;
  Samples* samples_;
  std::uint64_t block_paths_;
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> stopped_{false};
  std::vector<std::mutex> mineral_locks_;
  std::mutex member_lock_;
};

}  // namespace blocrisk
