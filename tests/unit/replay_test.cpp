// A path played again alone: the bits of its run, and a story whose parts add up.
#include "host/replay/story.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "host/replay/deliveries.hpp"
#include "host/scenario/parse.hpp"
#include "kernels/model/causes.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/random_scenario.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk {
namespace {

using Q = StoryQuantity;

const char* const baseline = "configs/baseline/scenario.toml";

StorySelection everything(const Network& network) {
  StorySelection all{std::vector<int>(network.members.size()),
                     std::vector<int>(network.minerals.size())};
  std::iota(all.members.begin(), all.members.end(), 0);
  std::iota(all.minerals.begin(), all.minerals.end(), 0);
  return all;
}

/// The row of a path among samples, one value a row entry.
std::vector<float> row_of(const std::vector<float>& values, std::uint64_t path,
                          std::uint64_t n_paths) {
  const std::size_t width = values.size() / n_paths;
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(path * width);
  return {first, first + static_cast<std::ptrdiff_t>(width)};
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Every measure of every path of a sampled run, against the path alone.
void expect_bits_of_the_run(const Network& network, std::uint64_t n_paths) {
  const RunResult run = run_engine(network, n_paths);
  for (std::uint64_t path = 0; path < n_paths; ++path) {
    SCOPED_TRACE("path " + std::to_string(path));
    const Samples alone = measure_path(network, test_seed, path).values;
    for (std::size_t k = 0; k < alone.measure.size(); ++k)
      EXPECT_TRUE(same_bits(alone.measure[k], row_of(run.samples.measure[k], path, n_paths)))
          << measure_table[k].name;
    for (std::size_t k = 0; k < alone.member_measure.size(); ++k)
      EXPECT_TRUE(
          same_bits(alone.member_measure[k], row_of(run.samples.member_measure[k], path, n_paths)))
          << member_measure_table[k].name;
  }
}

TEST(MeasuresOfAPath, AreTheRunsToTheBit) {
  expect_bits_of_the_run(calibrate(load_scenario(baseline)), 200);
}

TEST(MeasuresOfAPath, AreTheRunsToTheBitOnAnyNetwork) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    expect_bits_of_the_run(calibrate(random_scenario(seed)), 37);
  for (std::uint64_t seed = 1; seed <= 2; ++seed)
    expect_bits_of_the_run(calibrate(wide_random_scenario(seed)), 5);
}

TEST(MeasuresOfAPath, AreTheValuesOfTheWorstLists) {
  const Network network = calibrate(load_scenario(baseline));
  const RunResult run = run_engine(network, 1000);
  const int n_minerals = network.header.n_minerals;
  int n_checked = 0;
  for (int cell = 0; cell < static_cast<int>(run.accumulators.worst.size()); cell += 7) {
    for (const WorstPath& worst : run.accumulators.worst[static_cast<std::size_t>(cell)].paths()) {
      if (n_checked++ % 10 != 0) continue;
      const PathMeasures alone = measure_path(network, test_seed, worst.path);
      EXPECT_EQ(alone.of(Measure::shortfall, cell / n_minerals, cell % n_minerals), worst.value);
    }
  }
  for (int member = 0; member < network.header.n_members; ++member) {
    const auto& list = run.accumulators.member_worst[static_cast<std::size_t>(member)].paths();
    const PathMeasures alone = measure_path(network, test_seed, list.front().path);
    EXPECT_EQ(alone.of(MemberMeasure::loss, member), list.front().value);
  }
  EXPECT_GT(n_checked, 500);
}

TEST(MeasuresOfAPath, AddUpToTheDigestsOfTheirBlocks) {
  const Network network = calibrate(load_scenario(baseline));
  const PathRange range{digest_block_paths - 9, digest_block_paths + 14};
  const auto backend = make_cpu_backend(network, test_seed, {});
  Accumulators state(shape_of(network));
  backend->run(range, state, nullptr);
  std::map<std::uint64_t, std::uint64_t> digests;
  for (std::uint64_t path = range.first; path < range.last; ++path)
    digests[path / digest_block_paths] += measure_path(network, test_seed, path).digest;
  EXPECT_EQ(digests, state.block_digest);
}

TEST(Story, HasTheMeasuresOfThePathWhateverItShows) {
  const Scenario scenario = load_scenario(baseline);
  const Network network = calibrate(scenario);
  const PathMeasures alone = measure_path(network, test_seed, 11);
  const Story story = tell_story(scenario, network, test_seed, 11, {{2}, {3, 6}});
  EXPECT_EQ(story.measures.digest, alone.digest);
  EXPECT_EQ(story.members, std::vector<std::string>{"JPN"});
  EXPECT_EQ(story.shape(StoryAxes::cell), (std::vector<int>{1, 2, 60}));
  EXPECT_EQ(story_bytes(scenario, network, story.shown) / sizeof(float),
            std::accumulate(story.values.begin(), story.values.end(), std::size_t{0},
                            [](std::size_t n, const auto& values) { return n + values.size(); }));
}

/// Sums over time what a cell's measures are made of.
struct CellSums {
  double unmet = 0.0, demand = 0.0, by_cause = 0.0, drawn = 0.0;
  int short_steps = 0;

