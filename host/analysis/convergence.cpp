#include "host/analysis/convergence.hpp"

#include <algorithm>
#include <cstddef>

namespace blocrisk {
namespace {

constexpr const char* kept_figures[] = {"shortfall.mean", "shortfall.var95", "shortfall.cvar95",
                                        "short_probability", "member_loss.cvar95"};

/// One of so many rows of equal length.
void append_row(const std::vector<double>& rows, std::size_t row, std::size_t n_rows,
                std::vector<double>& into) {
  const std::size_t length = rows.size() / n_rows;
  const auto first = rows.begin() + static_cast<std::ptrdiff_t>(row * length);
  into.insert(into.end(), first, first + static_cast<std::ptrdiff_t>(length));
}

}  // namespace

std::vector<std::uint64_t> kept_path_counts(std::uint64_t n_paths, LookedAt why) {
  const std::uint64_t least = why == LookedAt::for_precision ? 0 : n_paths / 32;
  std::vector<std::uint64_t> counts;
  for (std::uint64_t count = 4096; count <= n_paths; count *= 2) {
    if (count >= least) counts.push_back(count);
  }
  return counts;
}

Convergence::Convergence() {
  for (const char* name : kept_figures) series.push_back({find_figure("", name, {}), {}, {}});
}

void Convergence::record(const Accumulators& state, const ResultFacts& facts) {
  if (state.n_paths == 0 || (!paths_done.empty() && paths_done.back() == state.n_paths)) return;
  paths_done.push_back(state.n_paths);
  for (Series& one : series) {
    for (const Figure& figure : figures_of(one.figure, state, facts)) {
      one.value.push_back(figure.value);
      one.half_width.push_back(0.5 * (figure.high - figure.low));
    }
  }
}

std::optional<Convergence> Convergence::at(const std::vector<std::uint64_t>& counts) const {
  Convergence chosen;
  for (const std::uint64_t count : counts) {
    const auto found = std::lower_bound(paths_done.begin(), paths_done.end(), count);
    if (found == paths_done.end() || *found != count) return std::nullopt;
    chosen.paths_done.push_back(count);
    const auto look = static_cast<std::size_t>(found - paths_done.begin());
    for (std::size_t k = 0; k < series.size(); ++k) {
      append_row(series[k].value, look, paths_done.size(), chosen.series[k].value);
      append_row(series[k].half_width, look, paths_done.size(), chosen.series[k].half_width);
    }
  }
  return chosen;
}

}  // namespace blocrisk
