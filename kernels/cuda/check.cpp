#include "kernels/cuda/check.hpp"

#include "host/support/error.hpp"

namespace blocrisk {

const char* advice(cudaError_t status) {
  switch (status) {
    case cudaErrorMemoryAllocation:
      return "free memory on the device, choose another with --devices, or use --backend cpu";
    case cudaErrorInsufficientDriver:
      return "update the NVIDIA driver, or use --backend cpu";
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
      return "`blocrisk devices` lists what is here; CUDA_VISIBLE_DEVICES may hide devices";
    case cudaErrorDevicesUnavailable:
      return "another process holds the device for itself; wait, or choose another with --devices";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
    case cudaErrorInvalidPtx:
      return "this build has no code for the device: update the driver, or rebuild with "
             "-DCMAKE_CUDA_ARCHITECTURES=native";
    case cudaErrorLaunchTimeout:
      return "the device also drives a display, whose watchdog stopped the kernel; use another";
    default:
      return "`nvidia-smi` and the system's log may say why: run again, choose another with "
             "--devices, or use --backend cpu";
  }
}

std::string describe(cudaError_t status) {
  return std::string(cudaGetErrorString(status)) + " (" + cudaGetErrorName(status) + ")";
}

void fail_cuda(cudaError_t status, const std::string& doing) {
  cudaGetLastError();  // leave no error behind for the next call to find
  throw EnvironmentError("CUDA failed while " + doing + ": " + describe(status) + "; " +
                         advice(status));
}

}  // namespace blocrisk
