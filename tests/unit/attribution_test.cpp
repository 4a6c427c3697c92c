// Attribution of unmet need to supplier and cause: one cause at a time and in turn on networks
// small enough to work out by hand; on random networks the parts add up to the shortfall, whatever
// the lanes and threads, and a hazard that is taken away takes its part with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "host/cpu/attribution.hpp"
#include "host/scenario/parse.hpp"
#include "host/scenario/validate.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/random_scenario.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk {
namespace {

constexpr double close = 5e-6;  // some roundings of single precision
constexpr int n_steps = 36;     // of the small scenarios

Network calibrated(Scenario scenario) {
  resolve(scenario);
  const std::vector<Complaint> complaints = validate(scenario);
  EXPECT_TRUE(complaints.empty()) << format_complaints(complaints);
  return calibrate(scenario);
}

AttributionSums attributed(const Network& network, std::uint64_t n_paths,
                           std::vector<double> threshold = {}, CpuOptions options = {}) {
  if (threshold.empty()) threshold.resize(network.members.size() * network.minerals.size(), 0.0);
  return attribute_paths(network, test_seed, options, {{0, n_paths}, threshold, {}});
}

/// Mean over paths, as a fraction of demand.
double part(const Network& network, const AttributionSums& sums, std::size_t cell,
            const std::string& country, Cause cause) {
  const auto at = std::find(network.countries.begin(), network.countries.end(), country);
  const auto index = static_cast<int>(at - network.countries.begin());
  return sums.expected[sums.index(cell, index, cause)].to_double() / network.measure_scale[cell] /
         static_cast<double>(sums.n_paths);
}

double total(const Network& network, const AttributionSums& sums, std::size_t cell,
             const std::vector<Sum128>& of) {
  double units = 0.0;
  for (int country = 0; country < sums.shape.n_countries; ++country) {
    for (int cause = 0; cause < n_causes; ++cause)
      units += of[sums.index(cell, country, static_cast<Cause>(cause))].to_double();
  }
  return units / network.measure_scale[cell];
}

/// What a small scenario's first member lost to each cause of supplier S, and to its own demand.
struct Parts {
  double closure, outage, upstream_feed, restriction, demand_growth;
};

Parts parts_of(const Scenario& scenario, std::size_t cell = 0, const char* member = "M") {
  const Network network = calibrated(scenario);
  const AttributionSums sums = attributed(network, 3);
  const auto of = [&](Cause cause) { return part(network, sums, cell, "S", cause); };
  return {of(Cause::closure), of(Cause::outage), of(Cause::upstream_feed), of(Cause::restriction),
          part(network, sums, cell, member, Cause::demand_growth)};
}

void expect_parts(const Parts& found, const Parts& expected) {
  EXPECT_NEAR(found.closure, expected.closure, close);
  EXPECT_NEAR(found.outage, expected.outage, close);
  EXPECT_NEAR(found.upstream_feed, expected.upstream_feed, close);
  EXPECT_NEAR(found.restriction, expected.restriction, close);
  EXPECT_NEAR(found.demand_growth, expected.demand_growth, close);
}

/// The supplier breaks down in the first step and stays so.
Scenario with_lasting_outage(Scenario s, double depth) {
  s.nodes.front().outage_per_yr = 10000.0;
  s.nodes.front().outage_months = 49152.0;  // the longest there is: no path here sees its end
  s.nodes.front().outage_depth = depth;
  return s;
}

TEST(OneCause, RestrictionTakesAllOfAQuota) {
  expect_parts(parts_of(with_shortfalls(sole_supplier(), {0.5, 0.0, 0.25})),
               {0, 0, 0, 0.75 / n_steps, 0});
}

TEST(OneCause, OutageTakesAllOfABreakdown) {
  expect_parts(parts_of(with_lasting_outage(sole_supplier(), 0.3)), {0, 0.3, 0, 0, 0});
}

TEST(OneCause, DemandGrowthIsTheMembersOwn) {
  Scenario s = sole_supplier();
  s.demand.front().growth_per_yr = 0.1;
  double unmet = 0.0;
  double demand = 0.0;
  for (int step = 0; step < n_steps; ++step) {
    unmet += std::pow(1.1, step / 12.0) - 1.0;
    demand += std::pow(1.1, step / 12.0);
  }
  expect_parts(parts_of(s), {0, 0, 0, 0, unmet / demand});
}

/// T mines what S refines, but for a quarter of scrap.
Scenario with_mine_abroad() {
  Scenario s = sole_supplier();
  s.minerals.front().stages = {"mine", "refine"};
  s.countries.push_back({"T", "T", 1.0, {}});
  s.nodes.front().secondary_feed_fraction = 0.25;
  NodeRow mine = s.nodes.front();
  mine.stage = "mine";
  mine.country = "T";
  mine.output_t_per_yr = 900.0;
  mine.capacity_t_per_yr = 900.0;
  mine.secondary_feed_fraction = 0.0;
  s.nodes.push_back(mine);
  Actor actor = s.actors.front();
  actor.country = "T";
  s.actors.push_back(actor);
  return s;
}

TEST(OneCause, UpstreamFeedIsTheRefinersWhereTheMineIsCutOff) {
  Scenario s = with_mine_abroad();
  schedule(s, 0, 36, 0.5);
  s.scheduled.back().actor = "T";
  expect_parts(parts_of(s), {0, 0, 0.75 * 0.5, 0, 0});
}

// Each takes its part of what those before it have left.
TEST(CausesInTurn, ClosureBeforeOutageBeforeFeedBeforeRestriction) {
  Scenario s = with_lasting_outage(with_mine_abroad(), 0.2);
  s.nodes.back().outage_per_yr = 0.0;
  s.minerals.front().supply_elasticity = 100.0;  // little scarcity in the price S compares with
  s.minerals.front().close_per_yr = 0.1;         // so it closes as fast as it may, all the time
  s.nodes.front().cash_cost_ratio = 1.0 / 0.9;   // supports about 0.6 of capacity
  schedule(s, 0, 36, 0.5);
  s.scheduled.back().actor = "T";
  schedule(s, 0, 36, 0.4);
  const Network network = calibrated(s);
  const AttributionSums sums = attributed(network, 3);
  Parts expected{};
  for (int step = 0; step < n_steps; ++step) {
    const double operating = 1.0 - 0.1 * (step + 1) / 12.0;
    const double runs = operating * 0.8;
    // The mine sells half of what it did, and needs are down to what S still runs.
    const double missing = std::max(0.0, 1.0 - 0.5 / runs);
    const double made = runs * (1.0 - 0.75 * missing);
    expected.closure += (1.0 - operating) / n_steps;
    expected.outage += operating * 0.2 / n_steps;
    expected.upstream_feed += (runs - made) / n_steps;
    expected.restriction += made * 0.4 / n_steps;
  }
  const auto of = [&](Cause cause) { return part(network, sums, 0, "S", cause); };
  expect_parts({of(Cause::closure), of(Cause::outage), of(Cause::upstream_feed),
                of(Cause::restriction), part(network, sums, 0, "M", Cause::demand_growth)},
               expected);
}

// Spot tonnes are nobody's reference delivery, so only contracts weigh against growth.
TEST(CausesInTurn, GrowthWeighsAgainstContractsAlone) {
  Scenario s = sole_supplier();
  s.demand.front().growth_per_yr = 0.1;
  schedule(s, 0, 36, 0.5);
  Parts expected{};
  double demand = 0.0;
  for (int step = 0; step < n_steps; ++step) {
    const double need = std::pow(1.1, step / 12.0);
    const double lost = 0.8 * 0.5;
    const double grown = need - 1.0;
    expected.restriction += (need - 0.5) * lost / (lost + grown);
    expected.demand_growth += (need - 0.5) * grown / (lost + grown);
    demand += need;
  }
  expected.restriction /= demand;
  expected.demand_growth /= demand;
  expect_parts(parts_of(s), expected);
}

TEST(Targets, ABuyerOutsideTheGroupLosesNothingToTheRestriction) {
  Scenario s = sole_supplier();
  s.bloc.members = {"M", "N"};
  add_demand(s, "N", 1200.0);
  s.target_groups.push_back({});
  s.target_groups.back().name = "only M";
  s.target_groups.back().countries = {{"M"}};
  schedule(s, 0, 36, 0.5);
  s.scheduled.back().target = "only M";
  s = with_lasting_outage(s, 0.9);
  const Parts found = parts_of(s, 1, "N");
  EXPECT_GT(found.outage, 0.5);
  EXPECT_EQ(found.restriction, 0.0);
  EXPECT_GT(parts_of(s, 0, "M").restriction, 0.01);
}

// On random networks.

class OnRandomNetworks : public testing::TestWithParam<int> {};

constexpr std::uint64_t n_random_paths = 333;

TEST_P(OnRandomNetworks, PartsAddUpToTheShortfallOfAllPathsAndOfTheTail) {
  const Network network = calibrate(random_scenario(static_cast<std::uint64_t>(GetParam())));
  const RunResult run = run_engine(network, n_random_paths);
  const std::size_t n_minerals = network.minerals.size();
  std::vector<double> threshold;
  std::vector<std::vector<float>> values;
  for (std::size_t cell = 0; cell < network.members.size() * n_minerals; ++cell) {
    values.push_back(values_of(run, Measure::shortfall, static_cast<int>(cell / n_minerals),
                               static_cast<int>(cell % n_minerals)));
    std::vector<float> sorted = values.back();
    std::sort(sorted.begin(), sorted.end());
    threshold.push_back(sorted[n_random_paths * 9 / 10]);
  }
  const AttributionSums sums = attributed(network, n_random_paths, threshold);
  for (std::size_t cell = 0; cell < values.size(); ++cell) {
    double all = 0.0;
    double tail = 0.0;
    std::uint64_t n_tail = 0;
    for (const double value : values[cell]) {
      all += value;
      if (value > threshold[cell]) tail += value;
      n_tail += value > threshold[cell] ? 1 : 0;
    }
    EXPECT_NEAR(total(network, sums, cell, sums.expected), all, 2e-6 * all + 1e-9) << cell;
    EXPECT_NEAR(total(network, sums, cell, sums.tail), tail, 2e-6 * tail + 1e-9) << cell;
    EXPECT_EQ(sums.tail_paths[cell], n_tail) << cell;
  }
}

TEST_P(OnRandomNetworks, LanesAndThreadsChangeNoBit) {
  const Network network = calibrate(random_scenario(static_cast<std::uint64_t>(GetParam())));
  const AttributionSums plain = attributed(network, n_random_paths, {}, {.threads = 1, .lanes = 1});
  for (const int lanes : available_lanes())
    EXPECT_EQ(plain, attributed(network, n_random_paths, {}, {.threads = 3, .lanes = lanes}));
}

INSTANTIATE_TEST_SUITE_P(Seeds, OnRandomNetworks, testing::Range(0, 24));

/// Part of all members' expected shortfalls that a country's restrictions have, in mean fractions.
double restriction_of(const Network& network, const AttributionSums& sums,
                      const std::string& country) {
  double sum = 0.0;
  for (std::size_t cell = 0; cell < sums.shape.n_cells(); ++cell)
    sum += part(network, sums, cell, country, Cause::restriction);
  return sum;
}

TEST(Baseline, AHazardThatIsTakenAwayTakesItsPartWithIt) {
  Scenario scenario = load_scenario("configs/baseline/scenario.toml", {});
  const Network network = calibrate(scenario);
  const AttributionSums with = attributed(network, 1024);
  std::string worst;
  for (const std::string& country : network.countries) {
    if (worst.empty() ||
        restriction_of(network, with, country) > restriction_of(network, with, worst))
      worst = country;
  }
  ASSERT_GT(restriction_of(network, with, worst), 0.0);
  for (NodeRow& node : scenario.nodes) {
    if (node.country == worst) node.inclusion_probability = 0.0;
  }
  std::erase_if(scenario.scheduled,
                [&](const ScheduledEvent& event) { return event.actor == worst; });
  const Network calm = calibrate(scenario);
  EXPECT_EQ(restriction_of(calm, attributed(calm, 1024), worst), 0.0);
}

}  // namespace
}  // namespace blocrisk
