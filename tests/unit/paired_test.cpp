// Paired differences: values seen by eye, and intervals that hold the truth as often as they say.
#include "host/analysis/paired.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tests/support/engine_run.hpp"
#include "tests/support/random_scenario.hpp"

namespace blocrisk {
namespace {

constexpr Level level_95{95, 100};

TEST(Paired, ASeriesAgainstItselfDiffersByNothing) {
  const std::vector<float> values{0.0f, 0.25f, 0.5f, 0.125f, 0.75f};
  const Pairs pairs{values, values};
  for (const Figure& figure :
       {mean_difference(pairs), cvar_difference(pairs, level_95), probability_difference(pairs)}) {
    EXPECT_EQ(figure.value, 0.0);
    // Five paths that do not differ say little about a sixth.
    EXPECT_LT(figure.low, 0.0);
    EXPECT_GT(figure.high, 0.0);
  }
  EXPECT_EQ(count_pairs(pairs).different(), 0u);
}

TEST(Paired, WhatNeverHappensInEitherDiffersByExactlyNothing) {
  const std::vector<float> zeros(100, 0.0f);
  for (const Figure& figure :
       {mean_difference({zeros, zeros}), cvar_difference({zeros, zeros}, level_95)}) {
    EXPECT_EQ(figure.low, 0.0);
    EXPECT_EQ(figure.high, 0.0);
  }
}

TEST(Paired, DifferencesAreThoseOfEachSeries) {
  // Twenty paths: CVaR 95 is the largest value.
  std::vector<float> a(20, 0.0f), b(20, 0.0f);
  a[3] = 0.5f, a[7] = 0.25f, b[3] = 0.125f, b[9] = 0.375f;
  const Pairs pairs{a, b};
  EXPECT_DOUBLE_EQ(mean_difference(pairs).value, (0.75 - 0.5) / 20.0);
  EXPECT_DOUBLE_EQ(cvar_difference(pairs, level_95).value, 0.5 - 0.375);
  EXPECT_DOUBLE_EQ(cvar_difference(pairs, {90, 100}).value, 0.375 - 0.25);
  EXPECT_DOUBLE_EQ(probability_difference(pairs).value, 0.0);
  const PairCounts counts = count_pairs(pairs);
  EXPECT_EQ(counts.a_above, 2u);
  EXPECT_EQ(counts.b_above, 1u);
  EXPECT_TRUE(is_thin(counts));
}

TEST(Paired, SwappingTheTwoTurnsTheSign) {
  std::vector<float> a, b;
  for (int k = 0; k < 500; ++k) {
    a.push_back(static_cast<float>(k * k % 97) / 100.0f);
    b.push_back(static_cast<float>(k * k % 89) / 100.0f);
  }
  const auto expect_opposite = [](Figure one, Figure other) {
    EXPECT_DOUBLE_EQ(one.value, -other.value);
    EXPECT_DOUBLE_EQ(one.low, -other.high);
    EXPECT_DOUBLE_EQ(one.high, -other.low);
    EXPECT_LT(one.low, one.value);
    EXPECT_LT(one.value, one.high);
  };
  expect_opposite(mean_difference({a, b}), mean_difference({b, a}));
  expect_opposite(cvar_difference({a, b}, level_95), cvar_difference({b, a}, level_95));
  a[4] = b[9] = b[11] = 0.0f;
  expect_opposite(probability_difference({a, b}), probability_difference({b, a}));
}

TEST(Paired, AShiftOfEveryPathHasNoError) {
  std::vector<float> a, b;
  for (int k = 0; k < 400; ++k) {
    b.push_back(static_cast<float>(k * k % 64) / 64.0f);
    a.push_back(b.back() + 2.0f);
  }
  const Figure mean = mean_difference({a, b});
  EXPECT_EQ(mean.value, 2.0);
  EXPECT_EQ(mean.low, 2.0);
  EXPECT_EQ(mean.high, 2.0);
  EXPECT_DOUBLE_EQ(cvar_difference({a, b}, level_95).value, 2.0);
}

TEST(Paired, FewDifferencesClaimLittle) {
  std::vector<float> a(10000, 0.0f), b(10000, 0.0f);
  a[5] = 1e6f;
  // One path of ten thousand: the mean is 100, another such path might be of either sign.
  const Figure mean = mean_difference({a, b});
  EXPECT_GT(mean.high, 300.0);
  EXPECT_LT(mean.low, 0.0);
  const Figure probability = probability_difference({a, b});
  EXPECT_LT(probability.low, 0.0);
  EXPECT_GT(probability.high, 3e-4);
}

/// How often 95 % intervals over disjoint ranges of paths hold the figure of all of them.
struct Coverage {
  int n = 0, held = 0, held_by_half = 0;

