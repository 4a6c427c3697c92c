/// \file
/// Workers that share a range of paths: each holds a space of its own, takes pieces until none is
/// left, and hands its counts over. Where a worker fails, the others stop and the failure is
/// thrown.
#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "kernels/cuda/range_engine.cuh"

RISK_BEGIN

/// Part of the free memory that is taken; the rest is for the kernels' stacks and for others.
inline constexpr double memory_part = 0.8;
/// A range is not split into pieces smaller than this: a worker costs a start and a drain.
inline constexpr std::uint64_t least_piece_paths = 16384;

/// Hands out pieces of a range, none of them across the edge of a digest block.
class PieceQueue {
 public:
  PieceQueue(PathRange range, std::size_t n_workers)
      : last_(range.last),
        most_(std::max((range.count() - 1) / n_workers + 1, least_piece_paths)),
        next_(range.first) {}

  PathRange next(std::uint64_t most) {
    const std::lock_guard lock(lock_);
    if (stopped_) return {};
    const std::uint64_t first = next_;
    const std::uint64_t to_block_end = digest_block_paths - first % digest_block_paths;
    next_ = first + std::min({most, most_, to_block_end, last_ - first});
    return {first, next_};
  }
  void stop() {
    const std::lock_guard lock(lock_);
    stopped_ = true;
  }

 private:
  std::mutex lock_;
  std::uint64_t last_, most_, next_;
  bool stopped_ = false;
};

/// Where the workers' results go; they take turns.
struct SharedResult {
  std::mutex lock;
  Accumulators& into;
  Samples* samples;
};

template <class Space>
class Worker {
 public:
  /// Takes its part of what is free for `n_sharers`, and runs one path, so that what cannot work
  /// fails here and not in the middle of a run. `space`: what the space is made of.
  template <class... Args>
  Worker(const Network& network, std::uint64_t seed, int n_sharers, int most_batch_paths,
         Args&&... space)
      : space_(std::forward<Args>(space)...),
        engine_(network, seed, space_, share_of_memory(n_sharers), most_batch_paths) {
    engine_.try_out();
  }

  void run(PathRange range, PieceQueue& queue, SharedResult& result) {
    space_.enter();
    PathRange piece = queue.next(capacity());
    while (piece.count() > 0) {
      start(range, result);
      std::uint64_t undrained = 0;
      while (piece.count() > 0 && undrained + piece.count() <= engine_.most_undrained_paths()) {
        engine_.run_batch(piece, result.samples);
        undrained += piece.count();
        piece = queue.next(capacity());
      }
      engine_.collect();  // waits for the space, so not while others wait for us
      const std::lock_guard guard(result.lock);
      engine_.drain(result.into);
    }
  }

 private:
  std::uint64_t capacity() const { return static_cast<std::uint64_t>(engine_.capacity_paths()); }
  std::size_t share_of_memory(int n_sharers) const {
    return static_cast<std::size_t>(static_cast<double>(space_.free_bytes()) * memory_part /
                                    n_sharers);
  }
  void start(PathRange range, SharedResult& result) {
    const std::lock_guard guard(result.lock);
    engine_.start(range, result.into);
  }

  Space space_;
  RangeEngine<Space> engine_;
};

template <class Space>
class WorkerPool {
 public:
  /// See Worker.
  template <class... Args>
  void add(Args&&... args) {
    Space::translate_errors(
        [&] { workers_.push_back(std::make_unique<Worker<Space>>(std::forward<Args>(args)...)); });
  }
  std::size_t size() const { return workers_.size(); }

  /// As Backend::run. Where it throws, `into` holds some of the range.
  void run(PathRange range, Accumulators& into, Samples* samples) {
    if (range.count() == 0) return;
    PieceQueue queue(range, workers_.size());
    SharedResult result{{}, into, samples};
    std::exception_ptr failure;
    const auto work = [&](Worker<Space>& worker) {
      try {
        Space::translate_errors([&] { worker.run(range, queue, result); });
      } catch (...) {
        queue.stop();
        const std::lock_guard guard(result.lock);
        if (!failure) failure = std::current_exception();
      }
    };
    run_all(work, queue);
    if (failure) std::rethrow_exception(failure);
  }

 private:
  /// The first worker on this thread, each other on its own.
  template <class Work>
  void run_all(const Work& work, PieceQueue& queue) {
    std::vector<std::jthread> others;  // joined wherever we leave
    try {
      for (std::size_t k = 1; k < workers_.size(); ++k) {
        others.emplace_back(work, std::ref(*workers_[k]));
      }
    } catch (...) {
      queue.stop();
      throw;
    }
    work(*workers_.front());
  }

  std::vector<std::unique_ptr<Worker<Space>>> workers_;
};

RISK_END
