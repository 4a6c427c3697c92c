#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "host/analysis/binomial.hpp"
#include "host/analysis/distribution.hpp"
#include "host/analysis/levels.hpp"
#include "host/analysis/tail.hpp"

namespace blocrisk {
namespace {

constexpr double scale = 1099511627776.0;  // 2^40
constexpr Level median{50, 100};

/// Samples put into a histogram the way a backend does, and the distribution they make.
class Samples {
 public:
  explicit Samples(BinRange range = ratio_bins)
      : range_(range), counts_(static_cast<std::size_t>(range.n_bins())) {}

  Samples& add(float value, int times = 1) {
    const int bin = bin_of_bits(std::bit_cast<std::uint32_t>(value), range_);
    counts_[static_cast<std::size_t>(bin)] += static_cast<std::uint64_t>(times);
    __extension__ using Wide = unsigned __int128;
    const auto units = static_cast<std::uint64_t>(static_cast<double>(value) * scale);
    for (int k = 0; k < times; ++k) {
      worst_.offer({value, n_++});
      moments_.sum.add(units);
      moments_.squares.add(
          static_cast<std::uint64_t>(static_cast<Wide>(units) * units >> fixed_point_bits));
    }
    return *this;
  }

  Distribution binned() const { return Distribution(source()); }
  Distribution with_worst() const {
    DistributionSource with = source();
    with.worst = &worst_;
    return Distribution(with);
  }
  Distribution on_lattice(double step) const {
    DistributionSource with = source();
    with.lattice = step;
    return Distribution(with);
  }
  DistributionSource source() const {
    DistributionSource result;
    result.counts = counts_;
    result.range = range_;
    result.moments = moments_;
    result.scale = scale;
    result.n_independent = n_;
    return result;
  }

