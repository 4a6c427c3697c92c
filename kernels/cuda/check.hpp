/// \file
/// Every CUDA call's status is looked at: a failure becomes an EnvironmentError that says what to
/// do.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

namespace blocrisk {

/// "out of memory (cudaErrorMemoryAllocation)".
std::string describe(cudaError_t status);

/// What a user can do about it.
const char* advice(cudaError_t status);

/// Throws an EnvironmentError: what was being done, what CUDA says, and what to do about it.
[[noreturn]] void fail_cuda(cudaError_t status, const std::string& doing);

inline void check_cuda(cudaError_t status, const char* doing) {
  if (status != cudaSuccess) fail_cuda(status, doing);
}

}  // namespace blocrisk
