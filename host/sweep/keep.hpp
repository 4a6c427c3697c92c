/// Which figures a sweep's file keeps of its members.
#pragma once

#include <string>
#include <vector>

#include "host/io/figure_variables.hpp"
#include "host/sweep/sweep.hpp"

namespace blocrisk {

/// Names that `[keep]` takes.
[[nodiscard]] std::vector<std::string> known_measures();
[[nodiscard]] std::vector<std::string> known_figures();

[[nodiscard]] bool is_kept(const Sweep& sweep, const FigureVariable& figure);

}  // namespace blocrisk
