// The device's code and launch order, run by a loop on the host, against the CPU with one lane.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>

#include "host/scenario/calibrate.hpp"
#include "host/scenario/parse.hpp"
#include "host/support/error.hpp"
#include "kernels/cuda/call_length.hpp"
#include "tests/parity/emulated_backend.hpp"
#include "tests/parity/warp_emulator.hpp"
#include "tests/support/parity.hpp"
#include "tests/support/random_scenario.hpp"

namespace blocrisk {
namespace {

constexpr int most_batch_paths = 64;  // several batches even for the few paths a test can afford

class CudaEmulation : public testing::TestWithParam<ParityCase> {};

MakeBackend emulate(Emulation emulation) {
  return [emulation](const Network& network, std::uint64_t seed) {
    return make_emulated_backend(network, seed, emulation);
  };
}

TEST_P(CudaEmulation, HasTheBitsOfOneLane) {
  EXPECT_EQ(compare_with_cpu(GetParam(), emulate({most_batch_paths})), std::vector<std::string>{});
}

// Two workers on one device, each with batches of its own.
TEST(CudaEmulationTest, SharedDeviceHasTheSameBits) {
  const ParityCase baseline = parity_cases(1).front();
  EXPECT_EQ(compare_with_cpu(baseline, emulate({most_batch_paths / 2, 2})),
            std::vector<std::string>{});
}

/// Stages and widest row of a network's chains.
using Shapes = std::set<std::pair<int, int>>;
void add_shapes(const Network& network, Shapes& shapes) {
  for (const ChainSpec& chain : network.chains) {
    int widest = 1;
    for (int s = 0; s < chain.n_stages; ++s)
      widest = std::max({widest, chain.stages[s].n_nodes, chain.stages[s].n_sinks});
    shapes.insert({chain.n_stages, widest <= 16 ? 1 : widest <= 32 ? 2 : 4});
  }
}

// Kernels differ by the number of stages and by how many slots a lane holds.
TEST(CudaEmulationTest, RandomNetworksOfEveryShapeHaveTheBitsOfOneLane) {
  const MakeBackend make = emulate({most_batch_paths});
  Shapes shapes;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const bool wide = seed > 8;
    const Network network = calibrate(wide ? wide_random_scenario(seed) : random_scenario(seed));
    add_shapes(network, shapes);
    EXPECT_EQ(compare_with_cpu(network, {{5, 5 + 6}}, make), std::vector<std::string>{})
        << (wide ? "wide " : "") << seed;
  }
  for (const int n_stages : {1, 2, 3, 4})
    for (const int n_pieces : {1, 2, 4})
      EXPECT_TRUE(shapes.contains({n_stages, n_pieces})) << n_stages << " " << n_pieces;
}

TEST(WarpEmulatorTest, LanesSeeEachOther) {
  std::vector<std::uint32_t> seen;
  run_warp([&](int lane) {
    EXPECT_EQ(lane, emulated_lane());
    const std::uint32_t first = emulated_exchange(static_cast<std::uint32_t>(lane), 4)[31 - lane];
    seen.push_back(emulated_exchange(first, 8)[31 - lane]);
  });
  for (std::uint32_t lane = 0; lane < 32; ++lane) EXPECT_EQ(seen.at(lane), lane);
}

TEST(WarpEmulatorTest, LanesThatPartAreNoticed) {
  const auto exchange_at = [](int site) { emulated_exchange(0, site); };
  EXPECT_THROW(run_warp([&](int lane) { exchange_at(lane == 7 ? 8 : 4); }), std::logic_error);
  for (const int quitter : {0, 7, 31}) {
    EXPECT_THROW(run_warp([&](int lane) {
                   exchange_at(4);
                   if (lane != quitter) exchange_at(4);
                 }),
                 std::logic_error);
    EXPECT_THROW(run_warp([&](int lane) {
                   if (lane != quitter) exchange_at(4);
                 }),
                 std::logic_error);
  }
  EXPECT_THROW(run_warp([](int lane) {
                 if (lane == 3) throw std::runtime_error("a lane's own failure");
               }),
               std::runtime_error);
  EXPECT_NO_THROW(run_warp([&](int) { exchange_at(4); }));
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
    shifted->backend = make_emulated_backend(network, seed, {most_batch_paths});
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

/// The baseline's network over one year, for a device that is slow on a host.
Network one_year() {
  const std::vector<std::string> overrides{"clock.years=1"};
  return calibrate(load_scenario("configs/baseline/scenario.toml", overrides));
}

AccumulatorShape shape_of(const Network& network) {
  return {static_cast<int>(network.members.size()), static_cast<int>(network.minerals.size()),
          network.n_steps, network.header.n_years, network.header.n_thresholds};
}

std::string failure_of(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

// Wherever the device is lost, while it is tried out, in a batch or while counts are fetched, the
// run ends with what to do about it, and no thread is left behind.
TEST(CudaEmulationTest, LostDeviceEndsTheRun) {
  const Network network = one_year();
  for (const int launches : {0, 9, 24, 40}) {
    const std::string said = failure_of([&] {
      const auto backend = make_emulated_backend(
          network, 1, {.most_batch_paths = 32, .lost_after_launches = launches});
      Accumulators into(shape_of(network));
      backend->run({0, 512}, into, nullptr);
    });
    EXPECT_NE(said.find("uncorrectable ECC error"), std::string::npos) << launches << said;
    EXPECT_NE(said.find("choose another with --devices"), std::string::npos) << launches << said;
  }
}

// What a device is too small for is known before anything is sampled.
TEST(CudaEmulationTest, MemoryIsEnoughOrRefused) {
  const Network network = one_year();
  const auto make = [&](std::size_t free_bytes) {
    return failure_of([&] {
      make_emulated_backend(network, 1, {.most_batch_paths = 64, .free_bytes = free_bytes});
    });
  };
  // Two workers share four fifths of what is free.
  const std::size_t enough = emulated_bytes(network, 32) * 2 * 5 / 4 + 8;
  EXPECT_EQ(make(enough), "");
  const std::string said = make(enough * 99 / 100);
  EXPECT_NE(said.find("MiB to spare, this scenario takes at least"), std::string::npos) << said;
  EXPECT_NE(said.find("--backend cpu"), std::string::npos) << said;
}

// A second of work a call, whatever the device's speed.
TEST(CudaEmulationTest, CallsComeToLastASecond) {
  CallLength call(1);
  const std::uint64_t first = call.paths();
  call.learn(first, 0.125);
  EXPECT_EQ(call.paths(), 8 * first);
  call.learn(first, 0.001);  // the run's short end
  EXPECT_EQ(call.paths(), 8 * first);
  call.learn(8 * first, 100);
  EXPECT_EQ(call.paths(), first);
  EXPECT_EQ(CallLength(3).paths(), 3 * first);
}

INSTANTIATE_TEST_SUITE_P(Cases, CudaEmulation, testing::ValuesIn(parity_cases(1)),
                         [](const auto& one) { return "case_" + std::to_string(one.index); });

}  // namespace

void PrintTo(const ParityCase& parity_case, std::ostream* out) { *out << parity_case.name; }

}  // namespace blocrisk
