/// What the tables show, as named numbers: the text, JSON and CSV renderings share them.
#pragma once

#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"

namespace blocrisk {

struct TableEntry {
  const char* name;
  const char* unit;
  double value;
};

/// A cell, a mineral (no member) or a member (no mineral).
struct TableRow {
  std::string member, mineral;
  bool thin = false;  ///< too few paths support the tail
  std::vector<TableEntry> entries;

  /// Expects that there is an entry of that name.
  double at(std::string_view name) const;
};

struct TableRows {
  std::vector<TableRow> minerals, members;
  std::vector<TableRow> cells;  ///< by mineral, then member; those with demand
};

TableRows table_rows(const Summary& summary, const ResultFacts& facts);

}  // namespace blocrisk