 private:
  BinRange range_;
  std::vector<std::uint64_t> counts_;
  Moments moments_;
  WorstList worst_;
  std::uint64_t n_ = 0;
};

TailFigures tail_of(const Distribution& distribution, Level level) {
  return tail_figures(distribution, level, rank_interval(level, distribution.n_independent()));
}

Figure quantile_of(const Distribution& distribution, Level level) {
  return quantile(distribution, level, rank_interval(level, distribution.n_independent()));
}

// --- ranks

TEST(Rank, IsTheSmallestWhoseShareReachesTheLevel) {
  EXPECT_EQ(rank_of({95, 100}, 100), 95u);
  EXPECT_EQ(rank_of({95, 100}, 101), 96u);
  EXPECT_EQ(rank_of({95, 100}, 1), 1u);
  EXPECT_EQ(rank_of({1, 100}, 10), 1u);
  EXPECT_EQ(rank_of({999, 1000}, 1000000000000), 999000000000u);
  EXPECT_EQ(rank_of(return_level(1000), 5000000000000), 4995000000000u);
}

TEST(RankInterval, OfTheMedianIsThePublishedOne) {
  // Tables of sign-test intervals, for example Conover, Practical Nonparametric Statistics.
  EXPECT_EQ(rank_interval(median, 100), (RankInterval{40, 61}));
  EXPECT_EQ(rank_interval(median, 10), (RankInterval{2, 9}));
  EXPECT_EQ(rank_interval(median, 6), (RankInterval{1, 6}));
  EXPECT_EQ(rank_interval(median, 5), (RankInterval{0, 6}));  // five samples cannot say
}

/// P(Bin(n, p) <= k) by logarithms of the gamma function: another road than the code's.
double binomial_below(std::uint64_t n, double p, std::uint64_t k) {
  double sum = 0.0;
  const double trials = static_cast<double>(n);
  for (std::uint64_t i = 0; i <= k; ++i) {
    const double x = static_cast<double>(i);
    sum += std::exp(std::lgamma(trials + 1) - std::lgamma(x + 1) - std::lgamma(trials - x + 1) +
                    x * std::log(p) + (trials - x) * std::log1p(-p));
  }
  return sum;
}

TEST(RankInterval, IsTheTightestThatKeepsBothTails) {
  for (const std::uint64_t n : {30, 100, 777, 5000}) {
    for (const Level level : quantile_levels) {
      const RankInterval ranks = rank_interval(level, n);
      const double p = level.value();
      if (ranks.low > 0) {
        EXPECT_LE(binomial_below(n, p, ranks.low - 1), 0.025);
      }
      EXPECT_GT(binomial_below(n, p, ranks.low), 0.025);
      if (ranks.high <= n) {
        EXPECT_LE(1 - binomial_below(n, p, ranks.high - 1), 0.025 + 1e-9);
      }
      EXPECT_GT(1 - binomial_below(n, p, ranks.high - 2), 0.025 - 1e-9);
    }
  }
}

TEST(RankInterval, ExpansionContinuesTheExactSum) {
  // Just below and just above the switch, at a variance of a million.
  for (const Level level : {median, Level{99, 100}, Level{999, 1000}}) {
    const double per_sample = level.value() * level.rest();
    const auto n = static_cast<std::uint64_t>(1e6 / per_sample);
    const RankInterval below = rank_interval(level, n - 2000),
                       above = rank_interval(level, n + 2000);
    const double shift = 4000 * level.value();
    EXPECT_NEAR(static_cast<double>(above.low - below.low), shift, 4.0);
    EXPECT_NEAR(static_cast<double>(above.high - below.high), shift, 4.0);
  }
}

TEST(RankInterval, OfATrillionSamplesIsFound) {
  const RankInterval ranks = rank_interval({999, 1000}, 1000000000000);
  EXPECT_NEAR(static_cast<double>(ranks.low), 999e9 - 1.96 * 31607, 20);
  EXPECT_NEAR(static_cast<double>(ranks.high), 999e9 + 1.96 * 31607, 20);
}

TEST(Wilson, IsHonestWhereNothingWasSeen) {
  const Interval none = wilson_interval(0, 1000), all = wilson_interval(1000, 1000);
  EXPECT_EQ(none.low, 0.0);
  EXPECT_EQ(all.high, 1.0);
  EXPECT_NEAR(none.high, 1.0 - all.low, 1e-12);
  // The exact one, 1 - 0.025^(1/1000), must lie within.
  EXPECT_GT(none.high, 0.003682);
  EXPECT_LT(none.high, 0.005);
}

TEST(Wilson, GivesThePublishedExamples) {
  // Newcombe 1998, table I, method 4.
  const struct {
    std::uint64_t count, n;
    double low, high;
  } examples[] = {{81, 263, 0.2535, 0.3682},
                  {15, 148, 0.0598, 0.1644},
                  {0, 20, 0.0, 0.2005},
                  {1, 29, 0.0018, 0.1963}};
  for (const auto& example : examples) {
    const Interval found = wilson_interval(example.count, example.n);
    EXPECT_NEAR(found.low, example.low, 5e-5) << example.count;
    EXPECT_NEAR(found.high, example.high, 5e-5) << example.count;
  }
}

// --- quantiles

TEST(Quantile, OfTenNumbersIsSeenByEye) {
  Samples samples;
  for (int k = 1; k <= 10; ++k) samples.add(static_cast<float>(k) / 16);
  const Distribution distribution = samples.with_worst();
  EXPECT_EQ(quantile_of(distribution, {10, 100}).value, 1.0 / 16);
  EXPECT_EQ(quantile_of(distribution, median).value, 5.0 / 16);
  EXPECT_EQ(quantile_of(distribution, {95, 100}).value, 10.0 / 16);
  EXPECT_EQ(quantile_of(distribution, median).low, 2.0 / 16);
  EXPECT_EQ(quantile_of(distribution, median).high, 9.0 / 16);
}

TEST(Quantile, HasNoUpperEndWhereSamplesCannotSay) {
  Samples samples;
  for (int k = 1; k <= 100; ++k) samples.add(static_cast<float>(k) / 128);
  const Figure figure = quantile_of(samples.with_worst(), {999, 1000});
  EXPECT_EQ(figure.value, 100.0 / 128);
  EXPECT_EQ(figure.high, std::numeric_limits<double>::infinity());
  DistributionSource bounded = samples.source();
  bounded.upper_bound = 1.0;
  EXPECT_EQ(quantile_of(Distribution(bounded), {999, 1000}).high, 1.0);
}

TEST(Quantile, OfAHistogramIsItsBinsCentre) {
  Samples samples;
  for (int k = 1; k <= 1000; ++k) samples.add(static_cast<float>(k) / 1000);
  for (const Level level : quantile_levels) {
    EXPECT_NEAR(quantile_of(samples.binned(), level).value, level.value(),
                level.value() / 128 + 1e-3);
  }
}

TEST(Quantile, OfWholeMonthsIsWhole) {
  Samples samples(months_bins);
  for (int k = 0; k <= 100; ++k) samples.add(static_cast<float>(k));
  const Distribution months = samples.on_lattice(1.0);
  EXPECT_EQ(quantile_of(months, median).value, 50.0);
  EXPECT_EQ(quantile_of(months, {25, 100}).value, 25.0);
}

TEST(Quantile, IntervalReachesToTheEdgesOfBins) {
  Samples samples;  // one value that is not its bin's centre, and another bin above
  samples.add(0.3f, 1000000).add(0.6f, 1000);
  const Figure figure = quantile_of(samples.binned(), median);
  EXPECT_LE(figure.low, 0.3f);
  EXPECT_GE(figure.high, 0.3f);
  EXPECT_NEAR(figure.high - figure.low, 1.0 / 256, 1e-9);  // 64 bins from 1/4 to 1/2
}

TEST(Quantile, ToldApartByTheLatticeIsExact) {
  Samples samples(months_bins);
  for (int k = 0; k <= 100; ++k) samples.add(static_cast<float>(k), 100);
  EXPECT_EQ(quantile_of(samples.on_lattice(1.0), median).low, 49.0);
  EXPECT_EQ(quantile_of(samples.on_lattice(1.0), median).high, 51.0);
  // Steps of a 365th of a year share bins, of which only the edges are known.
  const Figure fine = quantile_of(samples.on_lattice(12.0 / 365), median);
  EXPECT_EQ(fine.low, 49.0);
  EXPECT_EQ(fine.high, 51.5);
}

TEST(Distribution, OneValueIsReportedAsItself) {
  Samples samples;
  samples.add(0.0f, 3).add(0.3f, 7);
  EXPECT_NEAR(samples.binned().value_at_rank(10), 0.3f, 1e-9);  // not the bin's centre
  EXPECT_EQ(samples.binned().value_at_rank(3), 0.0);
  EXPECT_EQ(samples.binned().zeros(), 3u);
}

TEST(Distribution, EqualValuesHaveNoSpread) {
  Samples samples(usd_bins);
  samples.add(1234.567f, 1000);
  DistributionSource source = samples.source();
  source.moments.squares.add(std::uint64_t{400});  // squares rounded up instead of down
  EXPECT_EQ(Distribution(source).moments().variance, 0.0);
  samples.add(1240.0f, 1000);  // the same bin
  EXPECT_NEAR(Distribution(samples.source()).moments().variance, 7.38, 0.01);
}

TEST(Distribution, WorstValuesAndBinsKeepTheirOrder) {
  Samples samples;
  for (int k = 0; k < 1000; ++k) samples.add(0.5f + static_cast<float>(k % 37) * 0.0001f);
  const Distribution distribution = samples.with_worst();
  EXPECT_EQ(distribution.n(), 1000u);
  for (std::uint64_t rank = 2; rank <= 1000; ++rank) {
    EXPECT_LE(distribution.value_at_rank(rank - 1), distribution.value_at_rank(rank));
  }
}

// --- VaR and CVaR

TEST(Tail, AtomAtZeroBelowTheLevelCountsInPart) {
  // 96 zeros, 4 halves: VaR 95 is zero, the worst five hold one zero.
  Samples samples;
  samples.add(0.0f, 96).add(0.5f, 4);
  const TailFigures figures = tail_of(samples.binned(), {95, 100});
  EXPECT_EQ(figures.var.value, 0.0);
  EXPECT_NEAR(figures.cvar.value, 4 * 0.5 / 5, 1e-9);
  EXPECT_EQ(figures.support, 4);
}

TEST(Tail, SampleAtVarCountsInPart) {
  // 25 samples at 90 %: the worst 2.5 are the two largest and half of the third.
  Samples samples;
  for (int k = 1; k <= 25; ++k) samples.add(static_cast<float>(k) / 32);
  const TailFigures figures = tail_of(samples.with_worst(), {90, 100});
  EXPECT_EQ(figures.var.value, 23.0 / 32);
  EXPECT_NEAR(figures.cvar.value, (25.0 + 24.0 + 0.5 * 23.0) / 2.5 / 32, 1e-12);
  EXPECT_EQ(figures.support, 2);
}

TEST(Tail, AtomAboveTheLevelIsVarAndCvar) {
  Samples samples;
  samples.add(0.0f, 50).add(0.25f, 50);
  const TailFigures figures = tail_of(samples.binned(), {95, 100});
  EXPECT_NEAR(figures.var.value, 0.25, 1e-9);
  EXPECT_EQ(figures.cvar.value, figures.var.value);
  EXPECT_EQ(figures.support, 0);
}

TEST(Tail, OneValueForAllLeavesRoomForWhatWasNotSeen) {
  Samples samples;
  samples.add(0.25f, 10000);
  DistributionSource bounded = samples.source();
  bounded.upper_bound = 1.0;
  const TailFigures figures = tail_of(Distribution(bounded), {95, 100});
  EXPECT_EQ(figures.var.low, 0.25);
  EXPECT_EQ(figures.var.high, 0.25);
  EXPECT_EQ(figures.cvar.value, 0.25);
  EXPECT_EQ(figures.cvar.low, 0.25);
  // With a chance of 3.7 in 10,000, a value of 1 escapes 10,000 samples once in 40 times.
  EXPECT_GT(figures.cvar.high, 0.25 + 3.7e-4 * 0.75 / 0.05);
  EXPECT_LT(figures.cvar.high, 0.25 + 8e-4 * 0.75 / 0.05);
  EXPECT_FALSE(figures.thin);
}

TEST(Mean, IntervalReachesFurtherWhereTheTailIs) {
  Samples samples;  // 40 values of a half among 1,000
  samples.add(0.0f, 960).add(0.5f, 40);
  const Figure mean = mean_figure(samples.binned()).mean;
  EXPECT_DOUBLE_EQ(mean.value, 0.02);
  EXPECT_GT(mean.high - mean.value, mean.value - mean.low);
  // Forty hits are 28.6 to 54.5 by the exact Poisson interval.
  EXPECT_NEAR(mean.low, 0.5 * 28.6 / 1000, 0.0005);
  EXPECT_NEAR(mean.high, 0.5 * 54.5 / 1000, 0.0015);
}

TEST(Mean, SaysHowManySamplesCarryIt) {
  Samples rare;
  rare.add(0.0f, 9997).add(0.5f, 3);
  EXPECT_EQ(mean_figure(rare.binned()).paths_needed, 100000);
  Samples common;  // seldom the other way
  common.add(0.0f, 10).add(0.5f, 9990);
  EXPECT_EQ(mean_figure(common.binned()).paths_needed, 30000);
  Samples equal;
  equal.add(0.5f, 100);
  EXPECT_EQ(mean_figure(equal.binned()).paths_needed, 100);
}

TEST(Mean, OfOneSampleMayBeAnything) {
  Samples one;
  one.add(0.5f);
  DistributionSource bounded = one.source();
  bounded.upper_bound = 1.0;
  const Figure mean = mean_figure(Distribution(bounded)).mean;
  EXPECT_EQ(mean.value, 0.5);
  EXPECT_EQ(mean.low, 0.0);
  EXPECT_EQ(mean.high, 1.0);
}

TEST(Tail, NeverCrossesItsOwnInterval) {
  std::mt19937 generator(3);
  std::lognormal_distribution<float> law(0.0f, 2.0f);
  for (int round = 0; round < 50; ++round) {
    Samples samples(usd_bins);
    samples.add(0.0f, round * 3);
    for (int k = 0; k < 40; ++k) samples.add(law(generator));
    for (const Level level : tail_levels) {
      const TailFigures figures = tail_of(samples.binned(), level);
      EXPECT_LE(figures.var.low, figures.var.value);
      EXPECT_LE(figures.var.value, figures.var.high);
      EXPECT_LE(figures.cvar.low, figures.cvar.value);
      EXPECT_LE(figures.cvar.value, figures.cvar.high);
      EXPECT_LE(figures.var.value, figures.cvar.value);
      EXPECT_LE(figures.var.low, figures.cvar.low);
      EXPECT_LE(figures.var.high, figures.cvar.high);
    }
  }
}

TEST(Tail, SaysHowManyPathsItWouldTake) {
  Samples few;
  few.add(0.0f, 90).add(0.5f, 10);
  EXPECT_EQ(tail_of(few.binned(), {95, 100}).paths_needed, 600);
  EXPECT_TRUE(tail_of(few.binned(), {95, 100}).thin);
  Samples rare;  // enough paths beyond the level, but three carry the figure
  rare.add(0.0f, 9997).add(0.5f, 3);
  EXPECT_EQ(tail_of(rare.binned(), {95, 100}).paths_needed, 100000);
  EXPECT_TRUE(tail_of(rare.binned(), {95, 100}).thin);
  Samples enough;
  enough.add(0.0f, 9900).add(0.5f, 100);
  EXPECT_FALSE(tail_of(enough.binned(), {95, 100}).thin);
}

TEST(Tail, YearsOfAPathCountAsOneSample) {
  Samples samples;
  for (int k = 1; k <= 1000; ++k) samples.add(static_cast<float>(k) / 1000);
  DistributionSource pooled = samples.source();
  pooled.n_independent = 200;  // five years each
  const Figure independent = quantile_of(samples.binned(), median);
  const Figure dependent = quantile_of(Distribution(pooled), median);
  EXPECT_EQ(independent.value, dependent.value);
  EXPECT_NEAR((dependent.high - dependent.low) / (independent.high - independent.low),
              std::sqrt(5.0), 0.2);
}

}  // namespace
}  // namespace blocrisk
