/// The CPU backend: threads over blocks of paths, 1, 8 or 16 paths per vector.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host/engine/backend.hpp"

namespace blocrisk {

struct CpuOptions {
  int threads = 0;  ///< 0: one per hardware thread
  int lanes = 0;    ///< 0: the widest this machine runs; else 1, 8 or 16
};

/// Lane widths that were built and run on this machine, narrowest first.
std::vector<int> available_lanes();

/// Throws EnvironmentError, naming the widths there are, if `options.lanes` is not one of them.
std::unique_ptr<Backend> make_cpu_backend(const Network& network, std::uint64_t seed,
                                          CpuOptions options);

/// Operations a second that one core is taken to do with vectors of `lanes` paths; measured once on
/// the default scenario with a two-core AVX-512 server, so an order of magnitude elsewhere.
double assumed_operations_per_s(int lanes);

struct CpuMemory {
  int threads;                     ///< those that `range` keeps busy
  std::uint64_t bytes_per_thread;  ///< upper bound: event lists are reserved for the worst case
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(threads) * bytes_per_thread; }
};

/// What `make_cpu_backend` with these options would hold beside the accumulators over `range`.
CpuMemory cpu_memory(const Network& network, CpuOptions options, PathRange range);

}  // namespace blocrisk
