// Every float and every word: the worst errors the headers state are these.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "kernels/math/exact_double.hpp"
#include "tests/unit/math_accuracy.hpp"

namespace {

using namespace blocrisk::accuracy;

void report(const char* name, const Worst& worst) {
  std::printf("%-20s worst %.4f ulp at bits 0x%08x\n", name, worst.ulp, worst.bits);
}

TEST(EveryFloat, Exp) {
  // Below 2^-26 the result is 1 on both sides.
  const auto truth = [](double x) { return std::exp(x); };
  const Worst up = worst_error("exp", 0x1p-26F, 88.7F, 1, truth);
  const Worst down = worst_error("exp", -0x1p-26F, -87.3F, 1, truth);
  report("exp of x > 0", up);
  report("exp of x < 0", down);
  EXPECT_LE(up.ulp, 1.02);
  EXPECT_LE(down.ulp, 1.02);
}

TEST(EveryFloat, Log) {
  const Worst worst =
      worst_error("log", 0x1p-126F, 0x1.fffffep127F, 1, [](double x) { return std::log(x); });
  report("log", worst);
  EXPECT_LE(worst.ulp, 0.87);
}

TEST(EveryFloat, OneMinusExpNeg) {
  const Worst worst = worst_error("one_minus_exp_neg", 0x1p-26F, 87.3F, 1,
                                  [](double x) { return -std::expm1(-x); });
  report("one_minus_exp_neg", worst);
  EXPECT_LE(worst.ulp, 0.89);
}

/// -Phi^-1 for rising tail probabilities, by a Taylor step from an anchor every 64 words; the
/// third derivative of the quantile leaves 1e-12 of error or less where it is used.
class QuantileWalk {
 public:
  double operator()(std::uint32_t magnitude) {
    if (magnitude < (1U << 22)) return -blocrisk::normal_quantile_d(tail(magnitude));
    if (magnitude >> 6 != anchor_) {
      anchor_ = magnitude >> 6;
      z_ = -blocrisk::normal_quantile_d(tail((anchor_ << 6) + 32));
      inverse_density_ = 2.5066282746310002 * std::exp(z_ * z_ / 2.0);
    }
    const double step =
        (static_cast<double>(magnitude) - static_cast<double>((anchor_ << 6) + 32)) * 0x1p-32 *
        inverse_density_;
    return z_ - step * (1.0 - step * (z_ / 2.0 - step * (1.0 + 2.0 * z_ * z_) / 6.0));
  }

 private:
  static double tail(std::uint32_t magnitude) { return (magnitude + 0.5) * 0x1p-32; }
  std::uint32_t anchor_ = 0xffffffffU;
  double z_ = 0.0;
  double inverse_density_ = 0.0;
};

TEST(EveryWord, Normal) {
  Worst worst;
  double worst_walk = 0.0;
  QuantileWalk truth;
  for_each_result("normal_from_word", 0, 0x7fffffffU, 1, [&](std::uint32_t word, float z) {
    const double quantile = truth(word);
    worst.note(ulp_error(z, quantile), word);
    if (word % 1000003U == 0) {
      const double exact = -blocrisk::normal_quantile_d((word + 0.5) * 0x1p-32);
      worst_walk = std::max(worst_walk, std::fabs(quantile / exact - 1.0));
    }
  });
  report("normal_from_word", worst);
  EXPECT_LE(worst.ulp, 3.3);
  EXPECT_LE(worst_walk, 1e-10) << "the yardstick itself";
}

}  // namespace
