/// Per-path measures of the first N paths of a run, on request.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/model/measures.hpp"

namespace blocrisk {

struct Samples {
  std::uint64_t first_path = 0;
  std::uint64_t n_paths = 0;
  int n_members = 0, n_minerals = 0, n_years = 0;
  std::array<std::vector<float>, n_measures> measure;  ///< [path][member][mineral]
  std::array<std::vector<float>, n_member_measures>
      member_measure;  ///< [path][member]; annual_loss [path][member][year]

  Samples() = default;
  Samples(std::uint64_t first, std::uint64_t count, int members, int minerals, int years);
  bool holds(std::uint64_t path) const { return path >= first_path && path - first_path < n_paths; }
  /// One past the last path.
  std::uint64_t end_path() const { return first_path + n_paths; }
  /// Takes over the paths that both hold; expects the same network.
  void copy_from(const Samples& other);
  /// Whether the paths that both hold have the same bits.
  bool agrees_with(const Samples& other) const;
};

}  // namespace blocrisk
