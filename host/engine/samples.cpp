#include "host/engine/samples.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace blocrisk {
namespace {

/// Calls `visit(mine, others, n_values)` for each measure's values of the paths that both hold.
template <typename Mine, typename Visit>
void for_each_shared(Mine& mine, const Samples& other, Visit visit) {
  const std::uint64_t first = std::max(mine.first_path, other.first_path);
  const std::uint64_t end = std::min(mine.end_path(), other.end_path());
  if (first >= end) return;
  const auto visit_one = [&](auto& ours, const std::vector<float>& theirs) {
    const std::size_t row = ours.size() / static_cast<std::size_t>(mine.n_paths);
    visit(ours.data() + static_cast<std::size_t>(first - mine.first_path) * row,
          theirs.data() + static_cast<std::size_t>(first - other.first_path) * row,
          static_cast<std::size_t>(end - first) * row);
  };
  for (std::size_t k = 0; k < mine.measure.size(); ++k)
    visit_one(mine.measure[k], other.measure[k]);
  for (std::size_t k = 0; k < mine.member_measure.size(); ++k)
    visit_one(mine.member_measure[k], other.member_measure[k]);
}

}  // namespace

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

void Samples::copy_from(const Samples& other) {
  for_each_shared(*this, other, [](float* mine, const float* theirs, std::size_t n_values) {
    std::copy_n(theirs, n_values, mine);
  });
}

bool Samples::agrees_with(const Samples& other) const {
  bool agrees = true;
  for_each_shared(*this, other, [&](const float* mine, const float* theirs, std::size_t n_values) {
    agrees = agrees && (n_values == 0 || std::memcmp(mine, theirs, n_values * sizeof(float)) == 0);
  });
  return agrees;
}

}  // namespace blocrisk
