#include "host/scenario/calibrate_flows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace blocrisk {
namespace {

TEST(SeedShares, WithoutKnownImportsFollowOutputAndHomeCountsMore) {
  const auto share = seed_shares({60, 20, 20}, {0, 1, 2}, {50, 1, {}}, 4.0);
  // weights 60, 80, 20
  EXPECT_DOUBLE_EQ(share[0], 60.0 / 160);
  EXPECT_DOUBLE_EQ(share[1], 80.0 / 160);
  EXPECT_DOUBLE_EQ(share[2], 20.0 / 160);
}

TEST(SeedShares, KnownImportsReplaceTheForeignPart) {
  // Home covers 10 of 40; of the rest, exporter 0 is named with 0.7, and 2 and 3 share 0.3 as 1
  // : 2.
  const auto share = seed_shares({60, 10, 10, 20}, {0, 1, 2, 3}, {40, 1, {{0, 0.7}}}, 4.0);
  EXPECT_DOUBLE_EQ(share[1], 0.25);
  EXPECT_DOUBLE_EQ(share[0], 0.75 * 0.7);
  EXPECT_DOUBLE_EQ(share[2], 0.75 * 0.3 / 3);
  EXPECT_DOUBLE_EQ(share[3], 0.75 * 0.6 / 3);
}

TEST(SeedShares, HomeNeverTakesMoreThanNineteenTwentieths) {
  const auto share = seed_shares({60, 100}, {0, 1}, {40, 1, {{0, 1.0}}}, 4.0);
  EXPECT_DOUBLE_EQ(share[1], 0.95);
  EXPECT_DOUBLE_EQ(share[0], 1.0 - 0.95);
}

TEST(SeedShares, NamedFractionsAboveOneLeaveNothingForOthersButTheFloor) {
  const auto share = seed_shares({60, 20, 20}, {0, 2, 3}, {40, 1, {{0, 0.9}, {1, 0.3}}}, 4.0);
  EXPECT_DOUBLE_EQ(share[0], 0.9);
  EXPECT_DOUBLE_EQ(share[1], 0.3);
  EXPECT_DOUBLE_EQ(share[2], 1e-6);
}

TEST(SeedShares, WithoutOutputThereIsNoShareAndWithoutNeedNone) {
  EXPECT_EQ(seed_shares({60, 0}, {0, 1}, {40, 1, {}}, 4.0)[1], 0.0);
  EXPECT_EQ(seed_shares({60, 5}, {0, 1}, {0, 1, {}}, 4.0), (std::vector<double>{0, 0}));
}

TEST(FitFlows, TwoByTwoKeepsTheCrossRatioOfItsSeed) {
  // The sums leave one unknown x = flow[0]; x (x - 1) = 4 (6 - x) (5 - x) is 3 x^2 - 43 x + 120 =
  // 0.
  const FlowFit fit = fit_flows({4, 1, 1, 1}, {6, 4}, {5, 5});
  const double x = (43.0 - std::sqrt(43.0 * 43.0 - 4.0 * 3.0 * 120.0)) / 6.0;
  EXPECT_NEAR(fit.flow[0], x, 1e-12);
  EXPECT_NEAR(fit.flow[1], 6.0 - x, 1e-12);
  EXPECT_NEAR(fit.flow[2], 5.0 - x, 1e-12);
  EXPECT_NEAR(fit.flow[3], x - 1.0, 1e-12);
  EXPECT_LT(fit.worst_residual, 1e-12);
}

TEST(FitFlows, ASeedThatFitsIsLeftAlone) {
  const std::vector<double> seed{3, 1, 2, 4};
  EXPECT_EQ(fit_flows(seed, {4, 6}, {5, 5}).flow, seed);
}

TEST(FitFlows, BlocksThatHardlyTradeFitToo) {
  // Scaling by turns alone would need millions of rounds: what one block lacks has to come through
  // pairs that start at the floor.
  for (const double mismatch : {1e-2, 1e-4, 1e-5, 1e-6, 1e-8}) {
    const FlowFit fit = fit_flows({1, 1e-6, 1e-6, 1}, {1 + mismatch, 1 - mismatch}, {1, 1});
    EXPECT_LT(fit.worst_residual, 1e-12) << "mismatch " << mismatch;
    EXPECT_NEAR(fit.flow[0] * fit.flow[3] / (fit.flow[1] * fit.flow[2]) * 1e-12, 1.0, 1e-6);
    EXPECT_LT(fit.n_rounds, 2100);
  }
}

TEST(FitFlows, ManyBlocksThatHardlyTradeFitToo) {
  std::mt19937_64 engine(17);
  std::uniform_real_distribution<double> unit(0.5, 1.5);
  constexpr std::size_t n = 12;
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<double> rows(n), columns(n), seed(n * n, 1e-6);
    double row_total = 0.0, column_total = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      columns[i] = unit(engine);
      rows[i] = columns[i] * (1.0 + 1e-5 * (unit(engine) - 1.0));
      row_total += rows[i];
      column_total += columns[i];
    }
    for (double& row : rows) row *= column_total / row_total;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) seed[i * n + j] = columns[j] * (i == j ? 1.0 : 1e-6);
    }
    EXPECT_LT(fit_flows(seed, rows, columns).worst_residual, 1e-12) << "trial " << trial;
  }
}

