#include "host/analysis/table.hpp"

#include <cmath>

#include "host/analysis/table_rows.hpp"
#include "host/scenario/csv.hpp"
#include "host/scenario/number_text.hpp"
#include "host/support/json.hpp"

namespace blocrisk {

std::string csv_number(double value) { return std::isfinite(value) ? number_text(value) : ""; }

std::string json_rows(const std::vector<TableRow>& rows) {
  JsonWriter json;
  json.begin_array();
  for (const TableRow& row : rows) {
    json.begin_object();
    if (!row.member.empty()) json.member("member", row.member);
    if (!row.mineral.empty()) json.member("mineral", row.mineral);
    for (const TableEntry& entry : row.entries) json.member(entry.name, entry.value);
    if (row.thin) json.member("thin", *row.thin);
    json.end_object();
  }
  return json.end_array().text();
}

std::string csv_rows(const std::vector<TableRow>& rows) {
  std::string text;
  for (const TableRow& row : rows) {
    for (const TableEntry& entry : row.entries) {
      text += csv_cell(row.member) + "," + csv_cell(row.mineral) + "," + csv_cell(entry.name) +
              "," + entry.unit + "," + csv_number(entry.value) + "\n";
    }
  }
  return text;
}

std::string json_table(const Summary& summary, const ResultFacts& facts) {
  const TableRows rows = table_rows(summary, facts);
  return "{\"paths\":" + std::to_string(summary.n_paths) +
         ",\"minerals\":" + json_rows(rows.minerals) + ",\"members\":" + json_rows(rows.members) +
         ",\"cells\":" + json_rows(rows.cells) + "}";
}

std::string csv_table(const Summary& summary, const ResultFacts& facts) {
  const TableRows rows = table_rows(summary, facts);
  return "member,mineral,figure,unit,value\n" + csv_rows(rows.minerals) + csv_rows(rows.members) +
         csv_rows(rows.cells);
}

}  // namespace blocrisk
