#include "host/cpu/block_queue.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace blocrisk {

PathRange BlockQueue::next_block() {
  const std::lock_guard lock(lock_);
  const std::uint64_t first = std::min(next_, range_.last);
  const std::uint64_t to_boundary =
      block_paths_ - first % block_paths_;  // path numbers may end at 2^64
  next_ = first + std::min(range_.last - first, to_boundary);
  return {first, next_};
}

void BlockQueue::stop() {
  const std::lock_guard lock(lock_);
  next_ = range_.last;
}

int busy_threads(int n_threads, PathRange range, std::uint64_t block_paths) {
  if (range.count() == 0) return 1;
  const std::uint64_t n_blocks = (range.last - 1) / block_paths - range.first / block_paths + 1;
  return static_cast<int>(std::min(static_cast<std::uint64_t>(n_threads), n_blocks));
}

void run_on_threads(int n_threads, BlockQueue& queue, const std::function<void()>& work) {
  std::exception_ptr failure;
  std::mutex failure_lock;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(failure_lock);
      if (!failure) failure = std::current_exception();
      queue.stop();
    }
  };
  std::vector<std::jthread> others;
  try {
    for (int k = 1; k < n_threads; ++k) others.emplace_back(guarded);
  } catch (...) {  // those that run end with their block
    queue.stop();
    throw;
  }
  guarded();
  others.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace blocrisk
