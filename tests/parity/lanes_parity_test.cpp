// A result is a set of paths, not a schedule: every number of the accumulators is the same to the
// bit from 1, 8 and 16 lanes, any number of threads and any split of the paths into calls. On the
// baseline and on random networks with every feature on.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "host/scenario/parse.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/parity.hpp"
#include "tests/support/random_scenario.hpp"

namespace blocrisk {
namespace {

using Calls = std::vector<PathRange>;
using Names = std::vector<std::string>;

constexpr int n_random = 20;
constexpr std::uint64_t n_baseline = 2400;  ///< paths, several blocks
const std::string baseline = "configs/baseline/scenario.toml";

/// -1 is the baseline, others seed a random network.
const Network& network_of(int which) {
  static std::map<int, Network> networks;
  const auto found = networks.find(which);
  if (found != networks.end()) return found->second;
  const Scenario scenario =
      which < 0 ? load_scenario(baseline, {}) : random_scenario(static_cast<std::uint64_t>(which));
  return networks.emplace(which, calibrate(scenario)).first->second;
}

Accumulators empty_state(const Network& network) {
  return Accumulators({static_cast<int>(network.members.size()),
                       static_cast<int>(network.minerals.size()), network.n_steps,
                       network.header.n_years, network.header.n_thresholds});
}

/// All calls counted into one state by one backend.
Accumulators run_calls(const Network& network, const Calls& calls, CpuOptions options) {
  Accumulators into = empty_state(network);
  const auto backend = make_cpu_backend(network, test_seed, options);
  for (const PathRange& call : calls) backend->run(call, into, nullptr);
  return into;
}

/// The calls counted one by one, as by different machines, and merged last to first.
Accumulators merge_calls(const Network& network, const Calls& calls, CpuOptions options) {
  Accumulators merged = empty_state(network);
  for (auto call = calls.rbegin(); call != calls.rend(); ++call)
    merged.merge(run_calls(network, {*call}, options));
  return merged;
}

/// The same paths in odd pieces.
struct PathSet {
  Calls whole, pieces;
};

PathSet paths_of(int which) {
  if (which < 0) return {{{0, n_baseline}}, {{777, n_baseline}, {0, 777}}};
  // Over the edge of a block of any size up to 2,048, and far beyond 2^32.
  const std::uint64_t far = 1ULL << 40;
  return {{{0, 101}, {1999, 2110}, {far + 3, far + 20}},
          {{2048, 2110}, {0, 37}, {37, 101}, {far + 3, far + 20}, {1999, 2048}}};
}

/// One lane, one thread, one call after the other: what all others must agree with.
const Accumulators& plain_result(int which) {
  static std::map<int, Accumulators> results;
  const auto found = results.find(which);
  if (found != results.end()) return found->second;
  return results
      .emplace(which,
               run_calls(network_of(which), paths_of(which).whole, {.threads = 1, .lanes = 1}))
      .first->second;
}

bool runs_here(int lanes) {
  const std::vector<int> available = available_lanes();
  return std::find(available.begin(), available.end(), lanes) != available.end();
}

class LanesParity : public testing::TestWithParam<std::tuple<int, int>> {
 protected:
  void SetUp() override {
    if (!runs_here(lanes()))
      GTEST_SKIP() << "no instructions for " << lanes() << " lanes on this machine";
  }
  int which() const { return std::get<0>(GetParam()); }
  int lanes() const { return std::get<1>(GetParam()); }
};

TEST_P(LanesParity, AnyThreadsAndCallsGiveTheBitsOfOneLane) {
  const Network& network = network_of(which());
  const PathSet paths = paths_of(which());
  const Accumulators& plain = plain_result(which());
  for (const int threads : {1, 2, 5}) {
    if (threads < 5 && lanes() == 1) continue;  // slow, and one thread is the plain result itself
    SCOPED_TRACE(std::to_string(threads) + " threads");
    EXPECT_EQ(
        differences(plain, run_calls(network, paths.whole, {.threads = threads, .lanes = lanes()})),
        Names{});
  }
  EXPECT_EQ(
      differences(plain, merge_calls(network, paths.pieces, {.threads = 2, .lanes = lanes()})),
      Names{});
}

TEST_P(LanesParity, APathAloneGivesItsSamples) {
  const Network& network = network_of(which());
  const RunResult together = run_engine(network, 40, {.threads = 1, .lanes = 1});
  const auto backend = make_cpu_backend(network, test_seed, {.threads = 1, .lanes = lanes()});
  for (const std::uint64_t path : {0u, 7u, 8u, 17u, 39u}) {
    RunOptions alone;
    alone.range = {path, path + 1};
    alone.n_samples = 1;
    const Samples samples = run_paths(network, *backend, alone).samples;
    const auto is_row_of = [path](const std::vector<float>& row, const std::vector<float>& all) {
      return std::equal(row.begin(), row.end(),
                        all.begin() + static_cast<std::ptrdiff_t>(path * row.size()));
    };
    for (std::size_t k = 0; k < samples.measure.size(); ++k)
      EXPECT_TRUE(is_row_of(samples.measure[k], together.samples.measure[k]))
          << measure_table[k].name;
    for (std::size_t k = 0; k < samples.member_measure.size(); ++k)
      EXPECT_TRUE(is_row_of(samples.member_measure[k], together.samples.member_measure[k]))
          << member_measure_table[k].name;
  }
}

std::string name_of(const testing::TestParamInfo<std::tuple<int, int>>& info) {
  const int which = std::get<0>(info.param);
  const std::string lanes = std::to_string(std::get<1>(info.param)) + "Lanes";
  return (which < 0 ? "Baseline" : "Random" + std::to_string(which)) + "With" + lanes;
}

INSTANTIATE_TEST_SUITE_P(Networks, LanesParity,
                         testing::Combine(testing::Range(-1, n_random), testing::Values(1, 8, 16)),
                         name_of);

TEST(LanesParityTest, AllWidthsMergeIntoOneResult) {
  const Network& network = network_of(-1);
  Accumulators merged = empty_state(network);
  std::uint64_t first = 0;
  const std::vector<int> widths = available_lanes();
  for (const int lanes : widths) {
    const std::uint64_t last = lanes == widths.back() ? n_baseline : first + 777;
    merged.merge(run_calls(network, {{first, last}}, {.threads = 2, .lanes = lanes}));
    first = last;
  }
  EXPECT_EQ(differences(plain_result(-1), merged), Names{});
}

// The comparison itself: one path moved by one place, or another seed, is seen everywhere.
TEST(LanesParityTest, AnotherPathIsNoticed) {
  const Network& network = network_of(-1);
  const Names found = differences(run_calls(network, {{0, 300}}, {}),
                                  run_calls(network, {{0, 299}, {300, 301}}, {}));
  for (const std::string part :
       {"histogram", "moments", "member_histogram", "member_moments", "cover_histogram",
        "cover_sum", "price_histogram", "price_sum", "restricted_sum", "block_digest"}) {
    const auto names_it = [&](const std::string& name) { return name.rfind(part, 0) == 0; };
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), names_it)) << part;
  }
}

}  // namespace
}  // namespace blocrisk
