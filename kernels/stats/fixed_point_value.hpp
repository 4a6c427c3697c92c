/// A real as an integer number of units, the same on every host and device.
#pragma once

#include <cstdint>

#include "kernels/stats/fixed_point.hpp"

RISK_BEGIN

struct FixedPoint {
  std::uint64_t value, square;
};

/// `value` >= 0 and `scale` a power of two with value x scale < 2^46. The square loses 46 bits.
RISK_FN FixedPoint to_fixed_point(float value, double scale) {
  const double units = static_cast<double>(value) * scale;
  const double square = units * units * 0x1p-46;
  return {static_cast<std::uint64_t>(static_cast<std::int64_t>(units + 0.5)),
          static_cast<std::uint64_t>(static_cast<std::int64_t>(square + 0.5))};
}

RISK_END
