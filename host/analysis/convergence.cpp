#include "host/analysis/convergence.hpp"

#include <cstddef>

namespace blocrisk {
namespace {

constexpr const char* kept_figures[] = {"shortfall.mean", "shortfall.var95", "shortfall.cvar95",
                                        "short_probability", "member_loss.cvar95"};

}  // namespace

std::vector<std::uint64_t> kept_path_counts(std::uint64_t least, std::uint64_t most) {
  std::vector<std::uint64_t> counts;
  for (std::uint64_t count = 4096; count <= most; count *= 2) {
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

}  // namespace blocrisk
