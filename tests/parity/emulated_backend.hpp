/// The CUDA backend's own kernels, layouts and order of launches, with a loop on the host in place
/// of a device: what can be proven where there is no GPU.
#pragma once

#include <cstdint>
#include <memory>

#include "host/engine/backend.hpp"

namespace blocrisk {

/// `most_batch_paths` bounds a batch, so that few paths already take several.
std::unique_ptr<Backend> make_emulated_backend(const Network& network, std::uint64_t seed,
                                               int most_batch_paths);

}  // namespace blocrisk
