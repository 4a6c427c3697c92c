/// The tables of a sweep's file: a measure by scenario and member, differences from the reference,
/// sensitivity indices; for people, as JSON and as CSV.
#pragma once

#include <string>
#include <vector>

#include "host/sweep/sweep_reader.hpp"

namespace blocrisk {

enum class SweepTable { figures, differences, indices };

struct SweepSelection {
  SweepTable table = SweepTable::figures;
  std::string measure = "member_loss";         ///< of cells, of members, or short_probability
  std::vector<std::string> members, minerals;  ///< ids; empty: all
};

// Mean and CVaR 95 of the measure, their differences, or their indices; cells that have a figure
// nowhere are left out. All throw UsageError where a name is none of the file's, and
// EnvironmentError where the file has no such table.

/// Aligned plain text: ratios in per cent, money in million USD. Ends with a newline.
[[nodiscard]] std::string sweep_text(const SweepReader& file, const SweepSelection& selection);
/// {"sweep":..., "rows":[...]} on one line.
[[nodiscard]] std::string sweep_json(const SweepReader& file, const SweepSelection& selection);
/// scenario, scenario_name, one column an axis, member, mineral, figure, unit, value, lo, hi; of
/// indices the axis' name instead of the first.
[[nodiscard]] std::string sweep_csv(const SweepReader& file, const SweepSelection& selection);

}  // namespace blocrisk
