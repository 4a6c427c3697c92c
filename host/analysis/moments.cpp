#include "host/analysis/moments.hpp"

#include <array>
#include <bit>
#include <limits>

#include "kernels/stats/fixed_point.hpp"

namespace blocrisk {
namespace {

__extension__ using Uint128 = unsigned __int128;

/// 256 bits, lowest limb first.
using Wide = std::array<std::uint64_t, 4>;
using Limbs = std::array<std::uint64_t, 2>;

Wide multiply(Limbs a, Limbs b) {
  Wide product{};
  for (std::size_t i = 0; i < 2; ++i) {
    Uint128 carry = 0;
    for (std::size_t j = 0; j < 2; ++j) {
      carry += static_cast<Uint128>(a[i]) * b[j] + product[i + j];
      product[i + j] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    product[i + 2] = static_cast<std::uint64_t>(carry);
  }
  return product;
}

/// Bits beyond 256 are lost; expects 0 < bits < 64.
Wide shift_left(const Wide& a, int bits) {
  Wide shifted{};
  for (std::size_t i = 0; i < 4; ++i) {
    shifted[i] = a[i] << bits | (i > 0 ? a[i - 1] >> (64 - bits) : 0);
  }
  return shifted;
}

/// a - b, or 0 where b is larger.
Wide subtract(const Wide& a, const Wide& b) {
  Wide difference{};
  bool borrow = false;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint64_t part = a[i] - b[i];
    difference[i] = part - (borrow ? 1 : 0);
    borrow = a[i] < b[i] || (borrow && part == 0);
  }
  return borrow ? Wide{} : difference;
}

/// The leading 64 bits rounded to a double; what lies below them is under its last bit.
double to_double(const Wide& a) {
  int top = 3;
  while (top > 0 && a[static_cast<std::size_t>(top)] == 0) --top;
  std::uint64_t leading = a[static_cast<std::size_t>(top)];
  if (top == 0) return static_cast<double>(leading);
  const int spare = std::countl_zero(leading);
  if (spare > 0) leading = leading << spare | a[static_cast<std::size_t>(top - 1)] >> (64 - spare);
  double value = static_cast<double>(leading);
  for (int limb = 0; limb < top; ++limb) value *= 18446744073709551616.0;
  for (int bit = 0; bit < spare; ++bit) value *= 0.5;
  return value;
}

}  // namespace

MeanAndVariance mean_and_variance(const Moments& moments, std::uint64_t n, double scale) {
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  if (n == 0) return {not_a_number, not_a_number};
  const double count = static_cast<double>(n);
  MeanAndVariance result{moments.sum.to_double() / count / scale, not_a_number};
  if (n == 1) return result;
  const Limbs sum{moments.sum.low, moments.sum.high};
  const Limbs squares{moments.squares.low, moments.squares.high};
  const Wide squared_sum = multiply(sum, sum);
  const Wide n_squares = shift_left(multiply(squares, {n, 0}), fixed_point_bits);
  const double excess = to_double(subtract(n_squares, squared_sum));
  result.variance = excess / (count * (count - 1.0)) / scale / scale;
  return result;
}

double variance_resolution(double scale) {
  constexpr double square_unit = static_cast<double>(std::uint64_t{1} << fixed_point_bits);
  return square_unit / scale / scale;
}

}  // namespace blocrisk