  void add(Figure figure, double truth) {
    ++n;
    held += figure.low <= truth && truth <= figure.high ? 1 : 0;
    const double low_half = figure.value - 0.5 * (figure.value - figure.low);
    const double high_half = figure.value + 0.5 * (figure.high - figure.value);
    held_by_half += low_half <= truth && truth <= high_half ? 1 : 0;
  }
  double share() const { return static_cast<double>(held) / n; }
  double half_share() const { return static_cast<double>(held_by_half) / n; }
};

constexpr std::uint64_t n_ranges = 400;
constexpr std::uint64_t range_paths = 1000;

/// 95 % less four standard errors of a share among so many ranges: a right interval fails with a
/// chance of 3e-5. Half an interval holds the truth in 67 % and has to fail.
const double least_share = 0.95 - 4.0 * std::sqrt(0.95 * 0.05 / n_ranges);

using FigureOf = Figure (*)(const Pairs&);

void expect_coverage(const std::string& name, const std::vector<float>& a,
                     const std::vector<float>& b, FigureOf figure_of) {
  const double truth = figure_of({a, b}).value;
  const std::uint64_t different = count_pairs({a, b}).different() / n_ranges;
  Coverage coverage;
  for (std::uint64_t k = 0; k < n_ranges; ++k) {
    const auto part = [&](const std::vector<float>& values) {
      return std::span(values).subspan(k * range_paths, range_paths);
    };
    coverage.add(figure_of({part(a), part(b)}), truth);
  }
  EXPECT_GE(coverage.share(), least_share) << name;
  // Where fewer differ, intervals are too wide rather than too narrow.
  if (different >= range_paths / 2) {
    EXPECT_LT(coverage.half_share(), least_share) << name;
  }
}

void expect_coverage_of_all(const RunResult& a, const RunResult& b, int member, int mineral) {
  const auto shortfall_a = values_of(a, Measure::shortfall, member, mineral);
  const auto shortfall_b = values_of(b, Measure::shortfall, member, mineral);
  const auto months_a = values_of(a, Measure::months_short, member, mineral);
  const auto months_b = values_of(b, Measure::months_short, member, mineral);
  const FigureOf cvar = [](const Pairs& pairs) { return cvar_difference(pairs, level_95); };
  expect_coverage("mean", shortfall_a, shortfall_b, mean_difference);
  expect_coverage("CVaR", shortfall_a, shortfall_b, cvar);
  expect_coverage("probability", months_a, months_b, probability_difference);
  expect_coverage("months", months_a, months_b, mean_difference);
  const auto loss_a = values_of(a, Measure::loss, member, mineral);
  const auto loss_b = values_of(b, Measure::loss, member, mineral);
  expect_coverage("mean loss", loss_a, loss_b, mean_difference);
  expect_coverage("CVaR of loss", loss_a, loss_b, cvar);
}

RunResult run_all(Scenario scenario) {
  resolve(scenario);
  const Network network = calibrate(scenario);
  return run_engine(network, n_ranges * range_paths);
}

/// Truths are pooled from all ranges, so their own error is a twentieth of a range's.
TEST(PairedIntervals, HoldTheTruthAsOftenAsTheySay) {
  Scenario scenario = random_scenario(3);
  Scenario stocked = scenario;
  for (DemandRow& row : stocked.demand) row.commercial_stock_days += 20.0;
  Scenario provoked = scenario;
  provoked.bloc.retaliation *= 1.1;
  const RunResult base = run_all(scenario);
  const Network network = calibrate(scenario);
  for (const Scenario& other : {stocked, provoked}) {
    const RunResult changed = run_all(other);
    for (int mineral = 0; mineral < network.header.n_minerals; ++mineral)
      expect_coverage_of_all(base, changed, 0, mineral);
  }
}

}  // namespace
}  // namespace blocrisk
