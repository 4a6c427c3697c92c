/// The Sobol sequence: points that fill a cube more evenly than independent ones.
///
/// Point k of a dimension is a pure function of both. In Gray code order (Antonov and Saleev, USSR
/// Comput. Maths. Math. Phys. 19, 1979, 252), so that the first 2^n points are the same set as in
/// binary order and agree one by one with other implementations.
#pragma once

#include <cstdint>

namespace blocrisk {

inline constexpr int max_sobol_dimensions = 128;
inline constexpr std::uint64_t max_sobol_points = std::uint64_t{1} << 32;

/// The point's coordinate in units of 2^-32; expects dimension < 128 and point < 2^32.
[[nodiscard]] std::uint32_t sobol_word(std::uint64_t point, int dimension);

}  // namespace blocrisk
