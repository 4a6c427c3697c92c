// Distribution of what the model draws: uniforms, normals, exponentials, decisions. Seeds are
// fixed, so a passing test passes always; the false-alarm rate quoted is the chance that a new
// seed would fail. Every check is also shown to fail on draws with a planted bias of 1 %.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "kernels/math/normal.hpp"
#include "kernels/random/address.hpp"

namespace {

using Scalar = blocrisk::Lanes<1>;

constexpr int n_draws = 1 << 21;

/// Draws as the model takes them: many paths, a few steps each, all four words.
std::vector<double> draw(const std::function<float(std::uint32_t)>& from_word) {
  const auto key = blocrisk::key_from_seed(20270101);
  std::vector<double> draws;
  draws.reserve(n_draws);
  for (int k = 0; k < n_draws / 32; ++k) {
    const auto paths = blocrisk::paths_from<Scalar>(static_cast<std::uint64_t>(k));
    for (std::uint32_t block = 0; block < 8; ++block) {
      const auto words =
          blocrisk::philox_words<Scalar>(key, paths, block, blocrisk::stream_id("price|gallium"));
      for (const std::uint32_t word : words.w) draws.push_back(from_word(word));
    }
  }
  return draws;
}

/// |mean of g(x) - expected| in standard errors, sd the standard deviation of g(x).
double mean_z(const std::vector<double>& draws, const std::function<double(double)>& g,
              double expected, double sd) {
  double sum = 0.0;
  for (const double x : draws) sum += g(x) - expected;
  return std::fabs(sum) / (sd * std::sqrt(static_cast<double>(draws.size())));
}

/// sqrt(n) times Kolmogorov's distance from the distribution.
double kolmogorov(std::vector<double> draws, const std::function<double(double)>& distribution) {
  std::sort(draws.begin(), draws.end());
  const auto n = static_cast<double>(draws.size());
  double distance = 0.0;
  for (std::size_t k = 0; k < draws.size(); ++k) {
    const double expected = distribution(draws[k]);
    const auto rank = static_cast<double>(k);
    distance = std::max({distance, expected - rank / n, (rank + 1.0) / n - expected});
  }
  return distance * std::sqrt(n);
}

/// Chi-square of equally likely bins, as (chi2 - bins) / sqrt(2 bins).
double chi_square_z(const std::vector<double>& draws,
                    const std::function<double(double)>& distribution, int n_bins) {
  std::vector<double> counts(static_cast<std::size_t>(n_bins), 0.0);
  for (const double x : draws) {
    const auto bin = static_cast<int>(distribution(x) * n_bins);
    counts[static_cast<std::size_t>(std::clamp(bin, 0, n_bins - 1))] += 1.0;
  }
  const double expected = static_cast<double>(draws.size()) / n_bins;
  double chi_square = 0.0;
  for (const double count : counts) {
    chi_square += (count - expected) * (count - expected) / expected;
  }
  const double degrees = n_bins - 1.0;
  return (chi_square - degrees) / std::sqrt(2.0 * degrees);
}

/// A distribution and its first two moments.
struct Law {
  std::function<double(double)> distribution;
  double mean;
  double sd;
  double sd_of_square;  ///< standard deviation of (x - mean)^2
};

// Limits. Mean and variance: 5 standard errors, false alarm 6e-7 each. Kolmogorov: 2.7, false
// alarm 2 exp(-2 * 2.7^2) = 9e-7. Chi-square of 256 bins: 5.5 sd, false alarm about 1e-6.
constexpr double limit_mean = 5.0;
constexpr double limit_kolmogorov = 2.7;
constexpr double limit_chi_square = 5.5;
constexpr int n_bins = 256;

int failed_checks(const std::vector<double>& draws, const Law& law) {
  const auto square = [&](double x) { return (x - law.mean) * (x - law.mean); };
  int failed = 0;
  failed += mean_z(
                draws, [](double x) { return x; }, law.mean, law.sd) > limit_mean;
  failed += mean_z(draws, square, law.sd * law.sd, law.sd_of_square) > limit_mean;
  failed += kolmogorov(draws, law.distribution) > limit_kolmogorov;
  failed += chi_square_z(draws, law.distribution, n_bins) > limit_chi_square;
  return failed;
}

std::vector<double> scaled(std::vector<double> draws, double factor) {
  for (double& x : draws) x *= factor;
  return draws;
}
std::vector<double> shifted(std::vector<double> draws, double shift) {
  for (double& x : draws) x += shift;
  return draws;
}

const Law& uniform_law() {
  static const Law law{[](double x) { return x; }, 0.5, std::sqrt(1.0 / 12.0),
                       std::sqrt(1.0 / 180.0)};
  return law;
}
const Law& normal_law() {
  static const Law law{[](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }, 0.0, 1.0,
                       std::sqrt(2.0)};
  return law;
}
const Law& exponential_law() {
  static const Law law{[](double x) { return -std::expm1(-x); }, 1.0, 1.0, std::sqrt(8.0)};
  return law;
}

TEST(Draws, UniformsAreUniformAndAOnePercentBiasShows) {
  const auto draws = draw(blocrisk::uniform_from_word<Scalar>);
  EXPECT_EQ(failed_checks(draws, uniform_law()), 0);
  EXPECT_GE(failed_checks(scaled(draws, 1.01), uniform_law()), 3);
}

TEST(Draws, NormalsAreNormalAndAOnePercentBiasShows) {
  const auto draws = draw(blocrisk::normal_from_word<Scalar>);
  EXPECT_EQ(failed_checks(draws, normal_law()), 0);
  EXPECT_GE(failed_checks(scaled(draws, 1.01), normal_law()), 2);
  EXPECT_GE(failed_checks(shifted(draws, 0.01), normal_law()), 2);
}

TEST(Draws, NormalTailsHaveTheirWeight) {
  const auto draws = draw(blocrisk::normal_from_word<Scalar>);
  for (const double z : {2.0, 3.0, 4.0}) {
    const double p = std::erfc(z / std::sqrt(2.0));
    const auto beyond = static_cast<double>(
        std::count_if(draws.begin(), draws.end(), [=](double x) { return std::fabs(x) > z; }));
    const double expected = p * n_draws;
    // 5 standard errors: false alarm 6e-7 (Poisson's skew makes it 1e-5 at z = 4).
    EXPECT_NEAR(beyond, expected, 5.0 * std::sqrt(expected)) << z;
  }
}

TEST(Draws, ExponentialsAreExponentialAndAOnePercentBiasShows) {
  const auto draws =
      draw([](std::uint32_t word) { return blocrisk::exponential_from_word<Scalar>(word, 1.0F); });
  EXPECT_EQ(failed_checks(draws, exponential_law()), 0);
  EXPECT_GE(failed_checks(scaled(draws, 1.01), exponential_law()), 3);
}

TEST(Draws, DecisionsFallWithTheirProbability) {
  for (const double p : {0.001, 0.1, 0.5, 0.9}) {
    const auto threshold = static_cast<std::uint32_t>(std::nearbyint(p * 0x1p31));
    const auto draws =
        draw([=](std::uint32_t word) { return blocrisk::happens(word, threshold) ? 1.0F : 0.0F; });
    const double sd = std::sqrt(p * (1.0 - p));
    const auto value = [](double x) { return x; };
    EXPECT_LE(mean_z(draws, value, p, sd), limit_mean) << p;
    // One per cent of p shows where the sample can resolve it.
    if (p >= 0.1) {
      EXPECT_GT(mean_z(draws, value, 1.01 * p, sd), limit_mean) << p;
    }
  }
}

/// Correlation of the draws in standard errors: neighbours in path, in step, in stream.
double correlation_z(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * y[k];
  return std::fabs(sum) / std::sqrt(static_cast<double>(x.size()));
}

TEST(Draws, NeighbouringAddressesAreUncorrelated) {
  const auto key = blocrisk::key_from_seed(1);
  const auto normals_at = [&](std::uint64_t path_offset, int step_offset, std::uint32_t stream) {
    std::vector<double> draws;
    for (std::uint64_t path = 0; path < 1 << 18; ++path) {
      const auto paths = blocrisk::paths_from<Scalar>(path + path_offset);
      draws.push_back(blocrisk::normal_from_word<Scalar>(
          blocrisk::step_word<Scalar>(key, paths, 3 + step_offset, stream)));
    }
    return draws;
  };
  const auto base = normals_at(0, 0, 1000);
  // 5 standard errors: false alarm 6e-7 each; a correlation of 0.01 lies at 5.1.
  EXPECT_LE(correlation_z(base, normals_at(1, 0, 1000)), 5.0) << "next path";
  EXPECT_LE(correlation_z(base, normals_at(0, 1, 1000)), 5.0) << "next step";
  EXPECT_LE(correlation_z(base, normals_at(0, 0, 1001)), 5.0) << "next stream";
  EXPECT_LE(correlation_z(base, normals_at(std::uint64_t{1} << 32, 0, 1000)), 5.0)
      << "2^32 paths on";
  EXPECT_GT(correlation_z(base, base), 100.0);
}

}  // namespace
