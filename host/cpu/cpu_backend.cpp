#include "host/cpu/cpu_backend.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host/cpu/block_queue.hpp"
#include "host/cpu/lane_variants.hpp"
#include "host/engine/work.hpp"

namespace blocrisk {
namespace {

/// What one thread does between two looks at progress and signals.
struct ThreadBatch {
  std::uint64_t block_paths;  ///< counted together
  std::uint64_t paths;        ///< whole blocks
};

/// What a thread's batch is meant to take: a second, so that progress is lively and stopping quick.
/// Where handing over its counts takes long itself, as with thousands of steps, four times that.
double wanted_batch_s(const NetworkView& network, const LaneVariant& variant) {
  constexpr double assumed_bytes_per_s = 1e9;
  const auto bytes = static_cast<double>(variant.workspace_bytes(network));
  return std::max(1.0, 4.0 * bytes / assumed_bytes_per_s);
}

/// Whole blocks, or part of one where a block takes longer than that. At least one vector, and no
/// more paths than a small network does in a second with its counting.
ThreadBatch size_batch(const NetworkView& network, const LaneVariant& variant) {
  constexpr double most_paths = 1 << 18;
  const double wanted = wanted_batch_s(network, variant) * assumed_operations_per_s(variant.lanes) /
                        operations_per_path(network);
  const double least_paths = variant.lanes;
  const auto paths = static_cast<std::uint64_t>(std::clamp(wanted, least_paths, most_paths));
  const std::uint64_t block = std::min(paths_per_block(network), std::bit_floor(paths));
  return {block, paths / block * block};
}

class CpuBackend final : public Backend {
 public:
  CpuBackend(const Network& network, std::uint64_t seed, CpuOptions options)
      : network_(network),
        seed_(seed),
        variant_(choose_variant(options.lanes)),
        n_threads_(choose_threads(options.threads)),
        batch_(size_batch(network.view(), variant_)) {}

  std::string name() const override { return "cpu"; }
  std::string device() const override {
    return std::to_string(n_threads_) + (n_threads_ == 1 ? " thread, " : " threads, ") +
           std::to_string(variant_.lanes) + (variant_.lanes == 1 ? " lane (" : " lanes (") +
           variant_.instructions + ")";
  }
  std::uint64_t batch_paths() const override {
    return static_cast<std::uint64_t>(n_threads_) * batch_.paths;
  }

  void run(PathRange range, Accumulators& into, Samples* samples) override {
    const NetworkView view = network_.view();
    BlockQueue queue(range, batch_.block_paths);
    SharedState shared(view, queue, into, samples);
    run_on_threads(busy_threads(n_threads_, range, batch_.block_paths), queue, [&] {
      std::unique_ptr<LaneEngine> engine = take_engine();
      if (engine == nullptr) engine = variant_.make_engine(view, seed_);
      engine->run(shared);
      const std::lock_guard guard(lock_);
      idle_.push_back(std::move(engine));
    });
  }

  void release_memory() override {
    const std::lock_guard guard(lock_);
    idle_.clear();
  }

 private:
  /// One that an earlier range has left, or null.
  std::unique_ptr<LaneEngine> take_engine() {
    const std::lock_guard guard(lock_);
    if (idle_.empty()) return nullptr;
    std::unique_ptr<LaneEngine> engine = std::move(idle_.back());
    idle_.pop_back();
    return engine;
  }

  const Network& network_;
  std::uint64_t seed_;
  const LaneVariant& variant_;
  int n_threads_;
  ThreadBatch batch_;
  std::mutex lock_;
  std::vector<std::unique_ptr<LaneEngine>> idle_;  ///< under the lock
};

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(const Network& network, std::uint64_t seed,
                                          CpuOptions options) {
  return std::make_unique<CpuBackend>(network, seed, options);
}

double assumed_operations_per_s(int lanes) {
  return lanes == 16 ? 2.6e10 : lanes == 8 ? 1.2e10 : 1.7e9;
}

CpuMemory cpu_memory(const Network& network, CpuOptions options, PathRange range) {
  const NetworkView view = network.view();
  const LaneVariant& variant = choose_variant(options.lanes);
  const ThreadBatch batch = size_batch(view, variant);
  return {busy_threads(choose_threads(options.threads), range, batch.block_paths),
          variant.workspace_bytes(view)};
}

}  // namespace blocrisk
