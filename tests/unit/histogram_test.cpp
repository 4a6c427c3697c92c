#include "kernels/stats/histogram.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

namespace blocrisk {
namespace {

int bin_of(float value, BinRange range) {
  return bin_of_bits(std::bit_cast<std::uint32_t>(value), range);
}

constexpr BinRange all_ranges[] = {
    ratio_bins,          months_bins,        usd_bins, timeline_shortfall_bins,
    timeline_cover_bins, timeline_price_bins};

// Two bins an octave from 1/2 to 2: edges 1/2, 3/4, 1, 3/2, then the rest.
constexpr BinRange tiny{-1, 1, 1};

TEST(Histogram, TinyRangeBinsAreWhereTheEyePutsThem) {
  EXPECT_EQ(tiny.n_bins(), 7);
  EXPECT_EQ(bin_of(0.0f, tiny), 0);
  EXPECT_EQ(bin_of(1e-30f, tiny), 1);
  EXPECT_EQ(bin_of(0.49f, tiny), 1);
  EXPECT_EQ(bin_of(0.5f, tiny), 2);
  EXPECT_EQ(bin_of(0.74f, tiny), 2);
  EXPECT_EQ(bin_of(0.75f, tiny), 3);
  EXPECT_EQ(bin_of(1.0f, tiny), 4);
  EXPECT_EQ(bin_of(1.5f, tiny), 5);
  EXPECT_EQ(bin_of(2.0f, tiny), 6);
  EXPECT_EQ(bin_of(1e30f, tiny), 6);
}

TEST(Histogram, TinyRangeEdgesAndCentresAreExact) {
  const double edges[] = {0.0, 0.0, 0.5, 0.75, 1.0, 1.5, 2.0};
  const double centres[] = {0.0, 0.25, 0.625, 0.875, 1.25, 1.75, 2.0};
  for (int bin = 0; bin < 7; ++bin) {
    EXPECT_EQ(bin_lower_edge(bin, tiny), edges[bin]);
    EXPECT_EQ(bin_centre(bin, tiny), centres[bin]);
  }
}

TEST(Histogram, EveryEdgeOpensItsBin) {
  for (const BinRange range : all_ranges) {
    for (int bin = 2; bin < range.n_bins(); ++bin) {
      const auto edge = static_cast<float>(bin_lower_edge(bin, range));
      EXPECT_EQ(bin_of(edge, range), bin);
      EXPECT_EQ(bin_of(std::nextafter(edge, 0.0f), range), bin - 1);
    }
  }
}

TEST(Histogram, CentreIsWithinItsShareOfEveryValueOfTheBin) {
  for (const BinRange range : all_ranges) {
    const double worst = 0.5 / range.per_octave();
    for (int bin = 2; bin + 1 < range.n_bins(); ++bin) {
      const double low = bin_lower_edge(bin, range), high = bin_lower_edge(bin + 1, range);
      const double centre = bin_centre(bin, range);
      EXPECT_LE((centre - low) / low, worst * (1 + 1e-12));
      EXPECT_LE((high - centre) / high, worst);
    }
  }
}

TEST(Histogram, RunsOfAMeasureAreFineEnough) {
  for (const MeasureKind kind : {MeasureKind::ratio, MeasureKind::months, MeasureKind::usd}) {
    EXPECT_GE(bins_of(kind).per_octave(), 64);
  }
}

}  // namespace
}  // namespace blocrisk
