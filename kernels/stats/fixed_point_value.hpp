/// A real as an integer number of units, the same on every host and device.
#pragma once

#include <cstdint>

#include "kernels/lanes/scalar.hpp"
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

/// Units of a timeline's value, which are few: value x scale < 2^31.
template <class L>
RISK_FN typename L::I timeline_units(typename L::F value, float scale) {
  using F = typename L::F;
  return truncate(fma(value, splat<F>(scale), splat<F>(0.5f)));
}

RISK_END
