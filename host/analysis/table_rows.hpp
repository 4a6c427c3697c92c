/// What the tables show, as named numbers: the text, JSON and CSV renderings share them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"

namespace blocrisk {

struct TableEntry {
  std::string name;
  const char* unit;
  double value;
};

/// A cell, a mineral (no member) or a member (no mineral).
struct TableRow {
  std::string member, mineral;
  std::optional<bool> thin;  ///< too few paths support the tail; none where there is no tail figure
  /// A figure NAME that few paths may carry is followed by NAME_lo, NAME_hi, its 95 % interval,
  /// NAME_thin, 0 or 1, and NAME_paths_needed.
  std::vector<TableEntry> entries;

  /// Expects that there is an entry of that name.
  double at(std::string_view name) const;
};

struct TableRows {
  std::vector<TableRow> minerals, members;
  std::vector<TableRow> cells;  ///< by mineral, then member; those with demand
};

TableRows table_rows(const Summary& summary, const ResultFacts& facts);

/// A number's cell; empty where it is not finite.
std::string csv_number(double value);

/// An array of one object a row. What is not finite is null.
std::string json_rows(const std::vector<TableRow>& rows);
/// One line a row and figure, as `csv_table` has them.
std::string csv_rows(const std::vector<TableRow>& rows);

}  // namespace blocrisk
