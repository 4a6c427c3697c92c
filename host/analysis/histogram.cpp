#include "kernels/stats/histogram.hpp"

namespace blocrisk {
namespace {

/// 2^exponent by products, which are exact.
double power_of_two(int exponent) {
  double power = 1.0;
  for (; exponent > 0; --exponent) power *= 2.0;
  for (; exponent < 0; ++exponent) power *= 0.5;
  return power;
}

}  // namespace

double bin_lower_edge(int bin, BinRange range) {
  if (bin < 2) return 0.0;
  const int step = bin - 2;
  const int octave = step >> range.log2_per_octave;
  const int within = step & (range.per_octave() - 1);
  return power_of_two(range.low_exponent + octave) *
         (1.0 + static_cast<double>(within) / range.per_octave());
}

double bin_centre(int bin, BinRange range) {
  if (bin == 0) return 0.0;
  // The last bin has no upper edge; its lower one is all that is known of its values.
  if (bin == range.n_bins() - 1) return bin_lower_edge(bin, range);
  return 0.5 * (bin_lower_edge(bin, range) + bin_lower_edge(bin + 1, range));
}

}  // namespace blocrisk
