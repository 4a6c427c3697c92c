/// The CUDA backend as the rest of the program sees it; compiled only where a CUDA compiler is
/// present (BLOCRISK_HAVE_CUDA).
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "host/engine/backend.hpp"

namespace blocrisk {

struct CudaDevice {
  int id;
  std::string name;
  std::uint64_t memory_bytes;
  int compute_major, compute_minor;
  int multiprocessors;
  double highest_clock_hz;
};

/// What a device's workers take of its memory.
struct CudaMemory {
  std::uint64_t bytes;        ///< where there is plenty
  std::uint64_t least_bytes;  ///< below this the scenario does not run
};
CudaMemory cuda_memory(const Network& network);

/// Devices that this build can run on, the first `most` of them; `reason` says what is wrong with
/// those before, and why there are none. Never throws.
std::vector<CudaDevice> cuda_devices(std::string* reason,
                                     int most = std::numeric_limits<int>::max());

/// Throws EnvironmentError where a device is missing or fails.
std::unique_ptr<Backend> make_cuda_backend(const Network& network, std::uint64_t seed,
                                           const std::vector<int>& devices);

}  // namespace blocrisk
