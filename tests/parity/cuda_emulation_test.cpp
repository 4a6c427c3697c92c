// The device's code and launch order, run by a loop on the host, against the CPU with one lane.
#include <gtest/gtest.h>

#include <algorithm>

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

// The comparison itself: it sees one path moved by one place.
TEST(CudaEmulationTest, AnotherPathIsNoticed) {
  struct Shifted final : Backend {
    std::unique_ptr<Backend> backend;
    std::string name() const override { return "shifted"; }
    std::string device() const override { return "host"; }
    std::uint64_t batch_paths() const override { return 1; }
    void run(PathRange range, Accumulators& into, Samples* samples) override {
      if (range.first > 0) range = {range.first + 1, range.last + 1};
      backend->run(range, into, samples);
    }
  };
  const auto make = [](const Network& network, std::uint64_t seed) {
    auto shifted = std::make_unique<Shifted>();
    shifted->backend = make_emulated_backend(network, seed, most_batch_paths);
    return shifted;
  };
  const std::vector<std::string> found = compare_with_cpu(parity_cases(1).front(), make);
  for (const std::string part :
       {"histogram", "moments", "member_histogram", "cover_histogram", "price_sum",
        "restricted_sum", "block_digest", "sampled measure"}) {
    const auto names_it = [&](const std::string& name) { return name.rfind(part, 0) == 0; };
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), names_it)) << part;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, CudaEmulation, testing::ValuesIn(parity_cases(4)),
                         [](const auto& one) { return "case_" + std::to_string(one.index); });

}  // namespace

void PrintTo(const ParityCase& parity_case, std::ostream* out) { *out << parity_case.name; }

}  // namespace blocrisk
