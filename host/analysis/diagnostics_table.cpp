#include "host/analysis/diagnostics_table.hpp"

#include <cstddef>
#include <functional>

#include "host/analysis/columns.hpp"
#include "host/analysis/table_rows.hpp"

namespace blocrisk {
namespace {

TableRow mineral_row(const ResultFacts& facts, std::size_t mineral) {
  const Diagnostics& found = facts.diagnostics;
  const std::size_t n_stages = found.stages.size();
  TableRow row{"", facts.minerals[mineral], {}, {}};
  row.entries.push_back({"n1_coverage", "1", found.n1_coverage[mineral]});
  for (std::size_t stage = 0; stage < n_stages; ++stage) {
    const std::size_t at = mineral * n_stages + stage;
    row.entries.push_back({"hhi_" + found.stages[stage], "1", found.hhi[at]});
    row.entries.push_back(
        {"calibration_scale_" + found.stages[stage], "1", found.calibration_scale[at]});
  }
  return row;
}

std::vector<TableRow> mineral_rows(const ResultFacts& facts) {
  std::vector<TableRow> rows;
  for (std::size_t mineral = 0; mineral < facts.minerals.size(); ++mineral)
    rows.push_back(mineral_row(facts, mineral));
  return rows;
}

double reliance(const ResultFacts& facts, std::size_t member, std::size_t mineral) {
  return facts.diagnostics.import_reliance[member * facts.minerals.size() + mineral];
}

std::vector<TableRow> cell_rows(const ResultFacts& facts) {
  std::vector<TableRow> rows;
  for (std::size_t mineral = 0; mineral < facts.minerals.size(); ++mineral) {
    for (std::size_t member = 0; member < facts.members.size(); ++member) {
      rows.push_back({facts.members[member],
                      facts.minerals[mineral],
                      {},
                      {{"import_reliance", "1", reliance(facts, member, mineral)}}});
    }
  }
  return rows;
}

/// A column with a cell for each mineral.
Column column_of(const ResultFacts& facts, const std::string& heading,
                 const std::function<std::string(std::size_t mineral)>& cell) {
  Column column{heading, {}};
  for (std::size_t mineral = 0; mineral < facts.minerals.size(); ++mineral)
    column.cells.push_back(cell(mineral));
  return column;
}

std::string percent(double fraction) { return fixed(100.0 * fraction, 1); }

std::vector<Column> market_columns(const ResultFacts& facts) {
  const Diagnostics& found = facts.diagnostics;
  const std::size_t n_stages = found.stages.size();
  std::vector<Column> columns{column_of(
      facts, "N-1 %", [&](std::size_t mineral) { return percent(found.n1_coverage[mineral]); })};
  const auto add = [&](const std::string& heading, const std::vector<double>& values) {
    for (std::size_t stage = 0; stage < n_stages; ++stage) {
      columns.push_back(column_of(
          facts, heading + " " + found.stages[stage],
          [&](std::size_t mineral) { return fixed(values[mineral * n_stages + stage], 3); }));
    }
  };
  add("HHI", found.hhi);
  add("scale", found.calibration_scale);
  return columns;
}

std::vector<Column> reliance_columns(const ResultFacts& facts) {
  std::vector<Column> columns;
  for (std::size_t member = 0; member < facts.members.size(); ++member) {
    columns.push_back(column_of(facts, facts.members[member], [&](std::size_t mineral) {
      return fixed(100.0 * reliance(facts, member, mineral), 0);
    }));
  }
  return columns;
}

}  // namespace

std::string text_diagnostics(const ResultFacts& facts) {
  return "Supply of the base year: N-1 coverage, concentration, scale that balances it\n" +
         columns_text("mineral", facts.minerals, market_columns(facts)) +
         "\nImport reliance of the base year, % of demand\n" +
         columns_text("mineral", facts.minerals, reliance_columns(facts));
}

std::string json_diagnostics(const ResultFacts& facts) {
  return "{\"minerals\":" + json_rows(mineral_rows(facts)) +
         ",\"cells\":" + json_rows(cell_rows(facts)) + "}";
}

std::string csv_diagnostics(const ResultFacts& facts) {
  return csv_rows(mineral_rows(facts)) + csv_rows(cell_rows(facts));
}

}  // namespace blocrisk
