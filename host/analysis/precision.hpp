/// Stopping a run once its figures are precise enough: which figures, of whom, and how precise they
/// are. The rule is asked at fixed path counts only, so that a run ends at the same path on every
/// backend, whatever its batches and threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/named_figure.hpp"
#include "host/engine/accumulators.hpp"

namespace blocrisk {

/// A part of the cells; -1 stands for all.
struct CellChoice {
  int member = -1;
  int mineral = -1;
};

struct PrecisionRule {
  double relative_half_width = 0.0;  ///< asked: half of the 95 % interval over the figure
  std::vector<NamedFigure> figures;
  std::vector<CellChoice> choices;  ///< empty: all cells; a figure of a member has no mineral
};

/// Cells whose figure is below this part of the largest chosen one's do not count: relative
/// precision of next to nothing takes forever and serves nobody.
inline constexpr double least_counted_fraction = 0.01;

/// The least precise of the figures that count.
struct WidestInterval {
  double relative_half_width;  ///< infinite where every figure is zero
  std::string figure, member, mineral;
};
WidestInterval widest_interval(const PrecisionRule& rule, const Accumulators& state,
                               const ResultFacts& facts);

/// Path counts at which the rule is asked: four an octave, 4,096 or more, within the limits.
std::vector<std::uint64_t> asked_path_counts(std::uint64_t least, std::uint64_t most);

/// "JPN,gallium", "JPN" or "gallium"; throws UsageError, naming `option`, where a name is neither
/// member nor mineral, or two are given of a kind.
CellChoice parse_cell_choice(const std::string& option, const std::string& text,
                             const ResultFacts& facts);

}  // namespace blocrisk
