// A CUDA device against the CPU with one lane: the same bits, in every count and sum.
#include <gtest/gtest.h>

#include "host/engine/cuda_backend.hpp"
#include "tests/support/parity.hpp"

namespace blocrisk {
namespace {

TEST(CudaDevices, SaysWhyThereAreNone) {
  std::string reason;
  const std::vector<CudaDevice> devices = cuda_devices(&reason);
  EXPECT_EQ(devices.empty(), !reason.empty()) << reason;
}

class CudaParity : public testing::TestWithParam<ParityCase> {
 protected:
  void SetUp() override {
    std::string reason;
    devices_ = cuda_devices(&reason);
    if (devices_.empty()) GTEST_SKIP() << reason;
  }
  std::vector<std::string> compare(const std::vector<int>& devices) {
    return compare_with_cpu(GetParam(), [&](const Network& network, std::uint64_t seed) {
      std::unique_ptr<Backend> backend = make_cuda_backend(network, seed, devices);
      EXPECT_EQ(backend->name(), "cuda");
      return backend;
    });
  }
  std::vector<CudaDevice> devices_;
};

TEST_P(CudaParity, HasTheBitsOfOneLane) {
  EXPECT_EQ(compare({devices_.front().id}), std::vector<std::string>{});
}

TEST_P(CudaParity, SplitOverTwoWorkersHasTheSameBits) {
  EXPECT_EQ(compare({devices_.front().id, devices_.back().id}), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Cases, CudaParity, testing::ValuesIn(parity_cases(64)),
                         [](const auto& one) { return "case_" + std::to_string(one.index); });

}  // namespace

void PrintTo(const ParityCase& parity_case, std::ostream* out) { *out << parity_case.name; }

}  // namespace blocrisk
