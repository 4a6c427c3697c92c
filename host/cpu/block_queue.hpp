/// Blocks of a path range, handed to whichever thread asks next.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "host/engine/backend.hpp"

namespace blocrisk {

class BlockQueue {
 public:
  /// `block_paths`: a power of two; blocks end at its multiples.
  BlockQueue(PathRange range, std::uint64_t block_paths)
      : range_(range), block_paths_(block_paths), next_(range.first) {}

  /// The next block of paths, empty when there is none.
  PathRange next_block();
  /// No thread gets another block.
  void stop();

 private:
  PathRange range_;
  std::uint64_t block_paths_;
  std::mutex lock_;
  std::uint64_t next_;
};

/// Threads that get a block of the range; another would only ready its memory.
int busy_threads(int n_threads, PathRange range, std::uint64_t block_paths);

/// Calls `work` on so many threads, this one among them, and waits for all. Where one throws, or
/// the system has no more threads, the queue is stopped and the first exception thrown on.
void run_on_threads(int n_threads, BlockQueue& queue, const std::function<void()>& work);

}  // namespace blocrisk
