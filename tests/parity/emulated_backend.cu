// Compiled by nvcc, for the host half of the very functions that devices run.
#include "kernels/cuda/curand_words.cuh"

#include "tests/parity/emulated_backend.hpp"

#include <string>
#include <vector>

#include "kernels/cuda/pool_backend.cuh"
#include "tests/support/host_space.cuh"

namespace blocrisk {
namespace {

class EmulatedBackend final : public PoolBackend<HostSpace> {
 public:
  using PoolBackend::PoolBackend;
  std::string name() const override { return "emulated"; }
  std::string device() const override { return "host"; }
};

}  // namespace

std::unique_ptr<Backend> make_emulated_backend(const Network& network, std::uint64_t seed,
                                               const Emulation& emulation) {
  HostPlace place;
  if (emulation.free_bytes) place.free_bytes = *emulation.free_bytes;
  place.lost_after_launches = emulation.lost_after_launches;
  const std::vector<HostPlace> places(static_cast<std::size_t>(emulation.n_devices), place);
  return std::make_unique<EmulatedBackend>(network, seed, places, emulation.most_batch_paths);
}

std::uint64_t emulated_bytes(const Network& network, int most_batch_paths) {
  return device_memory(network.view()).bytes(most_batch_paths);
}

}  // namespace blocrisk
