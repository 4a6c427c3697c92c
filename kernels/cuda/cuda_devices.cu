/// \file
/// Which devices are here and run this build, or why there are none.
#include <cuda_runtime.h>

#include <string>
#include <vector>

#include "host/engine/cuda_backend.hpp"
#include "kernels/cuda/check.hpp"

namespace blocrisk {
namespace {

/// There is code for a device if there is code for this.
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

/// Adds the device if this build runs on it; otherwise says why not.
void inspect(int id, std::vector<CudaDevice>& devices, std::string& reason) {
  cudaDeviceProp properties{};
  cudaError_t status = cudaGetDeviceProperties(&properties, id);
  if (status == cudaSuccess) status = cudaSetDevice(id);
  cudaFuncAttributes attributes{};
  if (status == cudaSuccess) status = cudaFuncGetAttributes(&attributes, probe_kernel);
  if (status == cudaSuccess) {
    devices.push_back(
        {id, properties.name, properties.totalGlobalMem, properties.major, properties.minor});
    return;
  }
  cudaGetLastError();
  reason += (reason.empty() ? "device " : "; device ") + std::to_string(id) + " (" +
            properties.name + ", compute capability " + std::to_string(properties.major) + "." +
            std::to_string(properties.minor) + ") does not run this build: " + describe(status);
}

}  // namespace

std::vector<CudaDevice> cuda_devices(std::string* reason) {
  std::vector<CudaDevice> devices;
  std::string why;
  int n_devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&n_devices);
  cudaGetLastError();
  if (status != cudaSuccess || n_devices == 0) {
    why = no_devices_reason(status);
  } else {
    for (int id = 0; id < n_devices; ++id) inspect(id, devices, why);
  }
  if (reason != nullptr) *reason = devices.empty() ? why : "";
  return devices;
}

}  // namespace blocrisk
