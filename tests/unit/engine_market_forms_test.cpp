// Closure, floods, projects, pooling, feed, scarcity and demand, worked out by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/unit/closed_forms.hpp"

namespace blocrisk::closed_forms {
namespace {

// Supply.

TEST(Closure, FollowsItsRateToWhatTheMarginSupports) {
  Scenario s = sole_supplier();
  s.minerals.front().initial_price_ratio = 0.7;
  s.minerals.front().close_ratio = 0.6;
  s.minerals.front().close_per_yr = 1.2;
  s.minerals.front().supply_elasticity = 100.0;        // scarcity hardly moves the price,
  s.minerals.front().earn_smoothing_months = 49152.0;  // and that does not reach the producer
  s.nodes.front().cash_cost_ratio = 0.7 / 0.8;  // the price is 0.8 of the cost: half of 0.6 .. 1
  expect_steps(
      tell(s).unmet, [](int step) { return std::min(0.5, 0.1 * (step + 1)); }, 1e-4);
}

TEST(Closure, AFloorKeepsABlocProducerOpen) {
  Scenario s = sole_supplier();
  s.countries.push_back({"P", "P", 1.0, {}});
  NodeRow node = s.nodes.front();
  node.country = "P";
  node.cash_cost_ratio = 0.9;
  node.output_t_per_yr = node.capacity_t_per_yr.emplace(600.0);
  s.nodes.front().output_t_per_yr = 600.0;
  s.nodes.front().capacity_t_per_yr = 1200.0;  // S can step in, so the price stays
  s.minerals.front().surge_fraction = 1.0;
  s.nodes.push_back(node);
  s.minerals.front().initial_price_ratio = 0.6;  // the bloc's producer earns nothing at this price
  s.bloc.members = {"M", "P"};
  const auto operating = [](const Scenario& scenario) {
    return tell(scenario).operating.back()[1];
  };
  EXPECT_NEAR(operating(s), 0.0, close);
  s.price_floor.ratio["metal"] = 0.95;
  EXPECT_NEAR(operating(s), 1.0, close);
  s.price_floor.circumvention_fraction = 1.0;
  EXPECT_NEAR(operating(s), 0.0, 1e-3);  // smoothed from the floor down
}

// Floods start for certain and last a step: on at 1, 3, 5, .. for there are no rivals before step 0
// and a flood does not restart in the step it ends.
TEST(Flooding, PressesThePriceAndSellsWhatRivalsHaveClosed) {
  Scenario s = sole_supplier();
  Mineral& law = s.minerals.front();
  law.flooder = "S";
  law.flood_per_yr = 1e4;
  law.flood_months = 1.0;
  law.flood_depth = 0.5;
  law.flood_trigger_fraction = 0.2;
  law.earn_smoothing_months = 1.0;  // producers feel today's price
  law.close_per_yr = 1.2;
  law.open_per_yr = 0.6;
  law.surge_fraction = 1.0;
  NodeRow rival = s.nodes.front();
  rival.country = "T";
  rival.output_t_per_yr = rival.capacity_t_per_yr.emplace(600.0);
  rival.cash_cost_ratio = 0.9;
  s.countries.push_back({"T", "T", 1.0, {}});
  s.nodes.front().output_t_per_yr = 600.0;
  s.nodes.front().capacity_t_per_yr = 1200.0;  // can all run, so nobody goes short
  s.nodes.push_back(rival);
  s.clock.years = 0.5;
  const PathStory story = tell(s);
  double open = 1.0;
  for (int step = 0; step < 6; ++step) {
    const auto at = static_cast<std::size_t>(step);
    const bool flooded = step % 2 == 1;
    open = flooded ? open - 0.1 : std::min(open + 0.05, 1.0);
    EXPECT_NEAR(story.price[at], flooded ? std::exp(-0.5) : 1.0, close) << "step " << step;
    EXPECT_NEAR(story.operating[at][1], open, close) << "step " << step;
    EXPECT_NEAR(story.first_node_extra_t[at], flooded ? 50.0 * (1.0 - open) : 0.0, 1e-4)
        << "step " << step;
  }
  law.flood_trigger_fraction = 0.4;  // rivals make a third of what could be sold
  expect_steps(tell(s).price, [](int) { return 1.0; });
}

TEST(Project, RampsUpFromItsDelayedStart) {
  Scenario s = sole_supplier();
  ProjectRow project;
  project.name = "mine";
  project.mineral = "metal";
  project.stage = "refine";
  project.country = "S";
  project.capacity_t_per_yr = 120.0;
  project.decision_month = -1.0;
  project.start_month = 3.0;
  project.delay_median_months = 2.5;
  project.delay_log_sd = 0.0;
  project.ramp_median_months = 8.0;
  project.ramp_log_sd = 0.0;
  project.success_probability = 1.0;
  project.incentive_price_ratio = 100.0;  // not tested: already taken
  s.projects = {project};
  const auto ramp = [](int step) { return 10.0 * std::clamp((step - 5.5) / 8.0, 0.0, 1.0); };
  expect_steps(tell(s).first_node_extra_t, ramp, 1e-4);
  s.projects.front().decision_month = 0.0;
  expect_steps(
      tell(s).first_node_extra_t, [](int) { return 0.0; }, 0.0);
  s.projects.front().incentive_price_ratio = 1.0;
  expect_steps(tell(s).first_node_extra_t, ramp, 1e-4);
  s.projects.front().success_probability = 0.0;
  expect_steps(
      tell(s).first_node_extra_t, [](int) { return 0.0; }, 0.0);
}

// S, banned towards everyone, leaves M and N to the spare tonnes of P, a member.
TEST(Pooling, MembersServeMembersFirst) {
  Scenario s = sole_supplier();
  s.minerals.front().spot_fraction = 0.0;
  s.minerals.front().surge_fraction = 1.0;
  add_demand(s, "N", 1200.0);
  s.countries.push_back({"P", "P", 1.0, {}});
  NodeRow node = s.nodes.front();
  node.country = "P";
  node.output_t_per_yr = 240.0;
  node.capacity_t_per_yr = 840.0;
  s.nodes.front().output_t_per_yr = s.nodes.front().capacity_t_per_yr.emplace(2160.0);
  s.nodes.push_back(node);
  s.bloc.members = {"M", "P"};
  schedule(s, 0, 36, 1.0);
  // Each buyer has 120 t of 1,200 from P by contract, 1,080 missing; P can sell 600 more.
  const auto alone = tell(s).sink_unmet.front();
  EXPECT_NEAR(alone[0], 480.0 / 1200.0, close);
  EXPECT_NEAR(alone[1], 1080.0 / 1200.0, close);
  s.bloc.pooling = false;
  const auto all = tell(s).sink_unmet.front();
  EXPECT_NEAR(all[0], 780.0 / 1200.0, close);
  EXPECT_NEAR(all[1], 780.0 / 1200.0, close);
  s.countries[0].purchasing_weight = 1.0;
  s.countries[1].purchasing_weight = 1.5;  // M; 3 : 2
  const auto weighted = tell(s).sink_unmet.front();
  EXPECT_NEAR(weighted[0], 720.0 / 1200.0, close);
  EXPECT_NEAR(weighted[1], 840.0 / 1200.0, close);
  s.allocation.rule = AllocationRule::priority;
  s.allocation.order = {"N"};
  const auto ordered = tell(s).sink_unmet.front();
  EXPECT_NEAR(ordered[0], 1080.0 / 1200.0, close);
  EXPECT_NEAR(ordered[1], 480.0 / 1200.0, close);
}

TEST(Feed, AStockBridgesTheGapAndScrapIsAlwaysThere) {
  Scenario s = sole_supplier();
  s.minerals.front().stages = {"mine", "refine"};
  s.minerals.front().spot_fraction = 0.0;
  s.nodes.front().stage = "mine";
  NodeRow refinery = s.nodes.front();
  refinery.stage = "refine";
  refinery.country = "M";
  refinery.inclusion_probability = 0.0;
  refinery.yield_fraction = 0.5;
  refinery.secondary_feed_fraction = 0.25;
  refinery.feed_stock_days = 365.0 / 8.0;  // 1.5 steps
  s.nodes.push_back(refinery);
  s.nodes.front().output_t_per_yr = s.nodes.front().capacity_t_per_yr.emplace(1800.0);
  schedule(s, 6, 12, 1.0);
  s.clock.years = 1.5;
  expect_steps(tell(s).unmet, [](int step) {
    return step < 7 ? 0.0 : step == 7 ? 0.75 * 0.5 : 0.75;
  });
}

// Demand and price.

TEST(Scarcity, RaisesThePriceAndPricesCutDemand) {
  Scenario s = sole_supplier();
  s.minerals.front().demand_elasticity = 0.25;
  s.minerals.front().supply_elasticity = 0.25;  // p = (1-s)^-2
  s.minerals.front().max_response_fraction = 0.25;
  schedule(s, 6, 1, 0.36);
  const PathStory story = tell(s);
  // s is the gap of the step before: p = 0.64^-2 at step 7, which demand answers at step 8.
  expect_steps(
      story.price, [](int step) { return step == 7 ? 1.0 / (0.64 * 0.64) : 1.0; }, 1e-5);
  schedule(s, 7, 2, 0.5);
  // Need at step 8 is 0.64^(2 x 0.25) = 0.8 of the reference, of which contracts bring half a
  // reference.
  EXPECT_NEAR(tell(s).unmet[8], 0.8 - 0.5, 1e-5);
}

TEST(Scarcity, DoesNotReachBuyersWhoRestrict) {
  Scenario s = sole_supplier();
  add_demand(s, "S", 1200.0);
  s.bloc.members = {"S", "M"};
  schedule(s, 6, 4, 0.5);
  // S is served at home; its need does not dilute the scarcity of M.
  expect_steps(tell(s).price, [](int step) { return between(step, 7, 11) ? 2.0 : 1.0; });
  const RunResult result = run_engine(calibrated(s), 1);
  // Once the ban is over S pays 2 like others, for a step: the memory is of one step.
  EXPECT_NEAR(values_of(result, Measure::extra_cost, 0).front(), 100.0 * 1000.0, 1.0);
  // M pays 2 at steps 7 to 9 for half its need, then like S.
  EXPECT_NEAR(values_of(result, Measure::extra_cost, 1).front(), (3 * 0.5 + 1) * 100.0 * 1000.0,
              1.0);
}

/// S refines nothing but mines all there is, and restricts that; M refines. Both then lack half of
/// what they want, S 50 t and M 100 t a month.
Scenario restricted_mine() {
  Scenario s = sole_supplier();
  add_demand(s, "S", 600.0);
  s.minerals.front().stages = {"mine", "refine"};
  NodeRow mine = s.nodes.front();
  mine.stage = "mine";
  s.nodes.front().country = "M";
  s.nodes.front().inclusion_probability = 0.0;
  s.nodes.push_back(mine);
  s.bloc.members = {"S", "M"};
  schedule(s, 6, 4, 0.5);
  return s;
}

// A member that restricts an early stage is inside R as a buyer of the last one.
TEST(Scarcity, KnowsRestrictionsAtAnyStage) {
  const RunResult result = run_engine(calibrated(restricted_mine()), 1);
  EXPECT_NEAR(values_of(result, Measure::shortfall, 0).front(), 2.0 / 36.0, 1e-5);
  EXPECT_NEAR(values_of(result, Measure::shortfall, 1).front(), 2.0 / 36.0, 1e-5);
  // The price is 2 from step 7 to 10; S pays it once its restriction is over.
  EXPECT_NEAR(values_of(result, Measure::extra_cost, 0).front(), 50.0 * 1000.0, 1.0);
  EXPECT_NEAR(values_of(result, Measure::extra_cost, 1).front(), 2.5 * 100.0 * 1000.0, 1.0);
}

TEST(Demand, AnswersThePriceThatItsCountryPaid) {
  Scenario s = restricted_mine();
  s.minerals.front().demand_elasticity = 0.25;
  s.minerals.front().supply_elasticity = 0.25;
  s.minerals.front().max_response_fraction = 0.25;
  const auto need = tell(s).need_t;
  // A price of 4 at step 7 asks for more than the largest response at step 8; not of S, which was
  // in R up to step 9.
  EXPECT_NEAR(need[7][0], 100.0, 1e-4);
  EXPECT_NEAR(need[8][0], 75.0, 1e-4);
  for (std::size_t step = 0; step <= 10; ++step) EXPECT_NEAR(need[step][1], 50.0, 1e-4);
  EXPECT_LT(need[11][1], 45.0);
}

}  // namespace
}  // namespace blocrisk::closed_forms
