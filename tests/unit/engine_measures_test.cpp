// Every measure of the path on histories worked out by hand: scheduled restrictions make a sole
// supplier's only customer short by a chosen part of its need in each month.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "host/scenario/validate.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk {
namespace {

constexpr double monthly_demand_t = 100.0;
constexpr double price_usd = 1000.0;
constexpr double at_risk_usd = 50000.0;
constexpr double close = 1e-5;  // relative, where values are large

/// All measures of the member on a path. All paths are the same; the third is returned.
struct Remembered {
  RunResult result;

  double operator[](Measure measure) const { return values_of(result, measure)[2]; }
  double operator[](MemberMeasure measure) const {
    return result.samples.member_measure[static_cast<std::size_t>(measure)][2];
  }
  std::vector<double> annual_losses() const {
    const auto years = static_cast<std::size_t>(result.samples.n_years);
    const auto& all =
        result.samples.member_measure[static_cast<std::size_t>(MemberMeasure::annual_loss)];
    return {all.begin() + static_cast<std::ptrdiff_t>(2 * years),
            all.begin() + static_cast<std::ptrdiff_t>(3 * years)};
  }
};

Remembered remember(Scenario scenario) {
  resolve(scenario);
  const std::vector<Complaint> complaints = validate(scenario);
  EXPECT_TRUE(complaints.empty()) << format_complaints(complaints);
  const Network network = calibrate(scenario);
  return {run_engine(network, 3)};
}

/// A history of 36 months; `months[k]` short by `unmet[k]`.
struct Spell {
  int first, last;  ///< months, the last included
  double unmet;
};

Scenario history(const std::vector<Spell>& spells, Scenario scenario = sole_supplier()) {
  std::vector<double> unmet(static_cast<std::size_t>(
      std::nearbyint(scenario.clock.years * scenario.clock.steps_per_year)));
  for (const Spell& spell : spells)
    for (int month = spell.first; month <= spell.last; ++month)
      unmet[static_cast<std::size_t>(month)] = spell.unmet;
  return with_shortfalls(std::move(scenario), unmet);
}

struct Case {
  std::string name;
  std::vector<Spell> spells;
  double months_short, longest_spell, first_short, recovery, peak, shortfall;
};

class History : public testing::TestWithParam<Case> {};

TEST_P(History, IsRemembered) {
  const Case& c = GetParam();
  const Remembered m = remember(history(c.spells));
  EXPECT_NEAR(m[Measure::months_short], c.months_short, close);
  EXPECT_NEAR(m[Measure::longest_spell], c.longest_spell, close);
  EXPECT_NEAR(m[Measure::first_short], c.first_short, close);
  EXPECT_NEAR(m[Measure::recovery], c.recovery, close);
  EXPECT_NEAR(m[Measure::peak], c.peak, close);
  EXPECT_NEAR(m[Measure::shortfall], c.shortfall, close);
  EXPECT_EQ(m[Measure::drawn], 0.0);
  EXPECT_EQ(m[Measure::curtailed], 0.0);
}

const Case cases[] = {
    {"Never", {}, 0, 0, 36, 0, 0, 0},
    {"OneSpell", {{6, 8, 0.5}}, 3, 3, 6, 3, 0.5, 1.5 / 36},
    {"FromTheFirstMonth", {{0, 0, 0.9}}, 1, 1, 0, 1, 0.3, 0.9 / 36},
    {"InTheLastMonth", {{35, 35, 0.9}}, 1, 1, 35, 1, 0.3, 0.9 / 36},
    {"TwoSpells", {{6, 8, 0.5}, {15, 16, 0.25}}, 5, 3, 6, 11, 0.5, 2.0 / 36},
    {"TheSecondLonger", {{6, 7, 0.5}, {15, 19, 0.25}}, 7, 5, 6, 14, 1.0 / 3, 2.25 / 36},
    {"NeighbouringSpellsAreOne", {{6, 7, 0.5}, {8, 9, 0.25}}, 4, 4, 6, 4, 1.25 / 3, 1.5 / 36},
    {"AFullYearWithoutBetween", {{6, 6, 0.5}, {19, 19, 0.5}}, 2, 1, 6, 1, 0.5 / 3, 1.0 / 36},
    {"AlmostAYearBetween", {{6, 6, 0.5}, {18, 18, 0.5}}, 2, 1, 6, 13, 0.5 / 3, 1.0 / 36},
    {"AYearLeftAtTheEnd", {{6, 23, 0.5}}, 18, 18, 6, 18, 0.5, 9.0 / 36},
    {"AlmostAYearLeft", {{6, 24, 0.5}}, 19, 19, 6, 30, 0.5, 9.5 / 36},
    {"ToTheHorizon", {{30, 35, 1.0}}, 6, 6, 30, 6, 1.0, 6.0 / 36},
    {"Always", {{0, 35, 0.5}}, 36, 36, 0, 36, 0.5, 0.5},
    {"UnderTheThreshold", {{6, 8, 0.04}}, 0, 0, 36, 0, 0.04, 0.12 / 36},
    {"ATrickleJoinsNoSpells",
     {{6, 7, 0.5}, {8, 8, 0.04}, {9, 9, 0.5}},
     3,
     2,
     6,
     4,
     1.04 / 3,
     1.54 / 36},
    {"TheWindowIsThreeMonths",
     {{6, 6, 0.5}, {8, 8, 0.25}, {9, 9, 0.5}},
     3,
     2,
     6,
     4,
     0.25,
     1.25 / 36},
};

INSTANTIATE_TEST_SUITE_P(Cases, History, testing::ValuesIn(cases),
                         [](const auto& one) { return one.param.name; });

TEST(Months, AreMonthsAtAnyStep) {
  for (const int steps_per_year : {4, 52, 365, 1365}) {
    Scenario s = sole_supplier();
    s.clock.steps_per_year = steps_per_year;
    const double per_year = steps_per_year;
    const int quarter = static_cast<int>(std::nearbyint(per_year / 4.0));
    schedule(s, 12.0, 6.0, 0.5);
    const Remembered m = remember(s);
    const double steps = std::ceil(per_year / 2.0);  // in force, parts of a step as whole
    EXPECT_NEAR(m[Measure::months_short], steps * 12.0 / per_year, 1e-4) << steps_per_year;
    EXPECT_NEAR(m[Measure::first_short], 12.0, 1e-4) << steps_per_year;
    EXPECT_NEAR(m[Measure::recovery], steps * 12.0 / per_year, 1e-4) << steps_per_year;
    EXPECT_NEAR(m[Measure::peak], 0.5, 1e-4) << steps_per_year;
    Scenario once = sole_supplier();
    once.clock.steps_per_year = steps_per_year;
    schedule(once, 12.0, 12.0 / per_year, 0.5);
    EXPECT_NEAR(remember(once)[Measure::peak], 0.5 / quarter, 1e-6) << steps_per_year;
  }
}

TEST(Peak, NeedsAFullWindow) {
  Scenario s = sole_supplier();
  s.clock.years = 2.0 / 12.0;
  EXPECT_EQ(remember(history({{0, 1, 0.5}}, s))[Measure::peak], 0.0);
  s.clock.years = 3.0 / 12.0;
  EXPECT_NEAR(remember(history({{0, 1, 0.6}}, s))[Measure::peak], 0.4, close);
}

TEST(Threshold, IsExceededNotMet) {
  Scenario s = sole_supplier();
  s.measures.short_threshold = 0.5;
  EXPECT_EQ(remember(history({{6, 8, 0.49}}, s))[Measure::months_short], 0.0);
  EXPECT_EQ(remember(history({{6, 8, 0.51}}, s))[Measure::months_short], 3.0);
}

TEST(Essential, IsWhatTheRestCannotGiveUp) {
  Scenario s = sole_supplier();
  s.demand.front().essential_fraction = 0.4;
  // 0.9 and 0.7 of need unmet leave 0.3 and 0.1 of demand beyond the 0.6 that can be done without.
  const Remembered m =
      remember(history({{6, 6, 0.9}, {8, 8, 0.7}, {10, 14, 0.6}, {20, 20, 0.2}}, s));
  EXPECT_NEAR(m[Measure::essential_shortfall], (0.3 + 0.1) / (36 * 0.4), close);
  s.demand.front().essential_fraction = 0.0;
  EXPECT_EQ(remember(history({{6, 6, 0.9}}, s))[Measure::essential_shortfall], 0.0);
  s.demand.front().essential_fraction = 1.0;
  EXPECT_NEAR(remember(history({{6, 6, 0.9}}, s))[Measure::essential_shortfall], 0.9 / 36, close);
}

// Scarcity remembers one month and enters the price as 1 / (1 - s).
TEST(Loss, IsUnmetAtRiskPlusExtraCost) {
  const Remembered m = remember(history({{6, 6, 0.5}, {7, 7, 0.2}}));
  // Month 7 at a price of 2 for 0.8 of need, month 8 at 1.25 for all of it.
  const double extra = (1.0 * 0.8 + 0.25 * 1.0) * monthly_demand_t * price_usd;
  const double unmet = 0.7 * monthly_demand_t * at_risk_usd;
  EXPECT_NEAR(m[Measure::extra_cost], extra, close * extra);
  EXPECT_NEAR(m[Measure::loss], unmet + extra, close * unmet);
  EXPECT_EQ(m[Measure::price_shock_cost], 0.0);
  EXPECT_NEAR(m[MemberMeasure::loss], unmet + extra, close * unmet);
}

TEST(Loss, ScarcityBeyondItsLimitDoesNotRaiseThePriceFurther) {
  const Remembered m = remember(history({{6, 6, 1.0}}));
  const double extra = 9.0 * monthly_demand_t * price_usd;  // 1 / (1 - 0.9)
  EXPECT_NEAR(m[Measure::extra_cost], extra, close * extra);
}

TEST(ExtraCost, HoldsTheFloorFromItsYearOn) {
  Scenario s = sole_supplier();
  s.price_floor.ratio["metal"] = 1.2;
  s.price_floor.circumvention_fraction = 0.25;
  s.price_floor.from_year = 1.0;
  const double per_month = 0.75 * 0.2 * monthly_demand_t * price_usd;
  EXPECT_NEAR(remember(s)[Measure::extra_cost], 24 * per_month, close * 24 * per_month);
  // At half need the price doubles a month later and the floor has nothing to lift.
  const double other = (23 - 0.5) * per_month + 1.0 * monthly_demand_t * price_usd;
  EXPECT_NEAR(remember(history({{20, 20, 0.5}}, s))[Measure::extra_cost], other, close * other);
}

TEST(PriceShockCost, IsWhatTheMarketAdds) {
  Scenario s = sole_supplier();
  s.minerals.front().initial_price_ratio = 1.5;
  const Remembered m = remember(history({{6, 6, 0.5}}, s));
  const double shock = 0.5 * 35.5 * monthly_demand_t * price_usd;
  EXPECT_NEAR(m[Measure::price_shock_cost], shock, close * shock);
  EXPECT_NEAR(m[MemberMeasure::price_shock_cost], shock, close * shock);
  const double extra = 1.5 * monthly_demand_t * price_usd;  // from 1.5 to 3 in the month after
  EXPECT_NEAR(m[Measure::extra_cost], extra, close * extra);
}

TEST(PriceShockCost, IsNoneAtLowPrices) {
  Scenario s = sole_supplier();
  s.minerals.front().initial_price_ratio = 0.9;
  EXPECT_EQ(remember(s)[Measure::price_shock_cost], 0.0);
}

TEST(Curtailed, IsDemandGivenUpAndNoShortfall) {
  Scenario s = sole_supplier();
  s.minerals.front().initial_price_ratio = 1.5;
  s.minerals.front().demand_elasticity = 0.2;
  s.minerals.front().max_response_fraction = 0.9;
  const Remembered m = remember(s);
  EXPECT_NEAR(m[Measure::curtailed], 1.0 - std::pow(1.5, -0.2), close);
  EXPECT_EQ(m[Measure::shortfall], 0.0);
  s.minerals.front().max_response_fraction = 0.05;
  EXPECT_NEAR(remember(s)[Measure::curtailed], 0.05, close);
}

TEST(Curtailed, SubstitutionGrowsWithScarcityAndReverts) {
  Scenario s = sole_supplier();
  s.minerals.front().substitution_per_yr = 1.2;
  s.minerals.front().substitution_max = 0.5;
  s.minerals.front().substitution_reversal_per_yr = 0.6;
  // The memory of scarcity is 1/2 in month 7 only.
  double substituted = 0.0;
  double curtailed = 0.0;
  for (int month = 7; month < 36; ++month) {
    const double gained = month == 7 ? 1.2 * 0.5 : 0.0;
    substituted += (gained - 0.6 * substituted) / 12.0;
    curtailed += substituted;
  }
  EXPECT_NEAR(remember(history({{6, 6, 0.5}}, s))[Measure::curtailed], curtailed / 36, close);
}

TEST(AnnualLoss, SumsToTheLossOverWholeYears) {
  // The extra cost of a shortfall in month 11 falls into the second year.
  const Remembered m = remember(history({{2, 3, 0.5}, {11, 11, 0.5}, {20, 20, 0.3}}));
  const std::vector<double> years = m.annual_losses();
  ASSERT_EQ(years.size(), 3u);
  const double t = monthly_demand_t;
  const double first = 1.5 * t * at_risk_usd + (0.5 + 1.0) * t * price_usd;
  const double second = 0.3 * t * at_risk_usd + (1.0 + (1.0 / 0.7 - 1.0)) * t * price_usd;
  EXPECT_NEAR(years[0], first, close * first);
  EXPECT_NEAR(years[1], second, close * second);
  EXPECT_EQ(years[2], 0.0);
  EXPECT_NEAR(m[MemberMeasure::worst_year_loss], first, close * first);
  EXPECT_NEAR(m[MemberMeasure::loss], first + second, close * first);
}

TEST(AnnualLoss, LeavesOutAPartOfAYear) {
  Scenario s = sole_supplier();
  s.clock.years = 2.5;
  const Remembered m = remember(history({{3, 3, 0.4}, {26, 26, 0.8}}, s));
  const std::vector<double> years = m.annual_losses();
  ASSERT_EQ(years.size(), 2u);
  const double first = (0.4 * at_risk_usd + (1.0 / 0.6 - 1.0) * price_usd) * monthly_demand_t;
  const double rest = (0.8 * at_risk_usd + 4.0 * price_usd) * monthly_demand_t;
  EXPECT_NEAR(years[0], first, close * first);
  EXPECT_EQ(years[1], 0.0);
  EXPECT_NEAR(m[MemberMeasure::worst_year_loss], first, close * first);
  EXPECT_NEAR(m[MemberMeasure::loss], first + rest, close * rest);
}

TEST(AnnualLoss, BelowAYearThereIsNone) {
  Scenario s = sole_supplier();
  s.clock.years = 0.5;
  const Remembered m = remember(history({{3, 3, 0.4}}, s));
  EXPECT_TRUE(m.annual_losses().empty());
  EXPECT_EQ(m[MemberMeasure::worst_year_loss], 0.0);
  EXPECT_GT(m[MemberMeasure::loss], 0.0);
}

TEST(Growth, WeighsLaterMonthsMore) {
  Scenario s = sole_supplier();
  s.demand.front().growth_per_yr = s.nodes.front().growth_per_yr = 0.1;
  double all = 0.0;
  for (int month = 0; month < 36; ++month) all += std::pow(1.1, month / 12.0);
  const double early = remember(history({{0, 2, 0.5}}, s))[Measure::shortfall];
  const double late = remember(history({{24, 24, 0.5}}, s))[Measure::shortfall];
  EXPECT_NEAR(early, 0.5 * (1.0 + std::pow(1.1, 1 / 12.0) + std::pow(1.1, 2 / 12.0)) / all, close);
  EXPECT_NEAR(late, 0.5 * 1.21 / all, close);
}

/// A second mineral like the first, of which M wants twice as much.
Scenario two_minerals() {
  Scenario s = sole_supplier();
  Mineral law = s.minerals.front();
  law.id = law.name = "other";
  NodeRow node = s.nodes.front();
  DemandRow demand = s.demand.front();
  node.mineral = demand.mineral = law.id;
  node.output_t_per_yr = demand.demand_t_per_yr = 2400.0;
  node.capacity_t_per_yr = 2400.0;
  s.minerals.push_back(law);
  s.nodes.push_back(node);
  s.demand.push_back(demand);
  schedule(s, 6, 2, 0.25);
  s.scheduled.back().minerals = {{"metal"}};
  schedule(s, 14, 1, 0.5);
  s.scheduled.back().minerals = {{"other"}};
  return s;
}

TEST(Member, LosesOverAllMinerals) {
  const Remembered m = remember(two_minerals());
  const std::vector<float> metal = values_of(m.result, Measure::loss, 0, 0);
  const std::vector<float> other = values_of(m.result, Measure::loss, 0, 1);
  // A quarter unmet lifts the price by a third: for 3/4 of need in month 7, for all of it in
  // month 8.
  const double first = (0.5 * at_risk_usd + (0.75 + 1.0) / 3.0 * price_usd) * monthly_demand_t;
  const double second = (0.5 * at_risk_usd + 1.0 * price_usd) * 2.0 * monthly_demand_t;
  EXPECT_NEAR(metal[2], first, close * first);
  EXPECT_NEAR(other[2], second, close * second);
  EXPECT_FLOAT_EQ(static_cast<float>(m[MemberMeasure::loss]), metal[2] + other[2]);
  EXPECT_NEAR(m[MemberMeasure::worst_year_loss], second, close * second);
  EXPECT_NEAR(values_of(m.result, Measure::shortfall, 0, 0)[0], 0.5 / 36, close);
  EXPECT_NEAR(values_of(m.result, Measure::shortfall, 0, 1)[0], 0.5 / 36, close);
}

TEST(Member, WithoutDemandKeepsItsZeros) {
  Scenario s = history({{6, 8, 0.5}});
  s.countries.push_back({"Z", "Z", 1.0, {}});
  s.bloc.members = {"Z", "M"};
  resolve(s);
  const Network network = calibrate(s);
  EXPECT_FALSE(cell_has_demand(network, 0, 0));
  EXPECT_TRUE(cell_has_demand(network, 1, 0));
  const RunResult result = run_engine(network, 3);
  EXPECT_NEAR(values_of(result, Measure::shortfall, 1)[0], 1.5 / 36, close);
  for (int k = 0; k < n_measures; ++k) {
    const auto measure = static_cast<Measure>(k);
    const std::size_t at = static_cast<std::size_t>(k);
    EXPECT_EQ(result.accumulators.moments[at][0].sum, Sum128{}) << measure_table[k].name;
    if (measure == Measure::first_short) continue;
    EXPECT_EQ(values_of(result, measure, 0)[0], 0.0f) << measure_table[k].name;
  }
}

}  // namespace
}  // namespace blocrisk
