#include "host/scenario/canonical.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include "host/scenario/csv.hpp"
#include "host/scenario/fields.hpp"
#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

/// The inside of a TOML basic string; line breaks stay where the string has several lines.
std::string escaped(const std::string& text, bool keep_line_breaks) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if ((byte < 0x20 && !(c == '\n' && keep_line_breaks)) || byte == 0x7F) {
      result += "\\u00";
      result += hex[byte >> 4U];
      result += hex[byte & 0xFU];
    } else {
      result += c;
    }
  }
  return result;
}

// ---- TOML values

std::string toml(const std::string& text) { return '"' + escaped(text, false) + '"'; }
std::string toml(bool value) { return value ? "true" : "false"; }
std::string toml(int value) { return std::to_string(value); }
std::string toml(double value) { return number_text(value); }
std::string toml(AllocationRule rule) {
  return rule == AllocationRule::priority ? "\"priority\"" : "\"pro_rata\"";
}

/// TOML's integers end at 2^63 - 1.
std::string toml(std::uint64_t value) {
  const bool fits = value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return fits ? std::to_string(value) : '"' + std::to_string(value) + '"';
}

template <class T>
std::string toml(const std::vector<T>& values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i > 0 ? ", " : "") + toml(values[i]);
  return text + "]";
}

std::string toml(const std::map<std::string, double>& values) {
  std::string text = "{";
  for (const auto& [key, value] : values)
    text += (text.size() > 1 ? ", " : " ") + toml(key) + " = " + toml(value);
  return text + " }";
}

template <class T>
void append_key(std::string& text, std::string_view name, const T& value) {
  text += std::string(name) + " = " + toml(value) + "\n";
}

template <class T>
void append_key(std::string& text, std::string_view name, const std::optional<T>& value) {
  if (value) append_key(text, name, *value);
}

template <class T>
void append_keys(std::string& text, const T& subject) {
  for (const Field<T>& field : fields_of<T>()) {
    std::visit([&](auto member) { append_key(text, field.name, subject.*member); }, field.member);
  }
}

// ---- table cells; tables have texts, numbers and the list of stages

std::string cell(const std::string& text) { return csv_cell(text); }
std::string cell(double value) { return number_text(value); }
std::string cell(const std::optional<double>& value) { return value ? number_text(*value) : ""; }
std::string cell(const std::vector<std::string>& values) {
  std::string joined;
  for (std::size_t i = 0; i < values.size(); ++i) joined += (i > 0 ? ";" : "") + values[i];
  return csv_cell(joined);
}
template <class T>
std::string cell(const T&) {
  return {};  // kinds of value that no table has
}

/// The table as the text of a key, its first row on the line below the key.
void append_table(std::string& text, std::string_view name, const std::string& csv) {
  text += std::string(name) + " = \"\"\"\n" + escaped(csv, true) + "\"\"\"\n";
}

template <class T>
std::string csv_of(const std::vector<T>& rows) {
  std::string csv;
  for (const Field<T>& field : fields_of<T>())
    csv += (csv.empty() ? "" : ",") + std::string(field.name);
  csv += '\n';
  for (const T& row : rows) {
    bool first = true;
    for (const Field<T>& field : fields_of<T>()) {
      if (!first) csv += ',';
      first = false;
      csv += std::visit([&](auto member) { return cell(row.*member); }, field.member);
    }
    csv += '\n';
  }
  return csv;
}

std::string csv_of_correlation(const Scenario& s) {
  std::string csv = "mineral";
  for (const Mineral& mineral : s.minerals) csv += "," + csv_cell(mineral.id);
  csv += '\n';
  for (std::size_t i = 0; i < s.minerals.size(); ++i) {
    csv += csv_cell(s.minerals[i].id);
    for (std::size_t j = 0; j < s.minerals.size(); ++j) {
      csv += "," + number_text(s.correlation_at(static_cast<int>(i), static_cast<int>(j)));
    }
    csv += '\n';
  }
  return csv;
}

void append_tables(std::string& text, const Scenario& s) {
  for_each_table([&](std::string_view name, auto member) {
    if (!(s.*member).empty()) append_table(text, name, csv_of(s.*member));
  });
  append_table(text, "correlation", csv_of_correlation(s));
}

}  // namespace

std::string canonical_text(const Scenario& scenario) {
  std::string text;
  append_keys(text, scenario);
  for_each_section([&](std::string_view name, auto member) {
    text += "\n[" + std::string(name) + "]\n";
    append_keys(text, scenario.*member);
    if (name == "network") append_tables(text, scenario);
  });
  for_each_array([&](std::string_view name, auto member) {
    for (const auto& entry : scenario.*member) {
      text += "\n[[" + std::string(name) + "]]\n";
      append_keys(text, entry);
    }
  });
  return text;
}

}  // namespace blocrisk
