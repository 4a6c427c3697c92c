#include "host/sweep/design.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "kernels/random/address.hpp"

namespace blocrisk {
namespace {

constexpr std::array<std::pair<DesignKind, std::string_view>, 6> kinds{
    {{DesignKind::grid, "grid"},
     {DesignKind::list, "list"},
     {DesignKind::random, "random"},
     {DesignKind::latin_hypercube, "latin_hypercube"},
     {DesignKind::sobol, "sobol"},
     {DesignKind::saltelli, "saltelli"}}};

constexpr std::uint64_t too_many = std::uint64_t{1} << 63;

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > too_many / b ? too_many : a * b;
}

/// Words of a stream by (seed, number).
Words<Lanes<1>> words_at(std::uint64_t seed, std::uint64_t number, const std::string& tag) {
  return philox_words<Lanes<1>>(key_from_seed(seed), paths_from<Lanes<1>>(number), 0,
                                stream_id(tag));
}

/// Strictly between 0 and 1, exact in double.
double probability_of(std::uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

/// A permutation of 0 ... n-1: numbers in the order of their words.
std::vector<std::uint64_t> shuffled(std::uint64_t n, std::uint64_t seed, const std::string& tag) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> keyed;
  for (std::uint64_t k = 0; k < n; ++k) {
    const auto words = words_at(seed, k, tag);
    keyed.emplace_back(std::uint64_t{words.w[0]} << 32 | words.w[1], k);
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::uint64_t> order;
  for (const auto& [key, k] : keyed) order.push_back(k);
  return order;
}

}  // namespace

std::string_view name_of(DesignKind kind) {
  for (const auto& [known, name] : kinds) {
    if (known == kind) return name;
  }
  return {};
}

std::vector<std::string> design_names() {
  std::vector<std::string> names;
  for (const auto& [kind, name] : kinds) names.emplace_back(name);
  return names;
}

std::optional<DesignKind> design_of(std::string_view name) {
  for (const auto& [kind, known] : kinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

std::uint64_t count_members(const Design& design, const std::vector<DesignAxis>& axes) {
  switch (design.kind) {
    case DesignKind::grid: {
      std::uint64_t product = 1;
      for (const DesignAxis& axis : axes) product = saturating_product(product, axis.n_values);
      return product;
    }
    case DesignKind::list:
      return axes.empty() ? 0 : axes.front().n_values;
    case DesignKind::random:
    case DesignKind::latin_hypercube:
    case DesignKind::sobol:
      return design.points;
    case DesignKind::saltelli:
      return saturating_product(design.points, axes.size() + 2);
  }
  return 0;
}

SaltelliPlace saltelli_place(std::uint64_t member, std::size_t n_axes) {
  return {member / (n_axes + 2), static_cast<std::size_t>(member % (n_axes + 2))};
}

DesignPoints::DesignPoints(const Design& design, std::vector<DesignAxis> axes)
    : design_(design), axes_(std::move(axes)), n_members_(count_members(design, axes_)) {
  if (design.kind == DesignKind::latin_hypercube) {
    for (const DesignAxis& axis : axes_)
      strata_.push_back(shuffled(design.points, design.seed, "stratum|" + axis.name));
  }
  if (!is_sequence(design.kind)) return;
  for (std::uint64_t dimension = 0; dimension < 2 * axes_.size(); ++dimension)
    shifts_.push_back(words_at(design.seed, dimension, "digital shift").w[0]);
}

std::vector<std::size_t> DesignPoints::positions(std::uint64_t member) const {
  std::vector<std::size_t> positions(axes_.size(), static_cast<std::size_t>(member));
  if (design_.kind == DesignKind::list) return positions;
  for (std::size_t axis = axes_.size(); axis-- > 0;) {
    positions[axis] = static_cast<std::size_t>(member % axes_[axis].n_values);
    member /= axes_[axis].n_values;
  }
  return positions;
}

double DesignPoints::sequence_probability(std::uint64_t point, std::size_t dimension) const {
  return probability_of(sobol_word(point, static_cast<int>(dimension)) ^ shifts_[dimension]);
}

std::vector<double> DesignPoints::probabilities(std::uint64_t member) const {
  std::vector<double> values;
  const SaltelliPlace place = saltelli_place(member, axes_.size());
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    if (design_.kind == DesignKind::sobol) {
      values.push_back(sequence_probability(member, axis));
    } else if (design_.kind == DesignKind::saltelli) {
      const bool from_b = place.part == 1 || place.part == 2 + axis;
      values.push_back(sequence_probability(place.base_point, from_b ? axes_.size() + axis : axis));
    } else {
      const double within =
          probability_of(words_at(design_.seed, member, "axis|" + axes_[axis].name).w[0]);
      values.push_back(design_.kind == DesignKind::random
                           ? within
                           : (static_cast<double>(strata_[axis][member]) + within) /
                                 static_cast<double>(design_.points));
    }
  }
  return values;
}

}  // namespace blocrisk
