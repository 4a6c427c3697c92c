#include "host/analysis/table.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "host/analysis/table_rows.hpp"

namespace blocrisk {
namespace {

/// Shortest text that reads back to the same double; empty where it is not finite.
std::string number_text(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 40> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    std::array<char, 8> escape{};
    if (static_cast<unsigned char>(c) < 0x20) {
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      quoted += escape.data();
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string json_row(const TableRow& row) {
  std::string text = "{";
  if (!row.member.empty()) text += "\"member\":" + json_string(row.member) + ",";
  if (!row.mineral.empty()) text += "\"mineral\":" + json_string(row.mineral) + ",";
  for (const TableEntry& entry : row.entries) {
    const std::string number = number_text(entry.value);
    text += json_string(entry.name) + ":" + (number.empty() ? "null" : number) + ",";
  }
  // A mineral has no tail figure.
  if (!row.member.empty()) return text + "\"thin\":" + (row.thin ? "true" : "false") + "}";
  text.back() = '}';
  return text;
}

std::string json_rows(const std::vector<TableRow>& rows) {
  std::string text = "[";
  for (const TableRow& row : rows) text += (text.size() > 1 ? "," : "") + json_row(row);
  return text + "]";
}

/// RFC 4180: quoted where it must be.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string json_table(const Summary& summary, const ResultFacts& facts) {
  const TableRows rows = table_rows(summary, facts);
  return "{\"paths\":" + std::to_string(summary.n_paths) +
         ",\"minerals\":" + json_rows(rows.minerals) + ",\"members\":" + json_rows(rows.members) +
         ",\"cells\":" + json_rows(rows.cells) + "}";
}

std::string csv_table(const Summary& summary, const ResultFacts& facts) {
  const TableRows rows = table_rows(summary, facts);
  std::string text = "member,mineral,figure,unit,value\n";
  for (const auto* part : {&rows.minerals, &rows.members, &rows.cells}) {
    for (const TableRow& row : *part) {
      for (const TableEntry& entry : row.entries) {
        text += csv_field(row.member) + "," + csv_field(row.mineral) + "," + entry.name + "," +
                entry.unit + "," + number_text(entry.value) + "\n";
      }
    }
  }
  return text;
}

}  // namespace blocrisk
