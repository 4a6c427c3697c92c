/// The CUDA backend's own kernels, layouts, order of launches and workers, with a loop on the host
/// in place of a device: what can be proven where there is no GPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "host/engine/backend.hpp"

namespace blocrisk {

struct Emulation {
  int most_batch_paths;  ///< bounds a batch, so that few paths already take several
  int n_devices = 1;     ///< named; they are all the same one
  std::optional<std::size_t> free_bytes{};
  std::optional<int> lost_after_launches{};  ///< of a worker; then the device is gone
};

std::unique_ptr<Backend> make_emulated_backend(const Network& network, std::uint64_t seed,
                                               const Emulation& emulation);

/// As `cuda_memory`, of one worker.
std::uint64_t emulated_bytes(const Network& network, int most_batch_paths);

}  // namespace blocrisk
