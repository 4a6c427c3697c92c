// A CUDA device against the CPU with one lane: the same bits, in every count and sum. Skipped where
// there is no device, but failed where the environment has BLOCRISK_REQUIRE_GPU.
#include <gtest/gtest.h>

#include <cstdlib>

#include "host/engine/cuda_backend.hpp"
#include "tests/support/parity.hpp"

namespace blocrisk {
namespace {

class CudaParity : public testing::TestWithParam<ParityCase> {
 protected:
  void SetUp() override {
    std::string reason;
    devices_ = cuda_devices(&reason);
    if (!devices_.empty()) return;
    if (std::getenv("BLOCRISK_REQUIRE_GPU") != nullptr)
      FAIL() << "BLOCRISK_REQUIRE_GPU is set, and " << reason;
    GTEST_SKIP() << reason;
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
