#include "host/analysis/summary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "host/analysis/levels.hpp"
#include "host/analysis/moments.hpp"
#include "host/analysis/table.hpp"
#include "tests/support/synthetic_result.hpp"

namespace blocrisk {
namespace {

using test::add_value;
using test::synthetic_facts;

constexpr std::size_t n_levels = tail_levels.size();

/// One member, one mineral, one year of months.
class SmallRun {
 public:
  explicit SmallRun(int n_members = 1)
      : facts_(synthetic_facts(n_members, 1, 12)), state_(facts_.shape()) {}

  /// A path whose every measure of the first member has this value; months take ten times it.
  SmallRun& add(float value) {
    const std::uint64_t path = state_.n_paths++;
    for (int k = 0; k < n_measures; ++k) {
      const bool months = measure_table[k].kind == MeasureKind::months;
      add_value(state_, facts_, static_cast<Measure>(k), 0, months ? std::round(10 * value) : value,
                path);
    }
    for (int k = 0; k < n_member_measures; ++k) {
      add_value(state_, facts_, static_cast<MemberMeasure>(k), 0, value, path);
    }
    return *this;
  }

  Summary summary() const { return summarise(state_, facts_); }
  const ResultFacts& facts() const { return facts_; }
  const Accumulators& state() const { return state_; }

