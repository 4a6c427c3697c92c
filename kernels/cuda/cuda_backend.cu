/// \file
/// The CUDA backend: workers on devices.
#include "kernels/cuda/curand_words.cuh"

#include <memory>
#include <string>
#include <vector>

#include "host/engine/cuda_backend.hpp"
#include "host/support/error.hpp"
#include "kernels/cuda/chain_launch.cuh"
#include "kernels/cuda/device_space.cuh"
#include "kernels/cuda/pool_backend.cuh"

namespace blocrisk {
namespace {

#if defined(BLOCRISK_FAST_MATH)
constexpr const char* backend_name = "cuda_fast_math";  // other bits; for timing alone
#else
constexpr const char* backend_name = "cuda";
#endif

class CudaBackend final : public PoolBackend<DeviceSpace> {
 public:
  CudaBackend(const Network& network, std::uint64_t seed, const std::vector<int>& devices)
      : PoolBackend(network, seed, devices), devices_(devices) {}

  std::string name() const override { return backend_name; }
  std::string device() const override {
    std::string text;
    for (const int id : devices_) {
      cudaDeviceProp properties{};
      check_cuda(cudaGetDeviceProperties(&properties, id), "asking for a device's name");
      text += (text.empty() ? "device " : ", device ") + std::to_string(id) + " (" +
              properties.name + ")";
    }
    return text;
  }

 private:
  std::vector<int> devices_;
};

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(const Network& network, std::uint64_t seed,
                                           const std::vector<int>& devices) {
  if (devices.empty()) throw EnvironmentError("no CUDA device was named");
  return std::make_unique<CudaBackend>(network, seed, devices);
}

CudaMemory cuda_memory(const Network& network) {
  const DeviceMemory need = device_memory(network.view());
  const auto n_workers = static_cast<std::uint64_t>(workers_per_device);
  return {n_workers * need.bytes(most_batch_paths), n_workers * need.bytes(warp_threads)};
}

}  // namespace blocrisk
