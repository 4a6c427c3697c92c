/// Unmet need by supplier country and cause, added up over paths: the integer state of a second
/// pass over some of a run's paths. (Model, section 6.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/model/causes.hpp"
#include "kernels/stats/fixed_point.hpp"

namespace blocrisk {

struct AttributionShape {
  int n_members = 0, n_minerals = 0, n_countries = 0;
  std::size_t n_cells() const {
    return static_cast<std::size_t>(n_members) * static_cast<std::size_t>(n_minerals);
  }
  std::size_t n_values() const {
    return n_cells() * static_cast<std::size_t>(n_countries) * static_cast<std::size_t>(n_causes);
  }
  friend bool operator==(const AttributionShape&, const AttributionShape&) = default;
};

/// Sums are of unmet need over reference demand of the horizon, in the cell's units of `shortfall`.
struct AttributionSums {
  AttributionShape shape;
  std::uint64_t n_paths = 0;
  std::vector<std::uint64_t> tail_paths;  ///< [member][mineral] those beyond the cell's threshold
  std::vector<Sum128> expected, tail;     ///< [member][mineral][country][cause]; all paths, those

  explicit AttributionSums(AttributionShape of = {});
  std::size_t index(std::size_t cell, int country, Cause cause) const {
    return (cell * static_cast<std::size_t>(shape.n_countries) +
            static_cast<std::size_t>(country)) *
               n_causes +
           static_cast<std::size_t>(cause);
  }
  /// Adds the sums of other paths of the same network, with the same thresholds.
  void merge(const AttributionSums& other);
  friend bool operator==(const AttributionSums&, const AttributionSums&) = default;
};

}  // namespace blocrisk