 private:
  ResultFacts facts_;
  Accumulators state_;
};

TEST(Summary, MeanAndSpreadOfFourPathsAreSeenByEye) {
  const Summary summary = SmallRun().add(0.0f).add(0.0f).add(0.5f).add(0.5f).summary();
  const MeasureSummary& shortfall = summary.of(Measure::shortfall);
  EXPECT_DOUBLE_EQ(shortfall.mean[0], 0.25);
  EXPECT_NEAR(shortfall.std_dev[0], std::sqrt(1.0 / 12), 1e-5);
  EXPECT_NEAR(shortfall.std_error[0], std::sqrt(1.0 / 48), 1e-5);
  EXPECT_DOUBLE_EQ(summary.of(MemberMeasure::loss).mean[0], 0.25);
}

TEST(Summary, ExceedanceCountsStrictly) {
  // thresholds 0.01, 0.05, 0.1, 0.25
  const Summary summary = SmallRun().add(0.0f).add(0.1f).add(0.25f).add(0.3f).summary();
  const MeasureSummary& shortfall = summary.of(Measure::shortfall);
  EXPECT_DOUBLE_EQ(shortfall.exceedance.value[0], 0.75);
  EXPECT_DOUBLE_EQ(shortfall.exceedance.value[2], 0.5);
  EXPECT_DOUBLE_EQ(shortfall.exceedance.value[3], 0.25);
  EXPECT_DOUBLE_EQ(shortfall.exceedance.std_error[3], std::sqrt(0.25 * 0.75 / 4));
  EXPECT_LT(shortfall.exceedance.low[3], 0.25);
  EXPECT_GT(shortfall.exceedance.high[3], 0.25);
  EXPECT_TRUE(summary.of(Measure::loss).exceedance.value.empty());
}

TEST(Summary, ProbabilityOfShortageIsThatOfAnyShortMonth) {
  const Summary summary = SmallRun().add(0.0f).add(0.0f).add(0.0f).add(0.1f).summary();
  EXPECT_DOUBLE_EQ(summary.short_probability.value[0], 0.25);
}

TEST(Summary, MonthsAreWhole) {
  SmallRun run;
  for (int k = 0; k < 10; ++k) run.add(0.1f * static_cast<float>(k));
  const Summary summary = run.summary();
  const MeasureSummary& months = summary.of(Measure::months_short);
  EXPECT_EQ(months.quantile[4], 4.0);  // the median
  EXPECT_EQ(months.var[0], 8.0);       // 90 %
}

TEST(Summary, MemberWithoutDemandIsKnownWithoutSampling) {
  const Summary summary = SmallRun(2).add(0.5f).summary();
  EXPECT_EQ(summary.has_demand[0], 1);
  EXPECT_EQ(summary.has_demand[1], 0);
  for (const Measure measure : {Measure::shortfall, Measure::months_short, Measure::loss}) {
    EXPECT_EQ(summary.of(measure).mean[1], 0.0);
    EXPECT_EQ(summary.of(measure).std_dev[1], 0.0);
    EXPECT_EQ(summary.of(measure).cvar_hi[n_levels], 0.0);
    EXPECT_EQ(summary.of(measure).thin[n_levels], 0);
  }
  EXPECT_EQ(summary.of(Measure::first_short).mean[1], 12.0);
  EXPECT_EQ(summary.of(Measure::first_short).quantile_lo[quantile_levels.size()], 12.0);
  EXPECT_EQ(summary.short_probability.value[1], 0.0);
  EXPECT_EQ(summary.short_probability.high[1], 0.0);
  EXPECT_EQ(summary.shortfall.mean[12], 0.0);
  EXPECT_TRUE(std::isnan(summary.cover.mean[12]));
}

TEST(Summary, WithoutPathsThereAreNoFigures) {
  const Summary summary = SmallRun().summary();
  EXPECT_TRUE(std::isnan(summary.of(Measure::shortfall).mean[0]));
  EXPECT_TRUE(std::isnan(summary.of(Measure::shortfall).cvar[0]));
  EXPECT_TRUE(std::isnan(summary.short_probability.value[0]));
  EXPECT_TRUE(std::isnan(summary.loss_return[0]));
}

TEST(Summary, OnePathHasNoSpread) {
  const Summary summary = SmallRun().add(0.5f).summary();
  EXPECT_DOUBLE_EQ(summary.of(Measure::shortfall).mean[0], 0.5);
  EXPECT_TRUE(std::isnan(summary.of(Measure::shortfall).std_dev[0]));
  EXPECT_EQ(summary.of(Measure::shortfall).var[0], 0.5);
}

TEST(Summary, ReturnPeriodsAreQuantilesOfYears) {
  SmallRun run;
  for (int k = 1; k <= 64; ++k) run.add(static_cast<float>(k));  // one year a path
  const Summary summary = run.summary();
  EXPECT_NEAR(summary.loss_return[0], 32, 32.0 / 64);  // once in 2 years: the median
  EXPECT_NEAR(summary.loss_return[2], 58, 58.0 / 64);  // once in 10
  EXPECT_EQ(summary.loss_return_support[2], 64 - 58);
  // Once in 1000: 64 years cannot say, and the sums have room for 2^46 units of 2^-30 USD.
  EXPECT_EQ(summary.loss_return_hi[8], 65536.0);
  EXPECT_EQ(summary.loss_return_paths_needed[2],
            320);  // 5 years of 64 beyond: 30 of 384, 320 asked
  EXPECT_EQ(summary.loss_return_thin[2], 1);
}

TEST(Summary, WorstPathsComeWorstFirst) {
  const Summary summary = SmallRun().add(0.25f).add(0.0f).add(0.5f).summary();
  EXPECT_EQ(summary.worst.path[0], 2);
  EXPECT_EQ(summary.worst.value[0], 0.5);
  EXPECT_EQ(summary.worst.path[1], 0);
  EXPECT_EQ(summary.worst.path[2], -1);
  EXPECT_TRUE(std::isnan(summary.worst.value[2]));
}

TEST(Summary, TimelineQuantilesAndMeansAgreeWithTheirSamples) {
  const StoredResult result = test::synthetic_result(2, 2, 6, 4000);
  const Summary summary = summarise(result.accumulators, result.facts);
  // price ratio 0.5 + 2 u, days of cover 90 u, restricted u; u uniform. Standard error of a mean of
  // u is 0.29 / sqrt(4000) = 0.0046, and of its median 0.0079.
  EXPECT_NEAR(summary.price.mean[0], 1.5, 2 * 5 * 0.0046);
  EXPECT_NEAR(summary.price.quantile[2], 1.5, 2 * 5 * 0.0079 + 1.5 / 128);
  EXPECT_NEAR(summary.cover.mean[0], 45.0, 90 * 5 * 0.0046);
  EXPECT_NEAR(summary.restricted.mean[0], 0.5, 5 * 0.0046);
}

// --- moments

Moments moments_of(std::uint64_t n, std::uint64_t units) {
  // n values of `units`, whose squares are whole multiples of 2^46.
  __extension__ using Wide = unsigned __int128;
  const Wide sum = static_cast<Wide>(n) * units;
  const Wide squares = (static_cast<Wide>(units) * units >> fixed_point_bits) * n;
  return {{static_cast<std::uint64_t>(sum), static_cast<std::uint64_t>(sum >> 64)},
          {static_cast<std::uint64_t>(squares), static_cast<std::uint64_t>(squares >> 64)}};
}

TEST(Moments, ATrillionLargestValuesStayInRange) {
  const std::uint64_t n = 1000000000000, largest = std::uint64_t{1} << fixed_point_bits;
  const MeanAndVariance result = mean_and_variance(moments_of(n, largest), n, 1.0);
  EXPECT_EQ(result.mean, static_cast<double>(largest));
  EXPECT_EQ(result.variance, 0.0);
}

TEST(Moments, ASmallSpreadOnALargeMeanIsNotLost) {
  // Half of the values 2^45, half 2^45 + 2^23 units: a spread of 2^22 that doubles would round
  // away.
  const std::uint64_t half = 500000000000, low = std::uint64_t{1} << 45;
  const std::uint64_t high = low + (std::uint64_t{1} << 23);
  Moments moments = moments_of(half, low);
  const Moments other = moments_of(half, high);
  moments.sum.add(other.sum);
  moments.squares.add(other.squares);
  const MeanAndVariance result = mean_and_variance(moments, 2 * half, 1.0);
  EXPECT_NEAR(std::sqrt(result.variance), 4194304.0, 1.0);
}

// --- time

TEST(StepStart, FollowsTheCalendarByMonths) {
  const std::vector<double> days = step_start_days(synthetic_facts(1, 1, 26));
  EXPECT_EQ(days[0], 0.0);
  EXPECT_EQ(days[1], 31.0);
  EXPECT_EQ(days[2], 59.0);
  EXPECT_EQ(days[12], 365.0);
  EXPECT_EQ(days[24], 731.0);  // 2028 is a leap year
  EXPECT_EQ(days[25], 762.0);
}

TEST(StepStart, SplitsMonthsForFinerSteps) {
  const std::vector<double> days = step_start_days(synthetic_facts(1, 1, 105, 52));
  EXPECT_EQ(days[0], 0.0);
  EXPECT_EQ(days[13], 90.0);  // a quarter: 1 April 2027
  EXPECT_EQ(days[52], 365.0);
  EXPECT_EQ(days[104], 731.0);
  for (std::size_t step = 1; step < days.size(); ++step)
    EXPECT_NEAR(days[step] - days[step - 1], 7.0, 0.6);
}

TEST(StepStart, EndsOfMonthsAreClamped) {
  ResultFacts facts = synthetic_facts(1, 1, 3);
  facts.start_date = "2028-01-31";
  const std::vector<double> days = step_start_days(facts);
  EXPECT_EQ(days[1], 29.0);  // 29 February of a leap year
  EXPECT_EQ(days[2], 60.0);  // 31 March
}

// --- tables

TEST(Table, IsNarrowAndAligned) {
  const StoredResult result = test::synthetic_result(13, 13, 12, 50);
  const std::string text = text_table(summarise(result.accumulators, result.facts), result.facts);
  std::istringstream lines(text);
  std::size_t width_of_cells = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LT(line.size(), 100u);
    if (line.find("CVaR95 P(short)") != std::string::npos) width_of_cells = line.size();
    if (line.find("gallium") == 0 && width_of_cells > 0) {
      EXPECT_EQ(line.size(), width_of_cells);
    }
  }
  EXPECT_GT(width_of_cells, 0u);
  EXPECT_EQ(text.back(), '\n');
}

TEST(Table, ShowsNumbersByEye) {
  SmallRun run(2);
  run.add(0.0f).add(0.5f);
  const std::string text = text_table(run.summary(), run.facts());
  EXPECT_NE(text.find("gallium USA         25.00*     50.00*     50.00*     50.00*      2.50*\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("EUU                    0                0\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("gallium EUU"), std::string::npos);  // no demand, no row
}

TEST(Table, MarksWhatFewPathsCarryAndSaysHowManyItTakes) {
  SmallRun run;
  for (int path = 0; path < 2000; ++path) run.add(path < 20 ? 0.5f : 0.0f);
  const std::string text = text_table(run.summary(), run.facts());
  // 20 of 2,000 paths: the mean, CVaR 95 and the probability rest on them; P95 is 0 for 100.
  EXPECT_NE(text.find("gallium USA          0.50*          0     10.00*      1.00*      0.05*\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("* carried by fewer than 30 paths: take it as a hint; about 3e+03 paths"),
            std::string::npos)
      << text;
  const std::string csv = csv_table(run.summary(), run.facts());
  for (const char* line :
       {"USA,gallium,shortfall_mean_thin,1,1\n", "USA,gallium,shortfall_mean_paths_needed,1,3000\n",
        "USA,gallium,short_probability_paths_needed,1,3000\n",
        "USA,gallium,shortfall_cvar95_thin,1,1\n", "USA,,loss_return_2yr_thin,1,1\n",
        "USA,,loss_return_100yr_paths_needed,1,3000\n"})
    EXPECT_NE(csv.find(line), std::string::npos) << line << csv;
  for (int path = 0; path < 10; ++path) run.add(0.5f);
  EXPECT_EQ(text_table(run.summary(), run.facts()).find('*'), std::string::npos);
}

TEST(Summary, WithoutChanceWhatAllPathsShareIsExact) {
  SmallRun run;
  for (int path = 0; path < 100; ++path) run.add(0.5f);
  EXPECT_GT(run.summary().of(Measure::shortfall).cvar_hi[0], 0.5);
  EXPECT_EQ(run.summary().of(Measure::shortfall).exceedance.high[0], 1.0);
  EXPECT_LT(run.summary().of(Measure::shortfall).exceedance.low[0], 1.0);
  ResultFacts certain = run.facts();
  certain.is_certain = true;
  const Summary summary = summarise(run.state(), certain);
  for (const MeasureSummary* figures :
       {&summary.of(Measure::shortfall), &summary.of(Measure::months_short)}) {
    const double value = figures == &summary.of(Measure::shortfall) ? 0.5 : 5.0;
    EXPECT_EQ(figures->mean_lo[0], value);
    EXPECT_EQ(figures->mean_hi[0], value);
    EXPECT_EQ(figures->quantile_hi[10], value);
    EXPECT_EQ(figures->cvar_lo[4], value);
    EXPECT_EQ(figures->cvar_hi[4], value);
  }
  EXPECT_EQ(summary.of(Measure::shortfall).exceedance.low[0], 1.0);
  EXPECT_EQ(summary.short_probability.low[0], 1.0);
}

TEST(Summary, ProbabilitiesSayHowOftenTheyWereSeen) {
  SmallRun run;
  for (int path = 0; path < 1000; ++path) run.add(path < 10 ? 0.06f : 0.0f);
  const Summary summary = run.summary();
  const ProbabilitySummary& exceedance = summary.of(Measure::shortfall).exceedance;
  EXPECT_EQ(exceedance.paths_needed[1], 3000);
  EXPECT_EQ(exceedance.thin[1], 1);
  EXPECT_EQ(exceedance.value[2], 0.0);  // never seen: thin, and more paths than 30 runs like this
  EXPECT_EQ(exceedance.thin[2], 1);
  EXPECT_EQ(exceedance.paths_needed[2], 30000);
  EXPECT_GT(exceedance.high[2], 0.0037);
}

TEST(Table, CsvAndJsonHoldTheSameFigures) {
  SmallRun run;
  run.add(0.0f).add(0.5f);
  const std::string csv = csv_table(run.summary(), run.facts());
  const std::string json = json_table(run.summary(), run.facts());
  EXPECT_EQ(csv.find("member,mineral,figure,unit,value\n"), 0u);
  EXPECT_NE(csv.find("USA,gallium,shortfall_mean,1,0.25\n"), std::string::npos);
  EXPECT_NE(json.find("\"shortfall_mean\":0.25,"), std::string::npos);
  EXPECT_NE(json.find("{\"paths\":2,\"minerals\":[{\"mineral\":\"gallium\","), std::string::npos);
}

TEST(Table, NamesAreQuotedWhereTheyMustBe) {
  SmallRun run;
  run.add(0.5f);
  ResultFacts facts = run.facts();
  facts.members = {"a \"b\", c"};
  EXPECT_NE(csv_table(run.summary(), facts).find("\"a \"\"b\"\", c\",gallium,"), std::string::npos);
  EXPECT_NE(json_table(run.summary(), facts).find("\"member\":\"a \\\"b\\\", c\""),
            std::string::npos);
}

}  // namespace
}  // namespace blocrisk
