/// Log-spaced histograms whose bins are read off the float's own bits.
///
/// Bin 0 counts exact zeros; bin 1 values in (0, 2^low); then `per_octave` bins per octave, split
/// linearly in the mantissa, from 2^low up to 2^high; the last bin takes the rest. A bin of the
/// 64-per-octave kind is at most 1/64 wide relative to its lower edge, so its centre is within
/// 0.8 % of any value in it and the worst case at the mean is half of that.
#pragma once

#include <cstdint>

#include "kernels/model/measures.hpp"

namespace blocrisk {

struct BinRange {
  int low_exponent;   ///< smallest resolved value is 2^low_exponent
  int high_exponent;  ///< values from 2^high_exponent on share the last bin
  int log2_per_octave;

  constexpr int per_octave() const { return 1 << log2_per_octave; }
  constexpr int n_bins() const { return 3 + ((high_exponent - low_exponent) << log2_per_octave); }
  /// Key of the first resolved bin: exponent and leading mantissa bits of 2^low_exponent.
  constexpr std::int32_t first_key() const { return (low_exponent + 127) << log2_per_octave; }
  constexpr int shift() const { return 23 - log2_per_octave; }
};

inline constexpr BinRange ratio_bins{-24, 1, 6};
inline constexpr BinRange months_bins{-6, 12, 6};
inline constexpr BinRange usd_bins{0, 48, 6};
inline constexpr BinRange timeline_shortfall_bins{-14, 1, 3};
inline constexpr BinRange timeline_cover_bins{-4, 14, 3};
inline constexpr BinRange timeline_price_bins{-4, 4, 6};

constexpr BinRange bins_of(MeasureKind kind) {
  return kind == MeasureKind::ratio    ? ratio_bins
         : kind == MeasureKind::months ? months_bins
                                       : usd_bins;
}

/// Bin of a value that is not negative, from its bits.
constexpr std::int32_t bin_of_bits(std::uint32_t bits, BinRange range) {
  std::int32_t bin = static_cast<std::int32_t>(bits >> range.shift()) - range.first_key() + 2;
  const std::int32_t last = range.n_bins() - 1;
  bin = bin < 1 ? 1 : bin;
  bin = bin > last ? last : bin;
  return bits == 0 ? 0 : bin;
}

/// Lower edge of a bin: 0 for bins 0 and 1.
double bin_lower_edge(int bin, BinRange range);
/// The value that stands for a bin: 0 for bin 0, the middle of its edges otherwise.
double bin_centre(int bin, BinRange range);

}  // namespace blocrisk
