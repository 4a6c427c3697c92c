/// Fixed-point sums: reals become integers in a unit that is a power of two, so that adding them up
/// in any order gives the same bits. A value is at most 2^46 units, so 2^16 of them fit 64 bits;
/// whole runs are kept in 128.
#pragma once

#include <cstdint>

#include "kernels/portability.hpp"

namespace blocrisk {

inline constexpr int fixed_point_bits = 46;

// Units of the timeline sums, as scale factors 1/unit. A value stays within 2^24 units, so that the
// lanes of a vector or warp add up in 32 bits.
inline constexpr float timeline_shortfall_scale = 16777216.0f;  // 2^24
inline constexpr float timeline_cover_scale = 256.0f;           // 2^8 per day
inline constexpr float timeline_cover_limit_days = 65535.0f;  // more cover than this counts as this
inline constexpr float timeline_price_scale =
    1048576.0f;  // 2^20; the price ratio stays below e^2.5
inline constexpr float timeline_restricted_scale = 16777216.0f;  // 2^24

/// An unsigned 128-bit sum.
struct Sum128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  constexpr void add(std::uint64_t value) {
    low += value;
    high += low < value ? 1u : 0u;
  }
  constexpr void add(const Sum128& other) {
    add(other.low);
    high += other.high;
  }
  constexpr double to_double() const {
    return static_cast<double>(high) * 18446744073709551616.0 + static_cast<double>(low);
  }
  friend constexpr bool operator==(const Sum128&, const Sum128&) = default;
};

}  // namespace blocrisk
