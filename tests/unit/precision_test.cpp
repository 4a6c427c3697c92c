#include "host/analysis/precision.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "host/analysis/run_watch.hpp"
#include "host/support/error.hpp"
#include "tests/support/synthetic_result.hpp"

namespace blocrisk {
namespace {

using test::synthetic_facts;

template <typename Action>
std::string usage_problem(Action action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

const std::vector<double> thresholds{0.01, 0.05, 0.1, 0.25};

NamedFigure named(const std::string& name) { return find_figure("--on", name, thresholds); }

TEST(NamedFigure, OfEveryKindIsTheSummarys) {
  const StoredResult result = test::synthetic_result(2, 2, 24, 500);
  const Summary summary = summarise(result.accumulators, result.facts);
  const auto expect = [&](const char* name, const std::vector<double>& value,
                          const std::vector<double>& low, const std::vector<double>& high,
                          std::size_t per_row, std::size_t index) {
    const auto figures = figures_of(named(name), result.accumulators, result.facts);
    ASSERT_EQ(figures.size() * per_row, value.size()) << name;
    for (std::size_t row = 0; row < figures.size(); ++row) {
      EXPECT_EQ(figures[row].value, value[row * per_row + index]) << name << row;
      EXPECT_EQ(figures[row].low, low[row * per_row + index]) << name << row;
      EXPECT_EQ(figures[row].high, high[row * per_row + index]) << name << row;
    }
  };
  const MeasureSummary& peak = summary.of(Measure::peak);
  expect("peak.mean", peak.mean, peak.mean_lo, peak.mean_hi, 1, 0);
  expect("peak.p50", peak.quantile, peak.quantile_lo, peak.quantile_hi, 11, 4);
  expect("peak.var99.5", peak.var, peak.var_lo, peak.var_hi, 5, 3);
  expect("peak.cvar95", peak.cvar, peak.cvar_lo, peak.cvar_hi, 5, 1);
  expect("peak.exceedance.0.1", peak.exceedance.value, peak.exceedance.low, peak.exceedance.high, 4,
         2);
  expect("short_probability", summary.short_probability.value, summary.short_probability.low,
         summary.short_probability.high, 1, 0);
  const MeasureSummary& annual = summary.of(MemberMeasure::annual_loss);
  expect("member_annual_loss.cvar90", annual.cvar, annual.cvar_lo, annual.cvar_hi, 5, 0);
}

TEST(NamedFigure, UnknownIsAnsweredWithTheNearest) {
  EXPECT_NE(usage_problem([] { named("shortfal.cvar95"); }).find("nearest: shortfall.cvar95"),
            std::string::npos);
  for (const char* name : {"", "shortfall", "shortfall.cvar97", "loss.exceedance.0.1",
                           "shortfall.exceedance.0.2", "short_probability.mean"})
    EXPECT_NE(usage_problem([&] { named(name); }).find("--on"), std::string::npos) << name;
}

TEST(AskedPathCounts, AreFourAnOctaveWhateverTheLimits) {
  EXPECT_EQ(asked_path_counts(1, 10000),
            (std::vector<std::uint64_t>{4096, 5120, 6144, 7168, 8192}));
  EXPECT_EQ(asked_path_counts(7000, 8191), (std::vector<std::uint64_t>{7168}));
  EXPECT_TRUE(asked_path_counts(1, 4095).empty());
  const auto many = asked_path_counts(1, 1000000000000);
  EXPECT_TRUE(std::is_sorted(many.begin(), many.end()));
  EXPECT_LT(many.size(), 130u);
}

TEST(CellChoice, IsAMemberAMineralOrBoth) {
  const ResultFacts facts = synthetic_facts(3, 2, 12);
  const auto choice = [&](const char* text) { return parse_cell_choice("--for", text, facts); };
  EXPECT_EQ(choice("JPN").member, 2);
  EXPECT_EQ(choice("JPN").mineral, -1);
  EXPECT_EQ(choice("cobalt").mineral, 1);
  EXPECT_EQ(choice("cobalt,USA").member, 0);
  for (const char* text : {"", ",", "JPN,", "JPM", "JPN,USA", "gallium,cobalt", "JPN,gallium,USA"})
    EXPECT_NE(usage_problem([&] { choice(text); }), "") << text;
}

/// Two members, one mineral: shortfalls of 0.5 in every fourth path, or of 0.05 in every 64th.
struct TwoMembers {
  ResultFacts facts = synthetic_facts(2, 1, 12);
  Accumulators state{facts.shape()};

  void add(int n_paths) {
    for (int path = 0; path < n_paths; ++path) {
      const std::uint64_t number = state.n_paths++;
      const bool hit = number % 4 == 0;
      test::add_value(state, facts, Measure::shortfall, 0, hit ? 0.5f : 0.0f, number);
      const bool rare = number % 64 == 0;
      test::add_value(state, facts, Measure::shortfall, 1, rare ? 0.05f : 0.0f, number);
      for (const int cell : {0, 1})
        test::add_value(state, facts, Measure::months_short, cell, 0.0f, number);
    }
  }
};

TEST(WidestInterval, IsThatOfTheLeastPreciseCellThatCounts) {
  TwoMembers two;
  two.add(6400);
  PrecisionRule rule{0.1, {named("shortfall.mean")}, {}};
  // The second member's mean is 1/160 of the first's: nobody waits for it, unless it is asked for.
  EXPECT_EQ(widest_interval(rule, two.state, two.facts).member, "USA");
  rule.choices = {{1, -1}};
  const WidestInterval asked = widest_interval(rule, two.state, two.facts);
  EXPECT_EQ(asked.member, "EUU");
  EXPECT_EQ(asked.mineral, "gallium");
  // 100 hits: 1.96 / 10, a little more for the tail.
  EXPECT_NEAR(asked.relative_half_width, 0.196, 0.02);
  rule.figures.push_back(named("short_probability"));  // no path has a short month
  EXPECT_TRUE(std::isinf(widest_interval(rule, two.state, two.facts).relative_half_width));
}

TEST(RunWatch, OfALongRunLooksNotBeforeA32ndOfIt) {
  const ResultFacts facts = synthetic_facts(1, 1, 12);
  EXPECT_EQ(RunWatch(facts, 1000000).looks(),
            (std::vector<std::uint64_t>{32768, 65536, 131072, 262144, 524288}));
  EXPECT_EQ(RunWatch(facts, 9000).looks(), (std::vector<std::uint64_t>{4096, 8192}));
  EXPECT_TRUE(RunWatch(facts, 4095).looks().empty());
}

TEST(RunWatch, EndsAtTheFirstLookThatIsPreciseAndKeepsTheHistory) {
  TwoMembers two;
  const PrecisionRule rule{0.05, {named("shortfall.mean")}, {}};
  RunWatch watch(two.facts, 20000, rule, asked_path_counts(5000, 20000));
  // 4096 and its doubles are kept; from 5,000 on four counts an octave are asked.
  EXPECT_EQ(watch.looks(),
            (std::vector<std::uint64_t>{4096, 5120, 6144, 7168, 8192, 10240, 12288, 14336, 16384}));
  two.add(4096);
  EXPECT_TRUE(watch.look(two.state));  // precise, but not asked yet
  two.add(1024);
  EXPECT_FALSE(watch.look(two.state));
  const Convergence history = watch.history(two.state).value();
  EXPECT_EQ(history.paths_done, (std::vector<std::uint64_t>{4096, 5120}));
  const auto& mean = history.series.front();
  EXPECT_EQ(mean.figure.name, "shortfall.mean");
  EXPECT_DOUBLE_EQ(mean.value[0], 0.125);
  EXPECT_GT(mean.half_width[0], mean.half_width[2]);
  const Figure now = figures_of(mean.figure, two.state, two.facts)[0];
  EXPECT_EQ(mean.half_width[2], 0.5 * (now.high - now.low));
}

void expect_same(const Convergence& a, const Convergence& b) {
  EXPECT_EQ(a.paths_done, b.paths_done);
  for (std::size_t k = 0; k < a.series.size(); ++k) {
    EXPECT_EQ(a.series[k].value, b.series[k].value) << k;
    EXPECT_EQ(a.series[k].half_width, b.series[k].half_width) << k;
  }
}

TEST(RunWatch, GoesOnAsIfTheRunHadNotBeenInterrupted) {
  TwoMembers two;
  RunWatch whole(two.facts, 20000), first(two.facts, 10000), second(two.facts, 20000);
  two.add(4096);
  EXPECT_TRUE(whole.look(two.state) && first.look(two.state));
  two.add(1000);
  const Convergence earlier = first.history(two.state).value();
  EXPECT_EQ(earlier.paths_done, (std::vector<std::uint64_t>{4096, 5096}));
  second.take_over(earlier, 5096);
  two.add(3096);
  EXPECT_TRUE(whole.look(two.state) && second.look(two.state));
  expect_same(*second.so_far(), *whole.so_far());
  expect_same(second.history(two.state).value(), whole.history(two.state).value());
}

TEST(RunWatch, HasNoHistoryWhereAnEarlierRunWasNotLookedAt) {
  TwoMembers two;
  two.add(10000);
  Convergence earlier;
  earlier.record(two.state, two.facts);
  RunWatch late(two.facts, 20000);
  late.take_over(earlier, 10000);
  EXPECT_EQ(late.so_far(), nullptr);
  EXPECT_FALSE(late.history(two.state).has_value());
  two.add(6384);
  EXPECT_TRUE(late.look(two.state));
  EXPECT_EQ(late.so_far(), nullptr);
  // A 32nd of these is more than what the earlier run had.
  RunWatch longer(two.facts, 10000 * 33);
  longer.take_over(earlier, 10000);
  EXPECT_TRUE(longer.so_far()->paths_done.empty());
}

TEST(RunWatch, HasNoHistoryWithUncertainInputs) {
  TwoMembers two;
  two.facts.uncertain.push_back({"a", "b", "c"});
  const RunWatch watch(two.facts, 20000);
  EXPECT_TRUE(watch.looks().empty());
  EXPECT_FALSE(watch.history(two.state).has_value());
}

TEST(Convergence, GivesBackTheCountsAskedFor) {
  TwoMembers two;
  Convergence all, some;
  for (int k = 0; k < 3; ++k) {
    two.add(500);
    all.record(two.state, two.facts);
    if (k != 1) some.record(two.state, two.facts);
  }
  expect_same(all.at({500, 1500}).value(), some);
  EXPECT_TRUE(all.at({}).value().paths_done.empty());
  EXPECT_FALSE(all.at({500, 501}).has_value());
  EXPECT_FALSE(all.at({2000}).has_value());
}

TEST(Convergence, TablesHoldTheSameNumbers) {
  TwoMembers two;
  RunWatch watch(two.facts, 8192);
  two.add(4096);
  watch.look(two.state);
  two.add(4096);
  watch.look(two.state);
  const Convergence history = watch.history(two.state).value();
  EXPECT_EQ(history.paths_done.size(), 2u);
  const std::string csv = csv_convergence(history, two.facts);
  EXPECT_EQ(csv.find("member,mineral,figure,unit,paths,value,half_width\n"), 0u);
  EXPECT_NE(csv.find("USA,gallium,shortfall.mean,1,4096,0.125,0.00"), std::string::npos) << csv;
  EXPECT_NE(csv.find("USA,,member_loss.cvar95,USD,8192,0,0\n"), std::string::npos) << csv;
  const std::string json = json_convergence(history, two.facts);
  EXPECT_NE(json.find("\"figure\":\"shortfall.mean\",\"unit\":\"1\",\"points\":[{\"paths\":4096,"
                      "\"value\":0.125,"),
            std::string::npos)
      << json;
  const std::string text = text_convergence(history, two.facts);
  EXPECT_NE(text.find("USA gallium"), std::string::npos) << text;
  EXPECT_NE(text_convergence({}, two.facts).find("No path"), std::string::npos);
}

}  // namespace
}  // namespace blocrisk
