/// Which points of its axes a sweep visits: grid, list, random, Latin hypercube, Sobol sequence,
/// and Saltelli's arrangement of that, which sensitivity indices need. Pure functions of the
/// design; what the axes are is left to sweep.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/sweep/sobol_sequence.hpp"

namespace blocrisk {

inline constexpr std::size_t max_sweep_axes = 64;  ///< a Saltelli design takes two dimensions each
inline constexpr std::uint64_t max_sweep_members = 65'536;

enum class DesignKind { grid, list, random, latin_hypercube, sobol, saltelli };

/// "grid", "list", "random", "latin_hypercube", "sobol", "saltelli".
[[nodiscard]] std::string_view name_of(DesignKind kind);
[[nodiscard]] std::vector<std::string> design_names();
[[nodiscard]] std::optional<DesignKind> design_of(std::string_view name);

/// Grids and lists take the axes' values; the others draw from them.
constexpr bool is_sampled(DesignKind kind) {
  return kind != DesignKind::grid && kind != DesignKind::list;
}
constexpr bool is_sequence(DesignKind kind) {
  return kind == DesignKind::sobol || kind == DesignKind::saltelli;
}

struct Design {
  DesignKind kind = DesignKind::grid;
  std::uint64_t points = 0;  ///< of a sampled design; a power of two for a sequence
  std::uint64_t seed = 1;    ///< of a sampled design
};

/// What a design has to know of an axis.
struct DesignAxis {
  std::string name;          ///< of its draws
  std::size_t n_values = 0;  ///< of a grid or list
};

/// Members of the sweep: the product of the axes' values (saturating at 2^63), as many as a list
/// has, the points, or points * (axes + 2).
[[nodiscard]] std::uint64_t count_members(const Design& design,
                                          const std::vector<DesignAxis>& axes);

/// Where a member of a Saltelli design stands: base point, and which of its axes + 2 members it is:
/// 0 is A, 1 is B, 2 + i is A with axis i of B.
struct SaltelliPlace {
  std::uint64_t base_point;
  std::size_t part;
};
[[nodiscard]] SaltelliPlace saltelli_place(std::uint64_t member, std::size_t n_axes);

class DesignPoints {
 public:
  /// Expects at least one axis, and, of a list, as many values of each.
  DesignPoints(const Design& design, std::vector<DesignAxis> axes);

  [[nodiscard]] std::uint64_t count() const { return n_members_; }

  /// Of a grid or list: which of its values each axis takes. The last axis moves fastest.
  [[nodiscard]] std::vector<std::size_t> positions(std::uint64_t member) const;

  /// Of a sampled design: each axis' probability, strictly between 0 and 1.
  ///
  /// Random: Philox words by seed, member and the axis' name, so that an axis more leaves the
  /// others as they are. Latin hypercube: one member in each of `points` strata of every axis, the
  /// strata shuffled by name likewise (McKay, Beckman and Conover, Technometrics 21, 1979, 239).
  /// Sequences: Sobol's, with a digital shift by the seed.
  [[nodiscard]] std::vector<double> probabilities(std::uint64_t member) const;

 private:
  [[nodiscard]] double sequence_probability(std::uint64_t point, std::size_t dimension) const;

  Design design_;
  std::vector<DesignAxis> axes_;
  std::uint64_t n_members_;
  std::vector<std::vector<std::uint64_t>> strata_;  ///< [axis][member] of a Latin hypercube
  std::vector<std::uint32_t> shifts_;               ///< [dimension] of a sequence
};

}  // namespace blocrisk
