/// \file
/// The CUDA backend: one host thread per device takes batches from the range until none is left.
#include "kernels/cuda/curand_words.cuh"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <thrust/system_error.h>

#include "host/engine/cuda_backend.hpp"
#include "host/support/error.hpp"
#include "kernels/cuda/chain_launch.cuh"
#include "kernels/cuda/device_space.cuh"
#include "kernels/cuda/range_engine.cuh"

namespace blocrisk {
namespace {

/// Part of the free memory that is taken; the rest is for the kernels' stacks and for others.
constexpr double memory_part = 0.8;
constexpr std::uint64_t blocks_per_call = 16;  // draining costs milliseconds, so not too often

/// Calls `work` and turns what Thrust throws into what the program knows.
template <class Work>
void with_cuda_errors(Work work) {
  try {
    work();
  } catch (const thrust::system_error& error) {
    fail_cuda(static_cast<cudaError_t>(error.code().value()), "working with device memory");
  }
}

/// Hands out pieces of a range, none of them across the edge of a digest block.
class PieceQueue {
 public:
  PieceQueue(PathRange range, std::uint64_t most)
      : last_(range.last), most_(most), next_(range.first) {}

  PathRange next(std::uint64_t most) {
    const std::lock_guard lock(lock_);
    const std::uint64_t first = next_;
    const std::uint64_t to_block_end = digest_block_paths - first % digest_block_paths;
    next_ = stopped_ ? last_ : first + std::min({most, most_, to_block_end, last_ - first});
    return stopped_ ? PathRange{} : PathRange{first, next_};
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

/// One device, or one share of it.
class Worker {
 public:
  Worker(const Network& network, std::uint64_t seed, int device, int n_sharers)
      : space_(device), engine_(network, seed, space_, share_of_memory(n_sharers)) {}

  /// Takes pieces until there are none; `lock` guards `into` and `samples`.
  void run(PathRange range, PieceQueue& queue, std::mutex& lock, Accumulators& into,
           Samples* samples) {
    space_.enter();
    PathRange piece = queue.next(capacity());
    while (piece.count() > 0) {
      start(range, lock, into);
      std::uint64_t undrained = 0;
      while (piece.count() > 0 && undrained + piece.count() <= engine_.most_undrained_paths()) {
        engine_.run_batch(piece, samples);
        undrained += piece.count();
        piece = queue.next(capacity());
      }
      const std::lock_guard guard(lock);
      engine_.drain(into);
    }
  }

 private:
  std::uint64_t capacity() const { return static_cast<std::uint64_t>(engine_.capacity_paths()); }
  std::size_t share_of_memory(int n_sharers) const {
    return static_cast<std::size_t>(static_cast<double>(space_.free_bytes()) * memory_part /
                                    n_sharers);
  }
  void start(PathRange range, std::mutex& lock, const Accumulators& into) {
    const std::lock_guard guard(lock);
    engine_.start(range, into);
  }

  DeviceSpace space_;
  RangeEngine<DeviceSpace> engine_;
};

class CudaBackend final : public Backend {
 public:
  CudaBackend(const Network& network, std::uint64_t seed, const std::vector<int>& devices)
      : devices_(devices) {
    for (auto device = devices.begin(); device != devices.end(); ++device) {
      // Sharers yet to come; those before have taken their part of what is free.
      const auto n_sharers = static_cast<int>(std::count(device, devices.end(), *device));
      with_cuda_errors(
          [&] { workers_.push_back(std::make_unique<Worker>(network, seed, *device, n_sharers)); });
    }
  }

  std::string name() const override { return "cuda"; }
  std::string device() const override {
    std::string text;
    for (const int id : devices_) {
      cudaDeviceProp properties{};
      check_cuda(cudaGetDeviceProperties(&properties, id), "asking for a device's name");
      text += (text.empty() ? "device " : ", device ") + std::to_string(id) + " (" +
              properties.name + ")";
    }
    return text;
  }
  std::uint64_t batch_paths() const override {
    return workers_.size() * blocks_per_call * digest_block_paths;
  }

  void run(PathRange range, Accumulators& into, Samples* samples) override {
    if (range.count() == 0) return;
    PieceQueue queue(range, (range.count() - 1) / workers_.size() + 1);
    std::mutex lock;
    std::exception_ptr failure;
    const auto work = [&](Worker& worker) {
      try {
        with_cuda_errors([&] { worker.run(range, queue, lock, into, samples); });
      } catch (...) {
        const std::lock_guard guard(lock);
        if (!failure) failure = std::current_exception();
        queue.stop();
      }
    };
    std::vector<std::thread> others;
    for (std::size_t k = 1; k < workers_.size(); ++k)
      others.emplace_back(work, std::ref(*workers_[k]));
    work(*workers_.front());
    for (std::thread& other : others) other.join();
    if (failure) std::rethrow_exception(failure);
  }

 private:
  std::vector<int> devices_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(const Network& network, std::uint64_t seed,
                                           const std::vector<int>& devices) {
  if (devices.empty()) throw EnvironmentError("no CUDA device was named");
  return std::make_unique<CudaBackend>(network, seed, devices);
}

}  // namespace blocrisk
