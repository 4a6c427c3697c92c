// Sensitivity indices against functions whose indices are known, and how often their intervals hold
// the truth.
#include "host/sweep/sobol_indices.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "host/sweep/design.hpp"

namespace blocrisk {
namespace {

using Function = std::function<double(const std::vector<double>&)>;

struct Problem {
  Function function;
  std::vector<double> first_order, total;
  std::size_t n_axes() const { return total.size(); }
};

/// Ishigami and Homma (1990), a = 7, b = 0.1: variance a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2.
Problem ishigami() {
  const auto f = [](const std::vector<double>& u) {
    const auto x = [&](std::size_t k) { return std::numbers::pi * (2.0 * u[k] - 1.0); };
    return std::sin(x(0)) + 7.0 * std::pow(std::sin(x(1)), 2) +
           0.1 * std::pow(x(2), 4) * std::sin(x(0));
  };
  const double pi4 = std::pow(std::numbers::pi, 4);
  const double v1 = 0.5 * std::pow(1.0 + 0.1 * pi4 / 5.0, 2);
  const double v2 = 49.0 / 8.0;
  const double v13 = 0.01 * pi4 * pi4 * (1.0 / 18.0 - 1.0 / 50.0);
  const double v = v1 + v2 + v13;
  return {f, {v1 / v, v2 / v, 0.0}, {(v1 + v13) / v, v2 / v, v13 / v}};
}

/// Sobol's g: product of (|4 u - 2| + a) / (1 + a); partial variances 1 / 3 (1 + a)^2.
Problem g_function(const std::vector<double>& a) {
  const auto f = [a](const std::vector<double>& u) {
    double product = 1.0;
    for (std::size_t k = 0; k < a.size(); ++k)
      product *= (std::fabs(4.0 * u[k] - 2.0) + a[k]) / (1.0 + a[k]);
    return product;
  };
  double all = 1.0;
  std::vector<double> partial;
  for (const double of : a) {
    partial.push_back(1.0 / (3.0 * (1.0 + of) * (1.0 + of)));
    all *= 1.0 + partial.back();
  }
  Problem problem{f, {}, {}};
  for (const double v : partial) {
    problem.first_order.push_back(v / (all - 1.0));
    problem.total.push_back(v * all / (1.0 + v) / (all - 1.0));
  }
  return problem;
}

std::vector<DesignAxis> axes_of(std::size_t n) {
  std::vector<DesignAxis> axes;
  for (std::size_t k = 0; k < n; ++k) axes.push_back({"axis" + std::to_string(k), 0});
  return axes;
}

/// Outputs at the points of the Saltelli design.
std::vector<double> outputs_of(const Problem& problem, std::uint64_t points, std::uint64_t seed) {
  const DesignPoints design(Design{DesignKind::saltelli, points, seed}, axes_of(problem.n_axes()));
  std::vector<double> outputs;
  for (std::uint64_t k = 0; k < design.count(); ++k)
    outputs.push_back(problem.function(design.probabilities(k)));
  return outputs;
}

/// The same with independent base points, the harder case for an interval.
std::vector<double> independent_outputs_of(const Problem& problem, std::uint64_t points,
                                           std::uint64_t seed) {
  const std::size_t n = problem.n_axes();
  const DesignPoints both(Design{DesignKind::random, points, seed}, axes_of(2 * n));
  std::vector<double> outputs;
  for (std::uint64_t k = 0; k < points; ++k) {
    const std::vector<double> at = both.probabilities(k);
    const auto half = at.begin() + static_cast<std::ptrdiff_t>(n);
    const std::vector<double> a(at.begin(), half);
    const std::vector<double> b(half, at.end());
    outputs.push_back(problem.function(a));
    outputs.push_back(problem.function(b));
    for (std::size_t axis = 0; axis < n; ++axis) {
      std::vector<double> swapped = a;
      swapped[axis] = b[axis];
      outputs.push_back(problem.function(swapped));
    }
  }
  return outputs;
}

void expect_near_truth(const Problem& problem, std::uint64_t points, double tolerance) {
  const SensitivityIndices found = sobol_indices(outputs_of(problem, points, 1), problem.n_axes());
  for (std::size_t axis = 0; axis < problem.n_axes(); ++axis) {
    EXPECT_NEAR(found.first_order[axis].value, problem.first_order[axis], tolerance) << axis;
    EXPECT_NEAR(found.total[axis].value, problem.total[axis], tolerance) << axis;
  }
}

TEST(SobolIndices, AreThoseOfIshigamisFunction) { expect_near_truth(ishigami(), 8192, 0.01); }

TEST(SobolIndices, AreThoseOfTheGFunction) {
  expect_near_truth(g_function({0.0, 1.0, 4.5, 9.0, 99.0, 99.0}), 8192, 0.01);
}

TEST(SobolIndices, GiveAllToTheOnlyAxisThatMatters) {
  const Problem problem{[](const std::vector<double>& u) { return 3.0 + u[1]; }, {0, 1}, {0, 1}};
  const SensitivityIndices found = sobol_indices(outputs_of(problem, 64, 1), 2);
  // Of an axis without effect every term is zero, and so is the interval.
  EXPECT_EQ(found.first_order[0].value, 0.0);
  EXPECT_EQ(found.total[0].high, 0.0);
  EXPECT_NEAR(found.first_order[1].value, 1.0, 0.05);
  EXPECT_NEAR(found.total[1].value, 1.0, 0.05);
}

TEST(SobolIndices, AreAbsentWhereNothingVaries) {
  const SensitivityIndices found = sobol_indices(std::vector<double>(4 * 16, 2.5), 2);
  EXPECT_TRUE(std::isnan(found.first_order[0].value));
  EXPECT_TRUE(std::isnan(found.total[1].low));
}

TEST(SobolIndices, LeaveOutBasePointsWithAFailedMember) {
  std::vector<double> outputs = outputs_of(ishigami(), 64, 1);
  const SensitivityIndices all = sobol_indices(outputs, 3);
  std::vector<double> fewer = outputs;
  fewer.erase(fewer.begin() + 5 * 10, fewer.begin() + 5 * 11);
  outputs[5 * 10 + 3] = std::nan("");
  const SensitivityIndices holed = sobol_indices(outputs, 3);
  EXPECT_EQ(holed.total[2].value, sobol_indices(fewer, 3).total[2].value);
  EXPECT_NE(holed.total[2].value, all.total[2].value);
}

TEST(SobolIndices, KnowNoLessOfAnOutputThatIsMovedAndStretched) {
  const Problem plain = ishigami();
  Problem moved = plain;
  moved.function = [f = plain.function](const auto& u) { return 1e9 + 1e3 * f(u); };
  const auto a = sobol_indices(outputs_of(plain, 256, 1), 3);
  const auto b = sobol_indices(outputs_of(moved, 256, 1), 3);
  for (std::size_t axis = 0; axis < 3; ++axis)
    EXPECT_NEAR(a.first_order[axis].value, b.first_order[axis].value, 1e-6);
}

/// How often the intervals of all axes hold the truth.
struct Coverage {
  int n = 0, held = 0;
  double share() const { return static_cast<double>(held) / n; }
};
Coverage coverage(const Problem& problem, std::uint64_t points, bool independent) {
  constexpr std::uint64_t n_repetitions = 400;
  Coverage counted;
  for (std::uint64_t seed = 1; seed <= n_repetitions; ++seed) {
    const auto found = sobol_indices(independent ? independent_outputs_of(problem, points, seed)
                                                 : outputs_of(problem, points, seed),
                                     problem.n_axes());
    for (std::size_t axis = 0; axis < problem.n_axes(); ++axis) {
      const auto count = [&](const Figure& figure, double truth) {
        ++counted.n;
        counted.held += figure.low <= truth && truth <= figure.high ? 1 : 0;
      };
      count(found.first_order[axis], problem.first_order[axis]);
      count(found.total[axis], problem.total[axis]);
    }
  }
  return counted;
}

// Intervals of one design's axes move together, so 400 repetitions count as 400: 4 standard errors
// of 95 % are 4.4 points, false alarm 3e-5 each.
constexpr double least_share = 0.95 - 4.0 * 0.0109;

TEST(SobolIndices, IntervalsHoldTheTruthOfTheDesignTheyAreFor) {
  for (const std::uint64_t points : {32U, 128U}) {
    for (const Problem& problem : {ishigami(), g_function({0.0, 1.0, 4.5, 9.0})}) {
      const Coverage counted = coverage(problem, points, false);
      RecordProperty("share_" + std::to_string(points) + "_of_" + std::to_string(problem.n_axes()),
                     std::to_string(counted.share()));
      EXPECT_GE(counted.share(), least_share) << points;
    }
  }
}

TEST(SobolIndices, IntervalsHoldTheTruthEvenOfIndependentBasePoints) {
  for (const std::uint64_t points : {128U, 512U}) {
    for (const Problem& problem : {ishigami(), g_function({0.0, 1.0, 4.5, 9.0})}) {
      const Coverage counted = coverage(problem, points, true);
      RecordProperty("share_" + std::to_string(points) + "_of_" + std::to_string(problem.n_axes()),
                     std::to_string(counted.share()));
      EXPECT_GE(counted.share(), least_share) << points;
      EXPECT_LE(counted.share(), 0.995) << "the intervals say nothing";
    }
  }
}

}  // namespace
}  // namespace blocrisk
