#include "host/cpu/cpu_backend.hpp"

#include <algorithm>
#include <bit>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "host/cpu/engine_lanes.hpp"
#include "host/engine/work.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

struct LaneVariant {
  int lanes;
  const char* instructions;
  bool (*runs_here)();
  RunBlocks run;
  WorkspaceBytes workspace_bytes;
};

bool always() { return true; }
#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
constexpr LaneVariant variants[] = {
    {1, "x86-64", always, engine_lanes_1, engine_lanes_1_bytes},
    {8, "AVX2", has_avx2, engine_lanes_8, engine_lanes_8_bytes},
    {16, "AVX-512", has_avx512, engine_lanes_16, engine_lanes_16_bytes},
};
#else
constexpr LaneVariant variants[] = {
    {1, "portable", always, engine_lanes_1, engine_lanes_1_bytes},
    {8, "portable", always, engine_lanes_8, engine_lanes_8_bytes},
    {16, "portable", always, engine_lanes_16, engine_lanes_16_bytes},
};
#endif

std::string list_of_lanes() {
  std::string text;
  for (const int lanes : available_lanes())
    text += (text.empty() ? "" : ", ") + std::to_string(lanes);
  return text;
}

/// The variant asked for, or the widest that runs here.
const LaneVariant& choose(int lanes) {
  const LaneVariant* chosen = nullptr;
  for (const LaneVariant& variant : variants) {
    if (variant.runs_here() && (lanes == 0 || variant.lanes == lanes)) chosen = &variant;
  }
  if (chosen == nullptr) {
    throw EnvironmentError("no build for " + std::to_string(lanes) +
                           " lanes runs on this machine; lane widths here: " + list_of_lanes());
  }
  return *chosen;
}

int choose_threads(int threads) {
  if (threads > 0) return threads;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

/// What one thread does between two looks at progress and signals.
struct ThreadBatch {
  std::uint64_t block_paths;  ///< counted together
  std::uint64_t paths;        ///< whole blocks
};

/// What a thread's batch is meant to take: a second, so that progress is lively and stopping quick.
/// Where readying the thread's memory and handing over its counts take long themselves, as with
/// thousands of steps, four times that.
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

/// Threads that get a block of the range; another would only ready its memory.
int busy_threads(int n_threads, PathRange range, std::uint64_t block_paths) {
  if (range.count() == 0) return 1;
  const std::uint64_t n_blocks = (range.last - 1) / block_paths - range.first / block_paths + 1;
  return static_cast<int>(std::min(static_cast<std::uint64_t>(n_threads), n_blocks));
}

class CpuBackend final : public Backend {
 public:
  CpuBackend(const Network& network, std::uint64_t seed, CpuOptions options)
      : network_(network),
        seed_(seed),
        variant_(choose(options.lanes)),
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
    SharedState shared(view, range, batch_.block_paths, into, samples);
    std::exception_ptr failure;
    std::mutex failure_lock;
    const auto work = [&] {
      try {
        variant_.run(view, seed_, shared);
      } catch (...) {
        const std::lock_guard lock(failure_lock);
        if (!failure) failure = std::current_exception();
        shared.stop();
      }
    };
    const int n_threads = busy_threads(n_threads_, range, batch_.block_paths);
    std::vector<std::jthread> others;
    try {
      for (int k = 1; k < n_threads; ++k) others.emplace_back(work);
    } catch (...) {  // the system has no more threads; those that run end with their block
      shared.stop();
      throw;
    }
    work();
    others.clear();
    if (failure) std::rethrow_exception(failure);
  }

 private:
  const Network& network_;
  std::uint64_t seed_;
  const LaneVariant& variant_;
  int n_threads_;
  ThreadBatch batch_;
};

}  // namespace

std::vector<int> available_lanes() {
  std::vector<int> lanes;
  for (const LaneVariant& variant : variants) {
    if (variant.runs_here()) lanes.push_back(variant.lanes);
  }
  return lanes;
}

std::unique_ptr<Backend> make_cpu_backend(const Network& network, std::uint64_t seed,
                                          CpuOptions options) {
  return std::make_unique<CpuBackend>(network, seed, options);
}

double assumed_operations_per_s(int lanes) {
  return lanes == 16 ? 1.8e10 : lanes == 8 ? 1.2e10 : 1.7e9;
}

CpuMemory cpu_memory(const Network& network, CpuOptions options, PathRange range) {
  const NetworkView view = network.view();
  const LaneVariant& variant = choose(options.lanes);
  const ThreadBatch batch = size_batch(view, variant);
  return {busy_threads(choose_threads(options.threads), range, batch.block_paths),
          variant.workspace_bytes(view)};
}

}  // namespace blocrisk
