// The CUDA backend's entry points over devices that the host emulates. Linked before the real ones,
// they make a program that does all a CUDA build does, slowly, and fails as the environment says:
//   BLOCRISK_EMULATED_DEVICES=2      how many there are (1)
//   BLOCRISK_EMULATED_FREE_MIB=100   free memory of each (plenty)
//   BLOCRISK_EMULATED_LOST_AFTER=50  launches of a worker, after which its device is gone (never)
#include "kernels/cuda/curand_words.cuh"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/cuda_backend.hpp"
#include "kernels/cuda/pool_backend.cuh"
#include "tests/support/host_space.cuh"

namespace blocrisk {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

std::optional<int> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? std::nullopt : std::optional(std::atoi(text));
}

int n_devices() { return number_from("BLOCRISK_EMULATED_DEVICES").value_or(1); }

HostPlace place_of(int id) {
  HostPlace place{id};
  if (const auto free = number_from("BLOCRISK_EMULATED_FREE_MIB"))
    place.free_bytes = static_cast<std::size_t>(*free) * mib;
  place.lost_after_launches = number_from("BLOCRISK_EMULATED_LOST_AFTER");
  return place;
}

std::vector<HostPlace> places_of(const std::vector<int>& devices) {
  std::vector<HostPlace> places;
  for (const int id : devices) places.push_back(place_of(id));
  return places;
}

/// Batches are as large as memory allows, so `free_bytes` bounds what the host really takes.
constexpr int most_paths = 1024;

class EmulatedCuda final : public PoolBackend<HostSpace> {
 public:
  EmulatedCuda(const Network& network, std::uint64_t seed, const std::vector<int>& devices)
      : PoolBackend(network, seed, places_of(devices), most_paths) {}
  std::string name() const override { return "cuda"; }
  std::string device() const override { return "emulated by the host"; }
};

}  // namespace

std::vector<CudaDevice> cuda_devices(std::string* reason, int) {
  std::vector<CudaDevice> devices;
  for (int id = 0; id < n_devices(); ++id)
    devices.push_back({id, "emulated", place_of(id).free_bytes, 9, 0, 1, 1e9});
  if (reason != nullptr) *reason = devices.empty() ? "no device is emulated" : "";
  return devices;
}

std::unique_ptr<Backend> make_cuda_backend(const Network& network, std::uint64_t seed,
                                           const std::vector<int>& devices) {
  return std::make_unique<EmulatedCuda>(network, seed, devices);
}

CudaMemory cuda_memory(const Network& network) {
  const DeviceMemory need = device_memory(network.view());
  return {need.bytes(most_paths), need.bytes(warp_threads)};
}

}  // namespace blocrisk
