// The device's code and launch order, run by a loop on the host, against the CPU with one lane.
#include <gtest/gtest.h>

#include "tests/parity/emulated_backend.hpp"
#include "tests/support/parity.hpp"

namespace blocrisk {
namespace {

constexpr int most_batch_paths = 64;  // several batches even for the few paths a test can afford

class CudaEmulation : public testing::TestWithParam<ParityCase> {};

TEST_P(CudaEmulation, HasTheBitsOfOneLane) {
  const auto make = [](const Network& network, std::uint64_t seed) {
    return make_emulated_backend(network, seed, most_batch_paths);
  };
  EXPECT_EQ(compare_with_cpu(GetParam(), make), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Cases, CudaEmulation, testing::ValuesIn(parity_cases(1)),
                         [](const auto& info) { return "case_" + std::to_string(info.index); });

}  // namespace

void PrintTo(const ParityCase& parity_case, std::ostream* out) { *out << parity_case.name; }

}  // namespace blocrisk
