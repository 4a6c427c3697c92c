// Batches of the CPU backend: short enough that a run can be watched and stopped whatever its
// network, and no business of the result's.
#include "host/cpu/cpu_backend.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "host/cpu/engine_lanes.hpp"
#include "host/engine/run.hpp"
#include "host/engine/work.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/parse.hpp"
#include "tests/support/parity.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t seed = 7;

Network baseline_with(const std::vector<std::string>& overrides) {
  return calibrate(load_scenario("configs/baseline/scenario.toml", overrides));
}

/// 4,096 steps, the most there are.
const std::vector<std::string> most_steps = {"clock.years=4", "clock.steps_per_year=1024"};

std::uint64_t batch_of(const Network& network, CpuOptions options) {
  return make_cpu_backend(network, seed, options)->batch_paths();
}

double batch_s(const Network& network, CpuOptions options) {
  return static_cast<double>(batch_of(network, options)) * operations_per_path(network.view()) /
         assumed_operations_per_s(options.lanes) / options.threads;
}

/// A second, or four times what a thread's memory takes to be readied and handed over.
double wanted_s(const Network& network, CpuOptions options) {
  const CpuMemory memory = cpu_memory(network, options, {0, 1});
  return std::max(1.0, 4.0 * static_cast<double>(memory.bytes_per_thread) / 1e9);
}

TEST(CpuBatch, IsAboutASecondOfWorkWhateverTheNetwork) {
  for (const auto& overrides :
       {std::vector<std::string>{}, std::vector<std::string>{"clock.years=50"}, most_steps}) {
    const Network network = baseline_with(overrides);
    for (const int lanes : available_lanes()) {
      for (const int threads : {1, 2, 7}) {
        const CpuOptions options{threads, lanes};
        const double share = batch_s(network, options) / wanted_s(network, options);
        EXPECT_GT(share, 0.5) << lanes << " lanes, " << threads << " threads";
        EXPECT_LE(share, 1.0) << lanes << " lanes, " << threads << " threads";
      }
    }
  }
}

TEST(CpuBatch, HoldsWholeBlocksWhereTheseAreShorter) {
  const Network network = baseline_with({});
  const std::uint64_t batch = batch_of(network, {3, available_lanes().back()});
  if (available_lanes().back() == 1) GTEST_SKIP() << "no vectors here";
  EXPECT_EQ(batch % (3 * paths_per_block(network.view())), 0u);
}

TEST(CpuBatch, IsWholeVectorsForEachThread) {
  const Network network = baseline_with(most_steps);
  for (const int lanes : available_lanes()) {
    const std::uint64_t batch = batch_of(network, {5, lanes});
    EXPECT_GT(batch, 0u);
    EXPECT_LT(batch, 5 * paths_per_block(network.view())) << "blocks are split";
    EXPECT_EQ(batch % (5u * static_cast<unsigned>(lanes)), 0u) << lanes;
  }
}

TEST(CpuBatch, IsBoundedForTheSmallestNetwork) {
  Scenario scenario = sole_supplier();
  scenario.clock.years = 1.0 / 12.0;
  resolve(scenario);
  EXPECT_LE(batch_of(calibrate(scenario), {1, 1}), std::uint64_t{1} << 18);
}

TEST(CpuBatch, ChangesNoBitWhereBlocksAreSplit) {
  Scenario scenario = sole_supplier();
  scenario.clock.years = 4.0;
  scenario.clock.steps_per_year = 1024;
  scenario.actors.front().events_per_yr = {2.0};
  resolve(scenario);
  const Network network = calibrate(scenario);
  const auto run = [&](CpuOptions options, std::uint64_t batch_paths) {
    const auto backend = make_cpu_backend(network, seed, options);
    return run_paths(network, *backend, {{900, 1300}, 0, batch_paths, {}}).accumulators;
  };
  ASSERT_LT(batch_of(network, {1, 1}), paths_per_block(network.view()));
  const Accumulators whole = run({1, available_lanes().back()}, 400);
  EXPECT_GT(whole.worst[0].paths().size(), 0u);
  for (const std::uint64_t batch_paths : {0, 77}) {
    for (const int threads : {1, 3}) {
      EXPECT_EQ(differences(whole, run({threads, 1}, batch_paths)), std::vector<std::string>{})
          << batch_paths << " paths a batch, " << threads << " threads";
    }
  }
}

TEST(CpuMemory, CountsTheThreadsThatARangeKeepsBusy) {
  const Network network = baseline_with({});
  const auto threads = [&](PathRange range) { return cpu_memory(network, {64, 1}, range).threads; };
  EXPECT_EQ(threads({0, 1}), 1);
  EXPECT_EQ(threads({0, 1'000'000'000}), 64);
  constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(threads({top - 1, top}), 1);
  const CpuMemory memory = cpu_memory(network, {64, 1}, {0, 1'000'000'000});
  EXPECT_EQ(memory.bytes(), 64 * memory.bytes_per_thread);
  EXPECT_GT(memory.bytes_per_thread,
            paths_per_block(network.view()) * result_bytes_per_path(network.view()));
}

}  // namespace
}  // namespace blocrisk
