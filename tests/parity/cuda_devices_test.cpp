// What the CUDA runtime says of this machine, whatever it has.
#include <gtest/gtest.h>

#include "host/engine/cuda_backend.hpp"

namespace blocrisk {
namespace {

TEST(CudaDevices, AreThereOrTheReasonIs) {
  std::string reason;
  const std::vector<CudaDevice> devices = cuda_devices(&reason);
  EXPECT_TRUE(!devices.empty() || !reason.empty());
  EXPECT_LE(cuda_devices(nullptr, 1).size(), 1U);
}

}  // namespace
}  // namespace blocrisk
