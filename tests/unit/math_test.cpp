// Elementary functions against double and long double: dense samples; every float and word is
// math_exhaustive_test's job.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "kernels/math/exact_double.hpp"
#include "kernels/math/normal.hpp"
#include "tests/unit/math_accuracy.hpp"

namespace {

using namespace blocrisk::accuracy;
using Scalar = blocrisk::Lanes<1>;

constexpr std::uint32_t dense = 97;  // prime, so that no bit pattern is favoured

TEST(Exp, IsWithinItsStatedError) {
  const auto truth = [](double x) { return std::exp(x); };
  EXPECT_LE(worst_error("exp", 0x1p-40F, 88.7F, dense, truth).ulp, 1.02);
  EXPECT_LE(worst_error("exp", -0x1p-40F, -87.3F, dense, truth).ulp, 1.02);
  EXPECT_EQ(blocrisk::exp(0.0F), 1.0F);
}

TEST(Exp, IsClampedToPositiveNormalFloats) {
  const float lowest = blocrisk::exp(-87.3F);
  const float highest = blocrisk::exp(88.7F);
  EXPECT_GE(lowest, std::numeric_limits<float>::min());
  EXPECT_LT(highest, std::numeric_limits<float>::infinity());
  EXPECT_EQ(blocrisk::exp(-1e30F), lowest);
  EXPECT_EQ(blocrisk::exp(-88.0F), lowest);
  EXPECT_EQ(blocrisk::exp(1e30F), highest);
}

TEST(Log, IsWithinItsStatedError) {
  const auto truth = [](double x) { return std::log(x); };
  EXPECT_LE(worst_error("log", 0x1p-126F, 0x1.fffffep127F, dense, truth).ulp, 0.87);
  EXPECT_LE(worst_error("log", 0.9F, 1.1F, 1, truth).ulp, 0.87);
  EXPECT_EQ(blocrisk::log(1.0F), 0.0F);
}

TEST(OneMinusExpNeg, KeepsRelativeAccuracyForSmallArguments) {
  const auto truth = [](double x) { return -std::expm1(-x); };
  EXPECT_LE(worst_error("one_minus_exp_neg", 0x1p-126F, 87.3F, dense, truth).ulp, 0.89);
  EXPECT_EQ(blocrisk::one_minus_exp_neg(0.0F), 0.0F);
  EXPECT_EQ(blocrisk::one_minus_exp_neg(1e30F), 1.0F);
}

TEST(Normal, IsWithinItsStatedErrorOfTheQuantile) {
  Worst worst;
  for_each_result("normal_from_word", 0, 0x7fffffffU, dense, [&](std::uint32_t word, float z) {
    const double tail = (word + 0.5) * 0x1p-32;
    worst.note(ulp_error(z, -blocrisk::normal_quantile_d(tail)), word);
  });
  EXPECT_LE(worst.ulp, 3.3) << "at word " << worst.bits;
}

TEST(Normal, IsOddInTheSignBitAndFallsWithMagnitude) {
  float previous = std::numeric_limits<float>::infinity();
  int rises = 0;
  for_each_result("normal_from_word", 0, 0x7fffffffU, 1 << 14, [&](std::uint32_t word, float z) {
    rises += z > previous;
    previous = z;
    ASSERT_EQ(blocrisk::normal_from_word<Scalar>(word | 0x80000000U), -z);
  });
  EXPECT_EQ(rises, 0);
  EXPECT_NEAR(blocrisk::normal_from_word<Scalar>(0U), 6.33795775, 1e-6);
  EXPECT_NEAR(blocrisk::normal_from_word<Scalar>(0x7fffffffU), 2.918099e-10, 1e-15);
}

TEST(Uniform, IsExactSymmetricAndOpen) {
  EXPECT_EQ(blocrisk::uniform_from_word<Scalar>(0U), 0x1p-24F);
  EXPECT_EQ(blocrisk::uniform_from_word<Scalar>(0xffffffffU), 1.0F - 0x1p-24F);
  EXPECT_EQ(blocrisk::uniform_from_word<Scalar>(0x80000000U), 0.5F + 0x1p-24F);
  for_each_result("uniform_from_word", 0, 0xffffffffU, 100003, [](std::uint32_t word, float u) {
    ASSERT_EQ(static_cast<double>(u), ((word >> 9) + 0.5) * 0x1p-23);
  });
}

TEST(Exponential, IsMeanTimesMinusLogOfTheUniform) {
  for (const std::uint32_t word : {0U, 1U << 9, 0x40000000U, 0x80000000U, 0xffffffffU}) {
    const double u = ((word >> 9) + 0.5) * 0x1p-23;
    const float x = blocrisk::exponential_from_word<Scalar>(word, 3.0F);
    EXPECT_LE(ulp_error(x, -3.0 * std::log(u)), 2.0) << word;
    EXPECT_GT(x, 0.0F);
  }
}

TEST(Happens, IsNeverAtZeroAlwaysAtOneAndSharpBetween) {
  using blocrisk::happens;
  for (const std::uint32_t word : {0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    EXPECT_FALSE(happens(word, std::uint32_t{0})) << word;
    EXPECT_TRUE(happens(word, 0x80000000U)) << word;
    EXPECT_TRUE(happens(word, static_cast<std::int32_t>(0x80000000U))) << word;
  }
  EXPECT_TRUE(happens(2U * 12344U + 1U, 12345U));
  EXPECT_FALSE(happens(2U * 12345U, 12345U));
}

TEST(Happens, ThresholdOfAPathProbabilityTruncates) {
  using blocrisk::threshold_from_probability;
  EXPECT_EQ(threshold_from_probability(0.0F), 0U);
  EXPECT_EQ(threshold_from_probability(1.0F), 0x80000000U);
  EXPECT_EQ(threshold_from_probability(0.5F), 0x40000000U);
  EXPECT_EQ(threshold_from_probability(0x1.fffffep-1F), 0x7fffff80U);
  EXPECT_EQ(threshold_from_probability(0x1.8p-31F), 1U);
}

// Doubles for calibration, against long double.

double ulp_error_d(double value, long double truth) {
  int exponent = 0;
  std::frexp(truth, &exponent);
  return static_cast<double>(std::fabs(value - truth) * std::ldexp(1.0L, 53 - exponent));
}

/// Worst error over n arguments drawn by `draw(u)`, u uniform in (0,1).
template <class Draw, class Function, class Truth>
double worst_error_d(Draw draw, Function function, Truth truth, int n = 200000) {
  std::mt19937_64 generator(11);
  double worst = 0.0;
  for (int k = 0; k < n; ++k) {
    const double u = (static_cast<double>(generator() >> 11) + 0.5) * 0x1p-53;
    const double x = draw(u);
    const double error = ulp_error_d(function(x), truth(static_cast<long double>(x)));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

auto between(double low, double high) {
  return [=](double u) { return low + (high - low) * u; };
}
auto powers_of_two_between(double low, double high) {
  return [=](double u) { return std::exp2(low + (high - low) * u); };
}

TEST(ExactDouble, ExpAndExpm1) {
  const auto exp_l = [](long double x) { return std::exp(x); };
  const auto expm1_l = [](long double x) { return std::expm1(x); };
  EXPECT_LE(worst_error_d(between(-700, 709), blocrisk::exp_d, exp_l), 1.0);
  EXPECT_LE(worst_error_d(between(-1, 1), blocrisk::exp_d, exp_l), 1.0);
  EXPECT_LE(worst_error_d(between(-2, 2), blocrisk::expm1_d, expm1_l), 2.0);
  EXPECT_LE(worst_error_d(powers_of_two_between(-60, 6), blocrisk::expm1_d, expm1_l), 2.0);
  EXPECT_EQ(blocrisk::exp_d(0.0), 1.0);
  EXPECT_EQ(blocrisk::exp_d(-746.0), 0.0);
  EXPECT_EQ(blocrisk::exp_d(710.0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(blocrisk::expm1_d(0.0), 0.0);
}

TEST(ExactDouble, LogAndLog1p) {
  const auto log_l = [](long double x) { return std::log(x); };
  const auto log1p_l = [](long double x) { return std::log1p(x); };
  EXPECT_LE(worst_error_d(powers_of_two_between(-1021, 1023), blocrisk::log_d, log_l), 0.6);
  EXPECT_LE(worst_error_d(between(0.5, 2.0), blocrisk::log_d, log_l), 0.6);
  EXPECT_LE(worst_error_d(between(0.999, 1.001), blocrisk::log_d, log_l), 0.6);
  EXPECT_LE(worst_error_d(powers_of_two_between(-60, 5), blocrisk::log1p_d, log1p_l), 1.0);
  EXPECT_LE(
      worst_error_d([](double u) { return -std::exp2(-60.0 * u); }, blocrisk::log1p_d, log1p_l),
      1.0);
  EXPECT_EQ(blocrisk::log_d(1.0), 0.0);
  EXPECT_EQ(blocrisk::log_d(0.0), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(blocrisk::log_d(-1.0)));
}

TEST(ExactDouble, Pow) {
  for (const double exponent : {0.5, 1.0 / 12.0, -1.0 / 365.0, 3.0, 7.3, -30.0, 100.0}) {
    const double worst = worst_error_d(
        powers_of_two_between(-6, 6), [=](double b) { return blocrisk::pow_d(b, exponent); },
        [=](long double b) { return std::pow(b, static_cast<long double>(exponent)); });
    EXPECT_LE(worst, exponent == 100.0 ? 3.0 : 1.3) << exponent;
  }
  EXPECT_EQ(blocrisk::pow_d(1.04, 0.0), 1.0);
  EXPECT_EQ(blocrisk::pow_d(0.0, 2.0), 0.0);
  EXPECT_EQ(blocrisk::pow_d(0.0, 0.0), 1.0);
}

/// Newton's method on the tail probability in long double, from a nearby start.
long double refined_tail_quantile(long double z, long double tail) {
  const long double pi = std::numbers::pi_v<long double>;
  for (int k = 0; k < 3; ++k) {
    const long double density = std::exp(-z * z / 2) / std::sqrt(2 * pi);
    z += (std::erfc(z / std::sqrt(2.0L)) / 2 - tail) / density;
  }
  return z;
}

TEST(ExactDouble, NormalQuantileInBothTailsAndTheCentre) {
  std::mt19937_64 generator(3);
  double worst_tail = 0.0;
  double worst_centre = 0.0;
  for (int k = 0; k < 100000; ++k) {
    const double u = (static_cast<double>(generator() >> 11) + 0.5) * 0x1p-53;
    const double p = std::exp2(-2.0 - 998.0 * u * u);
    const double z = blocrisk::normal_quantile_d(p);
    const long double truth = refined_tail_quantile(-z, p);
    worst_tail = std::max(worst_tail, static_cast<double>(std::fabs((-z - truth) / truth)));
    // Near the centre erf has the relative accuracy that erfc lacks.
    const double q = 0.3 * std::exp2(-45.0 * u);
    const long double zq = blocrisk::normal_quantile_d(0.5 + q);
    const long double exact_q = (0.5 + q) - 0.5;
    const long double density =
        std::exp(-zq * zq / 2) / std::sqrt(2 * std::numbers::pi_v<long double>);
    const long double step = (std::erf(zq / std::sqrt(2.0L)) / 2 - exact_q) / density;
    worst_centre = std::max(worst_centre, static_cast<double>(std::fabs(step / zq)));
    const auto exact_half = static_cast<double>(exact_q);
    ASSERT_EQ(blocrisk::normal_quantile_d(0.5 - exact_half),
              -blocrisk::normal_quantile_d(0.5 + exact_half));
  }
  EXPECT_LE(worst_tail, 1e-15);
  EXPECT_LE(worst_centre, 1e-15);
  EXPECT_EQ(blocrisk::normal_quantile_d(0.5), 0.0);
  EXPECT_NEAR(blocrisk::normal_quantile_d(0.975), 1.959963984540054, 1e-15);
  EXPECT_TRUE(std::isinf(blocrisk::normal_quantile_d(0.0)));
  EXPECT_TRUE(std::isnan(blocrisk::normal_quantile_d(1.1)));
}

}  // namespace
