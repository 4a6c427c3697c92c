/// Two scenarios beside each other on the same draws: figures of every member and mineral that both
/// have, and the tables people and programs read them in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/analysis/path_values.hpp"
#include "host/analysis/table_rows.hpp"

namespace blocrisk {

/// Every figure is A's less B's, with _lo and _hi, its 95 % interval; `thin` where fewer than 30
/// paths tell the two apart.
struct Comparison {
  std::uint64_t n_paths = 0;
  std::vector<TableRow> cells;        ///< by mineral, then member; those with demand in both
  std::vector<TableRow> members;      ///< of loss
  std::vector<std::string> left_out;  ///< sentences on what only one of the two has
};

/// `same_network`: both are known to be the same on every path, so nothing is thin.
Comparison compare_values(const PathValues& a, const PathValues& b, bool same_network);

/// Aligned plain text, below 100 columns; cells that differ on no path are counted, not listed.
/// Ends with a newline.
std::string comparison_text(const Comparison& comparison);
/// {"paths":..., "cells":[...], "members":[...], "left_out":[...]} on one line.
std::string comparison_json(const Comparison& comparison);
/// One row per member, mineral and figure: member,mineral,figure,unit,value.
std::string comparison_csv(const Comparison& comparison);

}  // namespace blocrisk
