/// One measure in full: its figures for the members and minerals chosen.
#pragma once

#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"
#include "host/analysis/table_rows.hpp"

namespace blocrisk {

/// What to show; an empty list is all of them.
struct MeasureSelection {
  std::string measure;                         ///< of either table, such as member_annual_loss
  std::vector<std::string> members, minerals;  ///< ids; a member's measure heeds no minerals
};

/// Names of all measures, cells' then members'.
std::vector<std::string> measure_names();

/// A row per member and mineral with demand, or per member: mean, deviation, quantiles, VaR and
/// CVaR with their 95 % intervals. Throws UsageError where a name is none of the result's.
std::vector<TableRow> measure_rows(const Summary& summary, const ResultFacts& facts,
                                   const MeasureSelection& selection);

/// Aligned plain text: ratios in per cent, money in million USD. Ends with a newline.
std::string text_measure(const Summary& summary, const ResultFacts& facts,
                         const MeasureSelection& selection);

}  // namespace blocrisk
