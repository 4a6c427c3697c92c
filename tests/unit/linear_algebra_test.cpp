#include "host/scenario/linear_algebra.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace blocrisk {
namespace {

SquareMatrix random_rates(int size, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::exponential_distribution<double> rate_per_yr(1.0);
  SquareMatrix rates(size);
  for (double& value : rates.values) value = rate_per_yr(engine);
  return rates;
}

double largest_difference(const SquareMatrix& a, const SquareMatrix& b) {
  double largest = 0.0;
  for (std::size_t at = 0; at < a.values.size(); ++at) {
    largest = std::fmax(largest, std::fabs(a.values[at] - b.values[at]));
  }
  return largest;
}

TEST(TransitionMatrix, TwoStatesFollowTheClosedForm) {
  for (const double dt_yr : {1.0 / 365, 1.0 / 12, 1.0, 40.0}) {
    const double out = 0.35, back = 0.5;
    SquareMatrix rates(2);
    rates(0, 1) = out;
    rates(1, 0) = back;
    const SquareMatrix step = transition_matrix(rates, dt_yr);
    const double settled = 1.0 - std::exp(-(out + back) * dt_yr);
    EXPECT_NEAR(step(0, 1), out / (out + back) * settled, 1e-15);
    EXPECT_NEAR(step(1, 0), back / (out + back) * settled, 1e-15);
    EXPECT_NEAR(step(0, 0) + step(0, 1), 1.0, 1e-15);
  }
}

TEST(TransitionMatrix, ItsDiagonalIsNotRead) {
  SquareMatrix rates = random_rates(3, 1);
  const SquareMatrix step = transition_matrix(rates, 0.25);
  for (int k = 0; k < 3; ++k) rates(k, k) = 77.0;
  EXPECT_EQ(step.values, transition_matrix(rates, 0.25).values);
}

TEST(TransitionMatrix, NoRatesMeanNoMoves) {
  EXPECT_EQ(transition_matrix(SquareMatrix(3), 0.5).values, identity_matrix(3).values);
}

TEST(TransitionMatrix, TwoStepsAreTheSquareOfOne) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const SquareMatrix rates = random_rates(2 + static_cast<int>(seed % 5), seed);
    const SquareMatrix one = transition_matrix(rates, 0.3);
    EXPECT_LT(largest_difference(transition_matrix(rates, 0.6), multiply(one, one)), 1e-14)
        << "seed " << seed;
  }
}

TEST(TransitionMatrix, RowsAreDistributionsAtAnyRate) {
  for (const double scale : {1e-9, 1.0, 1e6}) {
    SquareMatrix rates = random_rates(5, 3);
    for (double& value : rates.values) value *= scale;
    const SquareMatrix step = transition_matrix(rates, 1.0 / 12);
    for (int row = 0; row < 5; ++row) {
      double sum = 0.0;
      for (int column = 0; column < 5; ++column) {
        EXPECT_GE(step(row, column), 0.0);
        sum += step(row, column);
      }
      EXPECT_NEAR(sum, 1.0, 1e-14);
    }
  }
}

TEST(TransitionMatrix, AStateThatIsNeverLeftKeepsItsRow) {
  SquareMatrix rates(2);
  rates(0, 1) = 2.0;
  const SquareMatrix step = transition_matrix(rates, 0.5);
  EXPECT_EQ(step(1, 0), 0.0);
  EXPECT_EQ(step(1, 1), 1.0);
  EXPECT_NEAR(step(0, 0), std::exp(-1.0), 1e-15);
}

SquareMatrix matrix_of(int size, std::vector<double> values) {
  SquareMatrix matrix(size);
  matrix.values = std::move(values);
  return matrix;
}

TEST(Cholesky, ThreeByHand) {
  // L = [[2,0,0],[1,3,0],[-1,2,1]]
  const CholeskyFactor factor = factor_cholesky(matrix_of(3, {4, 2, -2, 2, 10, 5, -2, 5, 6}));
  EXPECT_EQ(factor.failed_row, -1);
  EXPECT_EQ(factor.lower.values, (std::vector<double>{2, 0, 0, 1, 3, 0, -1, 2, 1}));
}

TEST(Cholesky, SolvesByHand) {
  // [[4,2,-2],[2,10,5],[-2,5,6]] (1,2,3) = (2,37,26)
  const CholeskyFactor factor = factor_cholesky(matrix_of(3, {4, 2, -2, 2, 10, 5, -2, 5, 6}));
  const std::vector<double> x = solve_cholesky(factor.lower, {2, 37, 26});
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(x[static_cast<std::size_t>(k)], k + 1.0, 1e-13);
}

TEST(Cholesky, FactorTimesItsTransposeIsTheMatrix) {
  std::mt19937_64 engine(11);
  std::normal_distribution<double> normal;
  for (int size = 1; size <= 8; ++size) {
    SquareMatrix lower(size);
    for (int row = 0; row < size; ++row) {
      for (int column = 0; column < row; ++column) lower(row, column) = normal(engine);
      lower(row, row) = 1.0 + std::fabs(normal(engine));
    }
    SquareMatrix transposed(size);
    for (int row = 0; row < size; ++row) {
      for (int column = 0; column < size; ++column) transposed(row, column) = lower(column, row);
    }
    const CholeskyFactor factor = factor_cholesky(multiply(lower, transposed));
    ASSERT_EQ(factor.failed_row, -1);
    EXPECT_LT(largest_difference(factor.lower, lower), 1e-12);
  }
}

TEST(Cholesky, SaysWhereAndByHowMuchItFails) {
  const CholeskyFactor factor = factor_cholesky(matrix_of(2, {1, 1.5, 1.5, 1}));
  EXPECT_EQ(factor.failed_row, 1);
  EXPECT_DOUBLE_EQ(factor.pivot, 1.0 - 1.5 * 1.5);
  EXPECT_EQ(factor_cholesky(matrix_of(2, {1, 1, 1, 1})).failed_row, 1)
      << "semi-definite is not definite";
}

}  // namespace
}  // namespace blocrisk