TEST(FitFlows, NamesTheRowThatCannotFit) {
  // Row 1 can only sell to column 1, which wants less than it makes.
  const FlowFit fit = fit_flows({1, 1, 0, 1}, {2, 8}, {5, 5});
  EXPECT_GT(fit.worst_residual, allowed_flow_residual);
  EXPECT_GE(fit.worst_row, 0);
}

TEST(FitFlows, NamesTheColumnNobodyCanServe) {
  const FlowFit fit = fit_flows({1, 0, 1, 0}, {5, 5}, {4, 6});
  EXPECT_GT(fit.worst_residual, 0.1);
}

TEST(FitFlows, NothingWantedIsNothingSold) {
  const FlowFit fit = fit_flows({0, 0}, {0, 0}, {0});
  EXPECT_EQ(fit.flow, (std::vector<double>{0, 0}));
  EXPECT_EQ(fit.worst_residual, 0.0);
}

TEST(FitFlows, RandomSeedsWithFloorsFitToRounding) {
  std::mt19937_64 engine(5);
  std::lognormal_distribution<double> size(0.0, 2.0);
  for (int trial = 0; trial < 50; ++trial) {
    const std::size_t n_rows = 1 + engine() % 12, n_columns = 1 + engine() % 16;
    std::vector<double> rows(n_rows), columns(n_columns), seed(n_rows * n_columns);
    double row_total = 0.0, column_total = 0.0;
    for (double& row : rows)
      row_total += row = engine() % 5 == 0 && n_rows > 1 ? 0.0 : size(engine);
    for (double& column : columns) column_total += column = size(engine);
    if (row_total == 0.0) continue;
    for (double& row : rows) row *= column_total / row_total;
    for (std::size_t i = 0; i < n_rows; ++i) {
      for (std::size_t j = 0; j < n_columns; ++j) {
        const double share = engine() % 3 == 0 ? 1e-6 : 1.0 / static_cast<double>(n_rows);
        seed[i * n_columns + j] = rows[i] > 0.0 ? share * columns[j] : 0.0;
      }
    }
    const FlowFit fit = fit_flows(seed, rows, columns);
    EXPECT_LT(fit.worst_residual, allowed_flow_residual) << "trial " << trial;
    for (std::size_t j = 0; j < n_columns; ++j) {
      double sum = 0.0;
      for (std::size_t i = 0; i < n_rows; ++i) sum += fit.flow[i * n_columns + j];
      EXPECT_NEAR(sum, columns[j], 4e-15 * columns[j]) << "columns are scaled last";
    }
  }
}

}  // namespace
}  // namespace blocrisk
