#include "host/sweep/sobol_sequence.hpp"

#include <array>
#include <vector>

#include "host/sweep/joe_kuo.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t n_bits = 32;
using Directions = std::array<std::uint32_t, n_bits>;

/// Bratley and Fox, ACM Trans. Math. Softw. 14, 1988, 88, equation 2: m_k from the `degree` before
/// it; direction k is m_k in units of 2^-k.
Directions directions_of(const JoeKuoRow& row) {
  const auto degree = static_cast<std::size_t>(row.degree);
  std::array<std::uint32_t, n_bits> m{};
  for (std::size_t k = 0; k < n_bits; ++k) {
    if (k < degree) {
      m[k] = row.m[k];
      continue;
    }
    m[k] = m[k - degree] ^ (m[k - degree] << degree);
    for (std::size_t j = 1; j < degree; ++j) {
      const bool has_term = ((row.coefficients >> (degree - 1 - j)) & 1U) != 0;
      if (has_term) m[k] ^= m[k - j] << j;
    }
  }
  Directions directions{};
  for (std::size_t k = 0; k < n_bits; ++k) directions[k] = m[k] << (n_bits - 1 - k);
  return directions;
}

std::vector<Directions> all_directions() {
  std::vector<Directions> all(1);
  for (std::size_t k = 0; k < n_bits; ++k) all[0][k] = std::uint32_t{1} << (n_bits - 1 - k);
  for (const JoeKuoRow& row : joe_kuo_rows) all.push_back(directions_of(row));
  return all;
}

}  // namespace

std::uint32_t sobol_word(std::uint64_t point, int dimension) {
  static const std::vector<Directions> directions = all_directions();
  const Directions& of = directions[static_cast<std::size_t>(dimension)];
  std::uint32_t word = 0;
  for (std::uint64_t gray = point ^ (point >> 1), bit = 0; gray != 0; gray >>= 1, ++bit) {
    if ((gray & 1U) != 0) word ^= of[bit];
  }
  return word;
}

}  // namespace blocrisk
