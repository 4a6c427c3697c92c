/// Figures by name, as people ask for them: "shortfall.cvar95", "member_loss.mean",
/// "peak.exceedance.0.1", "short_probability". One figure of every cell or member, straight from
/// the integer state, without the rest of the summary.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/tail.hpp"
#include "host/engine/accumulators.hpp"

namespace blocrisk {

enum class FigureKind : std::uint8_t { mean, quantile, var, cvar, exceedance, short_probability };

struct NamedFigure {
  std::string name;
  FigureKind kind;
  bool of_member;  ///< of a member, over all minerals; else of a cell
  int measure;     ///< in its table; 0 for `short_probability`
  int index;       ///< of the quantile, level or threshold; 0 where there is none
  const char* unit;

  int n_rows(const AccumulatorShape& shape) const {
    return of_member ? shape.n_members : shape.n_cells();
  }
};

/// Every figure that a scenario with these thresholds has.
std::vector<NamedFigure> named_figures(const std::vector<double>& thresholds);

/// The one of that name; throws UsageError that names `option` and the nearest where there is none.
NamedFigure find_figure(const std::string& option, const std::string& name,
                        const std::vector<double>& thresholds);

/// [row] the figure of every cell (member x mineral, row-major) or member with its interval; zero
/// where the member has no demand. Expects that paths were done.
std::vector<Figure> figures_of(const NamedFigure& named, const Accumulators& state,
                               const ResultFacts& facts);

}  // namespace blocrisk
