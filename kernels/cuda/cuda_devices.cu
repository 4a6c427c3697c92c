/// \file
/// Which devices are here and run this build, or why there are none.
#include <cuda_runtime.h>

#include <string>
#include <vector>

#include "host/engine/cuda_backend.hpp"
#include "kernels/cuda/check.hpp"

namespace blocrisk {
namespace {

/// There is code for a device if there is code for this, and it works if this does.
__global__ void probe_kernel() {}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/// Why the runtime counts no devices.
std::string no_devices_reason(cudaError_t status) {
  int driver = 0;
  int runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  if (driver == 0) return "no NVIDIA driver is installed";
  if (status == cudaErrorInsufficientDriver) {
    return "the NVIDIA driver is too old: it knows CUDA " + version_text(driver) +
           ", this build needs " + version_text(runtime) + "; update the driver";
  }
  if (status == cudaErrorNoDevice || status == cudaSuccess) {
    return "the NVIDIA driver sees no device (CUDA_VISIBLE_DEVICES may hide them)";
  }
  return "the NVIDIA driver does not work: " + describe(status);
}

/// Loads the build's code for the device and runs some of it.
cudaError_t probe(int id) {
  cudaError_t status = cudaSetDevice(id);
  if (status == cudaSuccess) {
    probe_kernel<<<1, 1>>>();
    status = cudaGetLastError();
  }
  if (status == cudaSuccess) status = cudaDeviceSynchronize();
  cudaGetLastError();
  return status;
}

/// Adds the device if this build runs on it; otherwise says why not.
void inspect(int id, std::vector<CudaDevice>& devices, std::string& reason) {
  cudaDeviceProp properties{};
  cudaError_t status = cudaGetDeviceProperties(&properties, id);
  int clock_khz = 0;
  if (status == cudaSuccess) status = cudaDeviceGetAttribute(&clock_khz, cudaDevAttrClockRate, id);
  if (status == cudaSuccess) status = probe(id);
  if (status == cudaSuccess) {
    devices.push_back({id, properties.name, properties.totalGlobalMem, properties.major,
                       properties.minor, properties.multiProcessorCount, 1e3 * clock_khz});
    return;
  }
  cudaGetLastError();
  reason += (reason.empty() ? "device " : "; device ") + std::to_string(id) + " (" +
            properties.name + ", compute capability " + std::to_string(properties.major) + "." +
            std::to_string(properties.minor) + ") does not run this build: " + describe(status) +
            ": " + advice(status);
}

}  // namespace

std::vector<CudaDevice> cuda_devices(std::string* reason, int most) {
  std::vector<CudaDevice> devices;
  std::string why;
  int n_devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&n_devices);
  cudaGetLastError();
  if (status != cudaSuccess || n_devices == 0) {
    why = no_devices_reason(status);
  } else {
    for (int id = 0; id < n_devices && static_cast<int>(devices.size()) < most; ++id)
      inspect(id, devices, why);
  }
  if (reason != nullptr) *reason = why;
  return devices;
}

}  // namespace blocrisk
