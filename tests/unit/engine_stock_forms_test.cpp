// Stocks that must last exactly as long as they say, on networks small enough to work out by hand;
// and what more stock does on the same draws.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/unit/closed_forms.hpp"

namespace blocrisk::closed_forms {
namespace {

// Stocks.

enum class Kind { commercial, strategic, shared };

/// `tonnes` of one kind of stock of M that can all be used at once.
Scenario with_stock(Scenario s, Kind kind, double tonnes) {
  switch (kind) {
    case Kind::commercial:
      s.demand.front().commercial_stock_days =
          tonnes / s.demand.front().demand_t_per_yr * days_per_yr;
      s.demand.front().commercial_release_fraction = 1.0;
      break;
    case Kind::strategic: {
      StockRow row;
      row.mineral = "metal";
      row.holder = "M";
      row.tonnes = tonnes;
      row.trigger_fraction = 0.0;
      row.latency_months = 0.0;
      row.release_rate = 1.0;
      s.stocks = {row};
      break;
    }
    case Kind::shared:
      s.shared_stock.tonnes = {{"metal", tonnes}};
      s.shared_stock.trigger_fraction = 0.0;
      s.shared_stock.latency_months = 0.0;
      s.shared_stock.release_rate = 1.0;
      break;
  }
  return s;
}

class StockOfDays : public testing::TestWithParam<std::tuple<Kind, int>> {};

TEST_P(StockOfDays, LastsThatLongUnderAFullBan) {
  const auto [kind, steps_per_year] = GetParam();
  Scenario s = with_stock(sole_supplier(), kind, 440.0);  // 4.4 months of 100 t
  s.clock.steps_per_year = steps_per_year;
  schedule(s, 6, 12, 1.0);
  const Network network = calibrated(s);
  const RunResult result = run_engine(network, 3);
  const double per_month = steps_per_year / 12.0;
  const int first = static_cast<int>(std::nearbyint(6.0 * per_month));
  const int last = first + static_cast<int>(std::ceil(12.0 * per_month - 1e-6));
  const double held_steps = 4.4 * per_month;
  const int dry = first + static_cast<int>(held_steps);  // partly covered: short by more than 5 %
  for (std::size_t path = 0; path < 3; ++path) {
    EXPECT_NEAR(values_of(result, Measure::first_short)[path], dry / per_month, 1e-4);
    EXPECT_NEAR(values_of(result, Measure::months_short)[path], (last - dry) / per_month, 1e-4);
    EXPECT_NEAR(values_of(result, Measure::longest_spell)[path], (last - dry) / per_month, 1e-4);
    const double horizon = 36.0 * per_month;
    EXPECT_NEAR(values_of(result, Measure::shortfall)[path], (last - first - held_steps) / horizon,
                1e-5);
    EXPECT_NEAR(values_of(result, Measure::drawn)[path], held_steps / horizon, 1e-5);
  }
  const std::vector<double> cover = tell(s).cover_days;
  EXPECT_NEAR(cover.front(), 440.0 / 1200.0 * 365.0, 1e-3);
  EXPECT_NEAR(cover[static_cast<std::size_t>(dry)], 0.0, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Kinds, StockOfDays,
                         testing::Combine(testing::Values(Kind::commercial, Kind::strategic,
                                                          Kind::shared),
                                          testing::Values(12, 52, 365)));

TEST(StrategicStock, OpensAfterItsLatencyAndReleasesAtItsRate) {
  Scenario s = with_stock(sole_supplier(), Kind::strategic, 1e4);
  s.stocks.front().latency_months = 2.0;
  s.stocks.front().release_rate = 0.4;
  s.stocks.front().trigger_fraction = 0.1;
  schedule(s, 6, 12, 1.0);
  schedule(s, 24, 6, 0.09);  // stays under the trigger
  expect_steps(tell(s).unmet, [](int step) {
    if (between(step, 6, 8)) return 1.0;  // the count exceeds 2 at the third step
    if (between(step, 8, 18)) return 0.6;
    return between(step, 24, 30) ? 0.09 : 0.0;
  });
}

TEST(SharedStock, OpensAfterItsLatencyAndReleasesAtItsRate) {
  Scenario s = with_stock(sole_supplier(), Kind::shared, 1e4);
  s.shared_stock.latency_months = 2.0;
  s.shared_stock.release_rate = 0.4;
  s.shared_stock.trigger_fraction = 0.1;
  schedule(s, 6, 12, 1.0);
  schedule(s, 24, 6, 0.09);
  expect_steps(tell(s).unmet, [](int step) {
    if (between(step, 6, 8)) return 1.0;
    if (between(step, 8, 18)) return 0.6;
    return between(step, 24, 30) ? 0.09 : 0.0;
  });
}

// Both count the steps at which commercial stocks left more than the trigger; the shared stock gets
// what the member's own leaves.
TEST(SharedStock, ComesAfterTheMembersOwn) {
  Scenario s = with_stock(with_stock(sole_supplier(), Kind::strategic, 1e4), Kind::shared, 1e4);
  s.stocks.front().release_rate = 0.5;
  s.shared_stock.release_rate = 0.3;
  s.shared_stock.latency_months = 1.0;
  schedule(s, 6, 6, 1.0);
  expect_steps(tell(s).unmet, [](int step) {
    return step == 6 ? 0.5 : between(step, 7, 12) ? 0.2 : 0.0;
  });
}

TEST(CommercialStock, GivesItsFractionOfWhatIsLeftEachMonth) {
  Scenario s = with_stock(sole_supplier(), Kind::commercial, 100.0);
  s.demand.front().commercial_release_fraction = 0.4;
  schedule(s, 6, 6, 1.0);
  s.clock.years = 1.0;
  expect_steps(
      tell(s).unmet, [](int step) { return step < 6 ? 0.0 : 1.0 - 0.4 * std::pow(0.6, step - 6); },
      1e-5);
}

TEST(SharedStock, IsSplitByGapsAmongMembers) {
  Scenario s = with_stock(sole_supplier(), Kind::shared, 1e4);
  add_demand(s, "N", 600.0);
  add_demand(s, "O", 600.0);  // no member
  s.bloc.members = {"M", "N"};
  s.shared_stock.release_rate = 0.25;
  schedule(s, 6, 6, 0.5);
  const PathStory story = tell(s);
  for (int step = 6; step < 12; ++step) {
    // A quarter of all members' demand on gaps of half of it.
    const auto& unmet = story.sink_unmet[static_cast<std::size_t>(step)];
    EXPECT_NEAR(unmet[0], 0.25, close);
    EXPECT_NEAR(unmet[1], 0.25, close);
    EXPECT_NEAR(unmet[2], 0.5, close);
  }
}

TEST(Stocks, AreBoughtBackFromTheLeftover) {
  Scenario s = with_stock(sole_supplier(), Kind::strategic, 120.0);
  s.stocks.front().buy_below = 1.5;
  s.nodes.front().capacity_t_per_yr = 2400.0;  // as much again idle,
  s.minerals.front().surge_fraction = 0.5;     // of which half can run
  schedule(s, 0, 1, 1.0);
  const PathStory story = tell(s);
  // A ban holds back the spare as well, so 100 of 120 t are drawn. The step after is too dear; then
  // a twelfth of what is missing comes back in every step.
  const auto left = [](int step) {
    return 120.0 - 100.0 * std::pow(11.0 / 12.0, std::max(step - 1, 0));
  };
  expect_steps(
      story.cover_days, [&](int step) { return left(step) / 1200.0 * 365.0; }, 1e-3);
}

// Pathwise: the same draws, one mineral, one member, one kind of stock.

class MoreStock : public testing::TestWithParam<std::tuple<Kind, int>> {};

TEST_P(MoreStock, NeverMeansMoreShortfall) {
  const auto [kind, spread] = GetParam();
  Scenario s = sole_supplier();
  s.clock.years = 4.0;
  add_demand(s, "S", 400.0);
  add_demand(s, "N", 500.0);
  s.instruments.front().structural_median_months = 6.0;
  s.instruments.front().structural_log_sd = 1.0;
  s.instruments.front().settled_severity = 0.4;
  s.actors.front().events_per_yr = {1.0};
  s.nodes.front().outage_per_yr = 1.0;
  s.nodes.front().outage_months = 2.0;
  s.nodes.front().outage_depth = 0.5;
  s.nodes.front().capacity_t_per_yr = *s.nodes.front().capacity_t_per_yr * 1.2;
  s.minerals.front().surge_fraction = 0.5;
  s.minerals.front().leakage_fraction = 0.3;
  s.minerals.front().volatility_per_sqrt_yr = 0.1 * spread;
  s.minerals.front().demand_elasticity = 0.1 * spread;
  s.minerals.front().supply_elasticity = 0.2;
  s.minerals.front().max_response_fraction = 0.3;
  constexpr std::uint64_t n_paths = 20000;
  std::vector<float> before;
  bool matters = false;
  for (const double months : {0.0, 0.5, 1.0, 3.0, 9.0}) {
    Scenario stocked = with_stock(s, kind, months * 100.0);
    stocked.demand.front().commercial_release_fraction = 0.5;
    stocked.demand.front().commercial_refill_yr = 0.5;
    for (StockRow& row : stocked.stocks) {
      row.latency_months = 1.0;
      row.release_rate = 0.7;
      row.buy_below = 2.0;
      row.trigger_fraction = 0.05;
    }
    stocked.shared_stock.buy_below = 2.0;
    stocked.shared_stock.latency_months = 1.0;
    const Network network = calibrated(stocked);
    const std::vector<float> after = values_of(run_engine(network, n_paths), Measure::shortfall);
    std::size_t n_worse = 0;
    float worst = 0.0f;
    for (std::size_t path = 0; path < before.size(); ++path) {
      worst = std::max(worst, after[path] - before[path]);
      n_worse += after[path] > before[path] + 1e-6f;
      matters = matters || after[path] < before[path];
    }
    EXPECT_EQ(n_worse, 0u) << months << " months; worst by " << worst;
    before = after;
  }
  EXPECT_TRUE(matters);
}

INSTANTIATE_TEST_SUITE_P(Kinds, MoreStock,
                         testing::Combine(testing::Values(Kind::commercial, Kind::strategic,
                                                          Kind::shared),
                                          testing::Values(0, 1, 2)));

}  // namespace
}  // namespace blocrisk::closed_forms