  CellSums(const Story& story, int member, int mineral) {
    for (int step = 0; step < story.n_steps(); ++step) {
      unmet += story.at(Q::unmet, {member, mineral, step});
      demand += story.at(Q::reference_demand, {member, mineral, step});
      drawn += story.at(Q::drawn, {member, mineral, step});
      short_steps +=
          story.at(Q::shortfall, {member, mineral, step}) > story.facts.short_threshold ? 1 : 0;
      for (int country = 0; country < static_cast<int>(story.countries.size()); ++country) {
        for (int cause = 0; cause < n_causes; ++cause) {
          const float tonnes = story.at(Q::unmet_by_cause, {member, mineral, country, cause, step});
          by_cause += std::isnan(tonnes) ? 0.0 : tonnes;
        }
      }
    }
  }
};

TEST(Story, AddsUpToTheMeasures) {
  int n_short = 0;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    SCOPED_TRACE("random network " + std::to_string(seed));
    const Scenario scenario = random_scenario(seed);
    const Network network = calibrate(scenario);
    const Story story = tell_story(scenario, network, test_seed, seed, everything(network));
    for (int member = 0; member < network.header.n_members; ++member) {
      for (int mineral = 0; mineral < network.header.n_minerals; ++mineral) {
        if (!cell_has_demand(network, member, mineral)) continue;
        const CellSums sums(story, member, mineral);
        const auto measure = [&](Measure which) -> double {
          return story.measures.of(which, member, mineral);
        };
        EXPECT_NEAR(sums.unmet / sums.demand, measure(Measure::shortfall), 1e-5);
        EXPECT_NEAR(sums.drawn / sums.demand, measure(Measure::drawn), 1e-5);
        EXPECT_NEAR(sums.by_cause, sums.unmet, 1e-5 * sums.demand);
        EXPECT_NEAR(sums.short_steps * story.facts.months_per_step(),
                    measure(Measure::months_short), 1e-3);
        n_short += sums.short_steps > 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(n_short, 10);
}

TEST(Story, LetsNoRestrictionBeginWithoutAnEventThatHits) {
  const Scenario scenario = load_scenario(baseline);
  const Network network = calibrate(scenario);
  int n_begun = 0;
  for (std::uint64_t path = 0; path < 5; ++path) {
    const Story story = tell_story(scenario, network, test_seed, path, everything(network));
    const auto extents = story.shape(StoryAxes::node);
    for (int m = 0; m < extents[0]; ++m) {
      for (int s = 0; s < extents[1]; ++s) {
        for (int c = 0; c < extents[2]; ++c) {
          for (int step = 0; step < extents[3]; ++step) {
            const bool now = story.at(Q::severity, {m, s, c, step}) > 0.0f;
            const bool before = step > 0 && story.at(Q::severity, {m, s, c, step - 1}) > 0.0f;
            if (!now || before) continue;
            ++n_begun;
            bool explained = false;
            for (const StoryEvent& event : story.events) {
              for (const StoryEvent::Hit& hit : event.hits)
                explained = explained || (event.step == step && hit == StoryEvent::Hit{m, s, c});
            }
            EXPECT_TRUE(explained) << path << " " << m << " " << s << " " << c << " " << step;
          }
        }
      }
    }
  }
  EXPECT_GT(n_begun, 20);
}

/// Checks the split of every stage and step against the kernels' needs and gaps.
class DeliveryAuditor final : public PathWatcher {
 public:
  DeliveryAuditor(const Network& network, int mineral)
      : net_(network.view()), chain_(network.chains[static_cast<std::size_t>(mineral)]) {}

  int n_restricted = 0;

  void stage(int step, int s, const ChainState<OneLane>& state, float leftover_t) override {
    const StageSpec& spec = chain_.stages[s];
    const Deliveries deliveries = split_deliveries(net_, chain_, s, state);
    double need = 0.0;
    for (int j = 0; j < spec.n_sinks; ++j) need += state.stage[s].sink[j].need_t;
    const double tolerance = 5e-6 * (need + leftover_t);
    for (int j = 0; j < spec.n_sinks; ++j) {
      double got = 0.0;
      for (int i = 0; i < spec.n_nodes; ++i) got += deliveries.at(i, j);
      const Sink<OneLane>& sink = state.stage[s].sink[j];
      EXPECT_NEAR(got, sink.need_t - sink.gap_t, tolerance) << step << " " << s << " " << j;
    }
    for (int i = 0; i < spec.n_nodes; ++i) {
      double gave = 0.0;
      for (int j = 0; j < spec.n_sinks; ++j) {
        EXPECT_GE(deliveries.at(i, j), 0.0);
        gave += deliveries.at(i, j);
      }
      EXPECT_LE(gave, state.stage[s].node[i].output_t + tolerance) << step << " " << s << " " << i;
    }
    n_restricted += some_raised<OneLane>(spec.n_nodes, state.stage[s].restricting) ? 1 : 0;
  }

 private:
  NetworkView net_;
  const ChainSpec& chain_;
};

TEST(Deliveries, AreWhatTheKernelsHandOut) {
  int n_restricted = 0;
  const auto audit = [&](const Scenario& scenario, std::uint64_t n_paths) {
    const Network network = calibrate(scenario);
    OnePath path(network, test_seed);
    for (std::uint64_t k = 0; k < n_paths; ++k) {
      path.sample_world(k);
      for (int m = 0; m < network.header.n_minerals; ++m) {
        DeliveryAuditor auditor(network, m);
        path.run_chain(m, auditor);
        n_restricted += auditor.n_restricted;
      }
    }
  };
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    SCOPED_TRACE("random network " + std::to_string(seed));
    audit(random_scenario(seed), 4);
  }
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    SCOPED_TRACE("wide network " + std::to_string(seed));
    audit(wide_random_scenario(seed), 1);
  }
  audit(load_scenario(baseline), 2);
  EXPECT_GT(n_restricted, 1000);
}

/// One cell's unmet need of a cause and country over the horizon, in tonnes.
double blamed(const Story& story, int country, Cause cause) {
  double sum = 0.0;
  for (int step = 0; step < story.n_steps(); ++step) {
    const float tonnes =
        story.at(Q::unmet_by_cause, {0, 0, country, static_cast<int>(cause), step});
    sum += std::isnan(tonnes) ? 0.0 : tonnes;
  }
  return sum;
}

Story story_of(Scenario scenario) {
  resolve(scenario);
  return tell_story(scenario, calibrate(scenario), test_seed, 0, {{0}, {0}});
}

TEST(Causes, ABanIsTheSuppliersRestriction) {
  Scenario scenario = sole_supplier();
  schedule(scenario, 3.0, 2.0, 0.5);
  const Story story = story_of(scenario);
  EXPECT_NEAR(blamed(story, 0, Cause::restriction), 100.0, 1e-3);
  EXPECT_NEAR(blamed(story, 1, Cause::demand_growth), 0.0, 1e-3);
  EXPECT_FLOAT_EQ(story.at(Q::delivery, {0, 0, 0, 0, 3}), 50.0f);
  EXPECT_FLOAT_EQ(story.at(Q::delivery, {0, 0, 0, 0, 5}), 100.0f);
}

TEST(Causes, DemandThatOutgrowsSupplyIsTheBuyersOwn) {
  Scenario scenario = sole_supplier();
  scenario.demand.front().growth_per_yr = 0.2;
  const Story story = story_of(scenario);
  const double unmet = CellSums(story, 0, 0).unmet;
  EXPECT_GT(unmet, 100.0);
  EXPECT_NEAR(blamed(story, 1, Cause::demand_growth), unmet, 1e-3 * unmet);
}

TEST(Causes, AreTakenApartInOrder) {
  // Closed to 60 %, down by half of that, half of what is left blocked: of 100 t a step 40 t, 30 t
  // and 15 t, with all of it under contract.
  Scenario scenario = sole_supplier();
  Mineral& law = scenario.minerals.front();
  law.spot_fraction = 0.0;
  law.initial_price_ratio = 0.9;
  law.close_ratio = 0.75;
  law.close_per_yr = 1e4;
  NodeRow& node = scenario.nodes.front();
  node.cash_cost_ratio = 1.0;  // (0.9 - 0.75) / (1 - 0.75) = 0.6
  node.outage_per_yr = 1e4;
  node.outage_months = 1e4;
  node.outage_depth = 0.5;
  schedule(scenario, 0.0, 1.0, 0.5);  // later steps have a dearer price
  const Story story = story_of(scenario);
  const auto at = [&](Cause cause) {
    return story.at(Q::unmet_by_cause, {0, 0, 0, static_cast<int>(cause), 0});
  };
  EXPECT_NEAR(at(Cause::closure), 40.0, 0.05);
  EXPECT_NEAR(at(Cause::outage), 30.0, 0.05);
  EXPECT_NEAR(at(Cause::restriction), 15.0, 0.05);
  EXPECT_NEAR(at(Cause::upstream_feed), 0.0, 1e-6);
}

}  // namespace
}  // namespace blocrisk
