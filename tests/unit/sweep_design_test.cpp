// Designs of sweeps: which points they visit, and that these are the published sequence's.
#include "host/sweep/design.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace blocrisk {
namespace {

/// Coordinates in units of 2^-32, as scipy.stats.qmc.Sobol(128, scramble=False, bits=32) has them.
struct KnownPoint {
  std::uint64_t point;
  std::array<std::uint32_t, 8> words;
};
constexpr std::array<int, 8> known_dimensions{0, 1, 2, 5, 20, 39, 63, 127};
constexpr std::array<KnownPoint, 7> known_points{{
    {1,
     {2147483648U, 2147483648U, 2147483648U, 2147483648U, 2147483648U, 2147483648U, 2147483648U,
      2147483648U}},
    {2,
     {3221225472U, 1073741824U, 1073741824U, 3221225472U, 1073741824U, 1073741824U, 3221225472U,
      1073741824U}},
    {3,
     {1073741824U, 3221225472U, 3221225472U, 1073741824U, 3221225472U, 3221225472U, 1073741824U,
      3221225472U}},
    {7,
     {536870912U, 2684354560U, 1610612736U, 1610612736U, 3758096384U, 536870912U, 1610612736U,
      1610612736U}},
    {100,
     {1778384896U, 1107296256U, 3321888768U, 3187671040U, 3254779904U, 570425344U, 2785017856U,
      1979711488U}},
    {1023,
     {4194304U, 3233808384U, 2629828608U, 1883242496U, 3720347648U, 2998927360U, 171966464U,
      3007315968U}},
    {65535,
     {65536U, 4294901760U, 2421489664U, 2344288256U, 2432892928U, 1870725120U, 1272905728U,
      1032650752U}},
}};

std::vector<DesignAxis> named(std::initializer_list<const char*> names, std::size_t n_values = 0) {
  std::vector<DesignAxis> axes;
  for (const char* name : names) axes.push_back({name, n_values});
  return axes;
}

DesignPoints sampled(DesignKind kind, std::uint64_t points, std::vector<DesignAxis> axes,
                     std::uint64_t seed = 1) {
  return {Design{kind, points, seed}, std::move(axes)};
}

TEST(SobolSequence, IsThePublishedOne) {
  for (int dimension = 0; dimension < max_sobol_dimensions; ++dimension)
    EXPECT_EQ(sobol_word(0, dimension), 0U);
  for (const KnownPoint& known : known_points) {
    for (std::size_t k = 0; k < known_dimensions.size(); ++k)
      EXPECT_EQ(sobol_word(known.point, known_dimensions[k]), known.words[k])
          << "point " << known.point << ", dimension " << known_dimensions[k];
  }
}

TEST(SobolSequence, PutsOnePointInEachStratumOfEveryDimension) {
  for (int dimension = 0; dimension < max_sobol_dimensions; ++dimension) {
    std::set<std::uint32_t> strata;
    for (std::uint64_t point = 0; point < 256; ++point)
      strata.insert(sobol_word(point, dimension) >> 24);
    EXPECT_EQ(strata.size(), 256U) << dimension;
  }
}

TEST(Design, GridMovesTheLastAxisFastest) {
  const DesignPoints grid(Design{}, {{"a", 2}, {"b", 3}});
  ASSERT_EQ(grid.count(), 6U);
  using Positions = std::vector<std::size_t>;
  EXPECT_EQ(grid.positions(0), (Positions{0, 0}));
  EXPECT_EQ(grid.positions(1), (Positions{0, 1}));
  EXPECT_EQ(grid.positions(3), (Positions{1, 0}));
  EXPECT_EQ(grid.positions(5), (Positions{1, 2}));
}

TEST(Design, ListTakesTheSamePlaceOfEveryAxis) {
  const DesignPoints list(Design{DesignKind::list}, named({"a", "b"}, 4));
  ASSERT_EQ(list.count(), 4U);
  EXPECT_EQ(list.positions(2), (std::vector<std::size_t>{2, 2}));
}

TEST(Design, CountsOfHugeGridsSaturate) {
  const std::vector<DesignAxis> axes(64, DesignAxis{"a", 65'536});
  EXPECT_EQ(count_members(Design{}, axes), std::uint64_t{1} << 63);
}

TEST(Design, RandomAxesDependOnTheirNamesAlone) {
  const DesignPoints two = sampled(DesignKind::random, 16, named({"rate", "days"}));
  const DesignPoints three = sampled(DesignKind::random, 16, named({"new", "rate", "days"}));
  for (std::uint64_t k = 0; k < 16; ++k) {
    EXPECT_EQ(two.probabilities(k)[0], three.probabilities(k)[1]);
    EXPECT_EQ(two.probabilities(k)[1], three.probabilities(k)[2]);
    EXPECT_NE(two.probabilities(k)[0], two.probabilities(k)[1]);
  }
  EXPECT_NE(sampled(DesignKind::random, 16, named({"rate"}), 2).probabilities(0),
            sampled(DesignKind::random, 16, named({"rate"}), 3).probabilities(0));
}

TEST(Design, LatinHypercubeHasOnePointInEachStratumOfEveryAxis) {
  constexpr std::uint64_t n = 50;
  const DesignPoints cube = sampled(DesignKind::latin_hypercube, n, named({"a", "b"}));
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::set<int> strata;
    for (std::uint64_t k = 0; k < n; ++k)
      strata.insert(static_cast<int>(std::floor(cube.probabilities(k)[axis] * n)));
    EXPECT_EQ(strata.size(), n);
  }
  std::uint64_t n_same = 0;  // two shuffles share a place once on average
  for (std::uint64_t k = 0; k < n; ++k) {
    const auto at = cube.probabilities(k);
    n_same += std::floor(at[0] * n) == std::floor(at[1] * n) ? 1 : 0;
  }
  EXPECT_LT(n_same, 8U);
}

TEST(Design, SobolPointsAreTheSequenceShiftedDigitByDigit) {
  const DesignPoints points = sampled(DesignKind::sobol, 64, named({"a", "b", "c"}));
  const auto word = [&](std::uint64_t point, std::size_t axis) {
    return static_cast<std::uint32_t>(points.probabilities(point)[axis] * 0x1p32);
  };
  for (std::uint64_t k = 0; k < 64; ++k) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      EXPECT_EQ(word(k, axis) ^ word(0, axis), sobol_word(k, static_cast<int>(axis)));
  }
  EXPECT_NE(word(0, 0), word(0, 1));
}

TEST(Design, SaltelliSwapsOneAxisAtATime) {
  const DesignPoints points = sampled(DesignKind::saltelli, 8, named({"x", "y", "z"}));
  ASSERT_EQ(points.count(), 8U * 5U);
  for (std::uint64_t base = 0; base < 8; ++base) {
    const auto a = points.probabilities(5 * base);
    const auto b = points.probabilities(5 * base + 1);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      EXPECT_NE(a[axis], b[axis]);
      auto expected = a;
      expected[axis] = b[axis];
      EXPECT_EQ(points.probabilities(5 * base + 2 + axis), expected);
    }
  }
}

TEST(Design, ProbabilitiesLieStrictlyBetweenTheEnds) {
  for (const DesignKind kind :
       {DesignKind::random, DesignKind::latin_hypercube, DesignKind::sobol, DesignKind::saltelli}) {
    const DesignPoints points = sampled(kind, 1024, named({"a", "b"}));
    double sum = 0.0;
    for (std::uint64_t k = 0; k < points.count(); ++k) {
      for (const double p : points.probabilities(k)) {
        EXPECT_GT(p, 0.0);
        EXPECT_LT(p, 1.0);
        sum += p;
      }
    }
    // Five standard errors of that many independent ones.
    const double n = 2.0 * static_cast<double>(points.count());
    EXPECT_NEAR(sum / n, 0.5, 5.0 * std::sqrt(1.0 / 12.0 / 1024.0)) << name_of(kind);
  }
}

}  // namespace
}  // namespace blocrisk
