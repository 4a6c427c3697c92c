#include "host/engine/samples.hpp"

#include <cstddef>

namespace blocrisk {

Samples::Samples(std::uint64_t first, std::uint64_t count, int members, int minerals, int years)
    : first_path(first), n_paths(count), n_members(members), n_minerals(minerals), n_years(years) {
  const auto n_rows = static_cast<std::size_t>(n_paths);
  const auto n_in_row = static_cast<std::size_t>(n_members);
  for (auto& values : measure)
    values.resize(n_rows * n_in_row * static_cast<std::size_t>(n_minerals));
  for (std::size_t k = 0; k < member_measure.size(); ++k) {
    const bool annual = k == static_cast<std::size_t>(MemberMeasure::annual_loss);
    member_measure[k].resize(n_rows * n_in_row * static_cast<std::size_t>(annual ? n_years : 1));
  }
}

}  // namespace blocrisk
