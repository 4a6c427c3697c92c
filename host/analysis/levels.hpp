/// Probability levels as exact fractions, and which of them a run reports.
#pragma once

#include <array>
#include <cstdint>

namespace blocrisk {

/// part / whole, so that ranks are computed in integers: 0.95 has no exact double.
struct Level {
  std::int64_t part;
  std::int64_t whole;
  constexpr double value() const { return static_cast<double>(part) / static_cast<double>(whole); }
  constexpr double rest() const {
    return static_cast<double>(whole - part) / static_cast<double>(whole);
  }
};

/// Smallest rank, 1 the smallest sample, whose cumulative share of n samples is at least the level.
constexpr std::uint64_t rank_of(Level level, std::uint64_t n) {
  const auto part = static_cast<std::uint64_t>(level.part);
  const auto whole = static_cast<std::uint64_t>(level.whole);
  // n = a * whole + b, so no product overflows: n * part / whole = a * part + b * part / whole
  const std::uint64_t rank = n / whole * part + (n % whole * part + whole - 1) / whole;
  return rank > 0 ? rank : 1;
}

inline constexpr std::array<Level, 11> quantile_levels{{{1, 100},
                                                        {5, 100},
                                                        {10, 100},
                                                        {25, 100},
                                                        {50, 100},
                                                        {75, 100},
                                                        {90, 100},
                                                        {95, 100},
                                                        {99, 100},
                                                        {995, 1000},
                                                        {999, 1000}}};

/// Of value at risk and conditional value at risk.
inline constexpr std::array<Level, 5> tail_levels{
    {{90, 100}, {95, 100}, {99, 100}, {995, 1000}, {999, 1000}}};
inline constexpr int tail_level_95 = 1;

inline constexpr std::array<Level, 6> timeline_levels{
    {{5, 100}, {25, 100}, {50, 100}, {75, 100}, {95, 100}, {99, 100}}};
inline constexpr int quantile_level_5 = 1;
inline constexpr int quantile_level_95 = 7;

inline constexpr std::array<std::int64_t, 9> return_periods_yr{2,   5,   10,  25,  50,
                                                               100, 250, 500, 1000};
constexpr Level return_level(std::int64_t period_yr) { return {period_yr - 1, period_yr}; }

}  // namespace blocrisk
