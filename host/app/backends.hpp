/// Which backends are here, and which one a run gets. The only place that knows them all.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "host/engine/backend.hpp"
#include "host/engine/cuda_backend.hpp"
#include "host/scenario/outer_draws.hpp"

namespace blocrisk {

/// One of the processes that share this machine's devices.
struct Place {
  int number = 0;
  int n_places = 1;
};

struct BackendOptions {
  std::string name = "auto";  ///< auto, cpu or cuda
  std::vector<int> devices;   ///< CUDA; empty: one
  int threads = 0;            ///< CPU; 0: `fair_threads`
  int lanes = 0;              ///< CPU; 0: the widest
  Place place{};
  int fair_threads = 0;  ///< this process's share of the machine; 0: one per hardware thread

  int cpu_threads() const { return threads > 0 ? threads : fair_threads; }
};

void add_backend_options(CLI::App& command, BackendOptions& options);
/// --threads and --lanes alone.
void add_cpu_options(CLI::App& command, int& threads, int& lanes);

/// Throws UsageError where options contradict each other.
void refuse_contradictions(const BackendOptions& options);

struct Inventory {
  std::vector<int> cpu_lanes;
  int hardware_threads = 0;
  std::vector<CudaDevice> cuda_devices;
  std::string no_cuda_reason;  ///< what is wrong with devices that are not listed, if any
};

/// Of CUDA devices only the first `most_devices` that work.
Inventory take_inventory(int most_devices = std::numeric_limits<int>::max());
/// What a run takes of each device's memory; nothing where this build has no CUDA backend.
std::optional<CudaMemory> device_memory_of(const Network& network);
/// "AVX-512" for 16 lanes, and so on.
std::string instruction_set(int lanes);

struct ChosenBackend {
  std::unique_ptr<Backend> backend;
  std::string reason;            ///< why this one
  std::uint64_t host_bytes = 0;  ///< what its threads hold beside the accumulators
};

/// What a backend is chosen for.
struct BackendTask {
  const Network& network;
  std::uint64_t seed;
  PathRange range;
  const OuterDraws* draws = nullptr;  ///< null where no input is uncertain
};

/// Throws what `refuse_contradictions` does, and EnvironmentError, which lists what is
/// here, where a backend that was asked for is not.
ChosenBackend choose_backend(const BackendTask& task, const BackendOptions& options);

}  // namespace blocrisk
