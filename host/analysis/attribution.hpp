/// Attribution as a run reports it: which part of a member's shortfall comes from which supplier
/// country and cause. (Model, section 6.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"
#include "host/engine/attribution.hpp"

namespace blocrisk {

/// Fractions of the reference demand of the horizon. Over country and cause `expected` adds up to
/// the mean shortfall of the paths attributed, `tail` to that of those in the cell's tail; not a
/// number where no path is in it.
struct AttributionFigures {
  std::uint64_t n_paths = 0;             ///< the first of the run's
  std::vector<std::string> countries;    ///< ids
  std::vector<std::int64_t> tail_paths;  ///< [member][mineral] with a shortfall above VaR 95
  std::vector<double> expected, tail;    ///< [member][mineral][country][cause]

  /// First index of a cell's figures, which are [country][cause].
  std::size_t first(std::size_t cell) const { return cell * countries.size() * n_causes; }
  friend bool operator==(const AttributionFigures& a, const AttributionFigures& b);
};

/// [member][mineral] VaR 95 of shortfall, beyond which a cell's tail lies.
std::vector<double> tail_thresholds(const Summary& summary);

AttributionFigures attribution_figures(const AttributionSums& sums, const ResultFacts& facts,
                                       std::vector<std::string> countries);

}  // namespace blocrisk
