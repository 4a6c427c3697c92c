/// \file
/// A backend of workers, two a device: while one waits, sorts or is drained, the other computes.
/// Derived classes say what the devices are called.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "kernels/cuda/call_length.hpp"
#include "kernels/cuda/worker_pool.cuh"

RISK_BEGIN

inline constexpr int workers_per_device = 2;

template <class Space>
class PoolBackend : public Backend {
 public:
  using Place = typename Space::Place;

  /// A place that is named twice is shared.
  PoolBackend(const Network& network, std::uint64_t seed, const std::vector<Place>& places,
              int most_paths = most_batch_paths)
      : call_(places.size()) {
    std::vector<Place> of_worker;
    for (int k = 0; k < workers_per_device; ++k) {
      of_worker.insert(of_worker.end(), places.begin(), places.end());
    }
    for (auto place = of_worker.begin(); place != of_worker.end(); ++place) {
      // Sharers yet to come; those before have taken their part of what is free.
      const auto n_sharers = static_cast<int>(std::count(place, of_worker.end(), *place));
      pool_.add(network, seed, n_sharers, most_paths, *place);
    }
  }

  std::uint64_t batch_paths() const override { return call_.paths(); }

  void run(PathRange range, Accumulators& into, Samples* samples) override {
    const auto start = std::chrono::steady_clock::now();
    pool_.run(range, into, samples);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    call_.learn(range.count(), elapsed.count());
  }

 private:
  CallLength call_;
  WorkerPool<Space> pool_;
};

RISK_END
