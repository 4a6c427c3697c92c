/// The CUDA backend as the rest of the program sees it; compiled only where a CUDA compiler is
/// present (BLOCRISK_HAVE_CUDA).
#pragma once

#include <cstdint>
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
};

/// Devices that this build can run on; `reason` says why where there are none. Never throws.
std::vector<CudaDevice> cuda_devices(std::string* reason);

/// Throws EnvironmentError where a device is missing or fails.
std::unique_ptr<Backend> make_cuda_backend(const Network& network, std::uint64_t seed,
                                           const std::vector<int>& devices);

}  // namespace blocrisk
