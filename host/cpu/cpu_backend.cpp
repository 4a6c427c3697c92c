#include "host/cpu/cpu_backend.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "host/cpu/engine_lanes.hpp"
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

class CpuBackend final : public Backend {
 public:
  CpuBackend(const Network& network, std::uint64_t seed, CpuOptions options)
      : network_(network),
        seed_(seed),
        variant_(choose(options.lanes)),
        n_threads_(choose_threads(options.threads)) {}

  std::string name() const override { return "cpu"; }
  std::string device() const override {
    return std::to_string(n_threads_) + (n_threads_ == 1 ? " thread, " : " threads, ") +
           std::to_string(variant_.lanes) + (variant_.lanes == 1 ? " lane (" : " lanes (") +
           variant_.instructions + ")";
  }
  /// About a second of work for the widest lanes, so that progress is lively and stopping quick.
  std::uint64_t batch_paths() const override {
    // At least a block each, or some threads would have nothing to do.
    const std::uint64_t paths = 1024u * static_cast<std::uint64_t>(variant_.lanes);
    return static_cast<std::uint64_t>(n_threads_) *
           std::max(paths, paths_per_block(network_.view()));
  }

  void run(PathRange range, Accumulators& into, Samples* samples) override {
    const NetworkView view = network_.view();
    SharedState shared(view, range, into, samples);
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
    // A range may begin and end within a block. A thread without one would only ready its memory.
    const std::uint64_t most_blocks = range.count() / paths_per_block(view) + 2;
    const auto n_threads = std::min(static_cast<std::uint64_t>(n_threads_), most_blocks);
    std::vector<std::jthread> others;
    try {
      for (std::uint64_t k = 1; k < n_threads; ++k) others.emplace_back(work);
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

CpuMemory cpu_memory(const Network& network, CpuOptions options) {
  const NetworkView view = network.view();
  return {choose_threads(options.threads), choose(options.lanes).workspace_bytes(view)};
}

}  // namespace blocrisk
