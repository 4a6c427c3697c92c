#include "host/scenario/convert.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "host/scenario/fields.hpp"
#include "host/scenario/nearest.hpp"
#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t max_columns_and_rows =
    256;  // of a correlation; anything near is wrong anyway
constexpr std::size_t max_recorded_elements =
    64;  // of a list; later ones have the place of the list

// ---- one value: false where it is of another kind than the member

bool read(const Value& value, std::string& out) {
  const std::string* text = value.as<std::string>();
  if (text != nullptr) out = *text;
  return text != nullptr;
}

bool read(const Value& value, bool& out) {
  const bool* flag = value.as<bool>();
  if (flag != nullptr) out = *flag;
  return flag != nullptr;
}

bool read(const Value& value, double& out) {
  if (const std::int64_t* integer = value.as<std::int64_t>()) {
    out = static_cast<double>(*integer);
    return true;
  }
  const double* real = value.as<double>();
  if (real == nullptr || std::isnan(*real)) return false;
  out = *real;
  return true;
}

/// Whole numbers also as 1e6, and as digits in quotes: TOML's own end at 2^63.
bool read(const Value& value, std::uint64_t& out) {
  if (const std::int64_t* integer = value.as<std::int64_t>()) {
    out = static_cast<std::uint64_t>(*integer);
    return *integer >= 0;
  }
  if (const std::string* text = value.as<std::string>()) {
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), out);
    return parsed.ec == std::errc{} && parsed.ptr == text->data() + text->size();
  }
  const double* real = value.as<double>();
  if (real == nullptr || !(*real >= 0.0 && *real < 0x1p64) || *real != std::floor(*real))
    return false;
  out = static_cast<std::uint64_t>(*real);
  return true;
}

bool read(const Value& value, int& out) {
  double number = 0.0;
  if (!read(value, number) || number != std::floor(number) || std::abs(number) > 1e9) return false;
  out = static_cast<int>(number);
  return true;
}

bool read(const Value& value, AllocationRule& out) {
  const std::string* text = value.as<std::string>();
  if (text == nullptr || (*text != "pro_rata" && *text != "priority")) return false;
  out = *text == "priority" ? AllocationRule::priority : AllocationRule::pro_rata;
  return true;
}

template <class T>
bool read(const Value& value, std::vector<T>& out) {
  const ValueList* list = value.as<ValueList>();
  if (list == nullptr) return false;
  std::vector<T> elements(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!read((*list)[i], elements[i])) return false;
  }
  out = std::move(elements);
  return true;
}

bool read(const Value& value, std::map<std::string, double>& out) {
  const ValueMap* map = value.as<ValueMap>();
  if (map == nullptr) return false;
  std::map<std::string, double> entries;
  for (const auto& [key, entry] : *map) {
    if (!read(entry, entries[key])) return false;
  }
  out = std::move(entries);
  return true;
}

template <class T>
bool read(const Value& value, std::optional<T>& out) {
  T inner{};
  if (!read(value, inner)) return false;
  out = std::move(inner);
  return true;
}

const char* expectation(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "must be text in quotes";
    case Kind::boolean:
      return "must be true or false";
    case Kind::integer:
      return "must be a whole number, not negative";
    case Kind::real:
      return "must be a number";
    case Kind::rule:
      return "must be \"pro_rata\" or \"priority\"";
    case Kind::text_list:
      return "must be a list of texts";
    case Kind::real_list:
      return "must be a list of numbers";
    case Kind::real_matrix:
      return "must be a list of lists of numbers";
    case Kind::real_map:
      return "must be a table of numbers";
  }
  return "";
}

/// A cell as a value of the kind its column holds; nothing where it is not of that kind.
std::optional<Value> cell_value(std::string_view cell, Kind kind) {
  Value value;
  if (kind == Kind::real) {
    const std::optional<double> number = parse_number(cell);
    if (!number) return std::nullopt;
    value.data = *number;
  } else if (kind == Kind::text_list) {
    ValueList list;
    for (std::size_t start = 0; start <= cell.size();) {
      const std::size_t end = std::min(cell.find(';', start), cell.size());
      list.push_back({std::string(trimmed(cell.substr(start, end - start))), {}, false});
      start = end + 1;
    }
    value.data = std::move(list);
  } else {
    value.data = std::string(cell);
  }
  return value;
}

class Conversion {
 public:
  Conversion(const Document& document, Complaints& complaints)
      : document_(document), complaints_(complaints) {}

  Converted run() {
    check_top_level();
    if (!document_.keys.empty())
      convert_keys(document_.keys, schema().front(), "", {0, 0}, scenario());
    for_each_section(
        [&](std::string_view name, auto member) { convert_section(name, scenario().*member); });
    for_each_array(
        [&](std::string_view name, auto member) { convert_array(name, scenario().*member); });
    for_each_table(
        [&](std::string_view name, auto member) { convert_table(name, scenario().*member); });
    convert_correlation();
    return std::move(result_);
  }

 private:
  Scenario& scenario() { return result_.scenario; }

  void complain(SourceLine source, std::string key, std::string value, std::string message) {
    complaints_.add(source, std::move(key), std::move(value), std::move(message));
  }

  /// Complains about a key that now has no usable value.
  void reject(SourceLine source, const std::string& address, std::string value,
              std::string message) {
    if (complaints_.n_unlisted() == 0) result_.unreadable.insert(address);
    complain(source, address, std::move(value), std::move(message));
  }

  std::string hint(std::string_view word, const std::vector<std::string>& known) const {
    return complaints_.wants_hint() ? nearest_hint(word, known) : "";
  }

  void check_top_level() {
    std::vector<std::string> known{"extends", "set", "name"};
    for (const SectionSpec& section : schema()) {
      if (section.shape == Shape::section || section.shape == Shape::array)
        known.emplace_back(section.name);
    }
    for (const auto& [key, value] : document_.keys) {
      if (std::ranges::find(known, key) == known.end()) {
        complain(value.source, key, "", "unknown key" + hint(key, known));
      }
    }
  }

  /// Reads the keys of one section or entry into `target`. `prefix` starts their addresses.
  template <class T>
  void convert_keys(const ValueMap& keys, const SectionSpec& section, const std::string& prefix,
                    SourceLine source, T& target) {
    if (section.shape != Shape::root) check_known(keys, section, prefix);
    for (const Field<T>& field : fields_of<T>()) {
      const auto found = keys.find(field.name);
      const std::string address = prefix + std::string(field.name);
      if (found == keys.end()) {
        if (field.presence != Presence::optional)
          reject(source, address, "", "missing; " + needed(section, field.name));
        continue;
      }
      const Value& value = found->second;
      record(address, value);
      const bool fits =
          std::visit([&](auto member) { return read(value, target.*member); }, field.member);
      if (!fits) reject_value(value, address, section.find(field.name)->kind);
    }
  }

  /// Of a table of numbers, the entries that are none: they may stand in other files than the rest.
  void reject_value(const Value& value, const std::string& address, Kind kind) {
    const ValueMap* entries = kind == Kind::real_map ? value.as<ValueMap>() : nullptr;
    if (entries == nullptr)
      return reject(value.source, address, describe(value), expectation(kind));
    if (complaints_.n_unlisted() == 0) result_.unreadable.insert(address);
    for (const auto& [key, entry] : *entries) {
      double number = 0.0;
      if (!read(entry, number))
        complain(entry.source, address + '.' + key, describe(entry), expectation(Kind::real));
    }
  }

  static std::string needed(const SectionSpec& section, std::string_view name) {
    const KeySpec* key = section.find(name);
    const std::string range = describe(key->range);
    return std::string(expectation(key->kind)) + (range.empty() ? "" : ", " + range);
  }

  void check_known(const ValueMap& keys, const SectionSpec& section, const std::string& prefix) {
    std::vector<std::string> known;
    for (const KeySpec& key : section.keys) known.emplace_back(key.name);
    if (section.name == "network")
      known.insert(known.end(), table_names().begin(), table_names().end());
    for (const auto& [key, value] : keys) {
      if (std::ranges::find(known, key) == known.end()) {
        complain(value.source, prefix + key, "", "unknown key" + hint(key, known));
      }
    }
  }

  /// Remembers where a key was written, and each element of a list or table under it.
  void record(const std::string& address, const Value& value) {
    scenario().provenance.keys.emplace(address, value.source);
    if (const ValueMap* map = value.as<ValueMap>()) {
      const std::string prefix = address + '.';
      for (const auto& [key, entry] : *map)
        scenario().provenance.keys.emplace(prefix + key, entry.source);
    } else if (const ValueList* list = value.as<ValueList>()) {
      for (std::size_t i = 0; i < std::min(list->size(), max_recorded_elements); ++i) {
        scenario().provenance.keys.emplace(address + "[" + std::to_string(i) + "]",
                                           (*list)[i].source);
      }
    }
  }

  template <class T>
  void convert_section(std::string_view name, T& target) {
    static const ValueMap empty;
    const auto found = document_.keys.find(name);
    const SourceLine source =
        found == document_.keys.end() ? SourceLine{0, 0} : found->second.source;
    const ValueMap* keys = found == document_.keys.end() ? &empty : found->second.as<ValueMap>();
    if (keys == nullptr) {
      complain(source, std::string(name), describe(found->second),
               "must be a section [" + std::string(name) + "]");
      for (const KeySpec& key : find_section(name)->keys)
        result_.unreadable.insert(std::string(name) + "." + std::string(key.name));
      return;
    }
    convert_keys(*keys, *find_section(name), std::string(name) + ".", source, target);
  }

  template <class T>
  void convert_array(std::string_view name, std::vector<T>& target) {
    const auto found = document_.keys.find(name);
    if (found == document_.keys.end()) return;
    const ValueList* list = found->second.as<ValueList>();
    if (list == nullptr) {
      complain(found->second.source, std::string(name), describe(found->second),
               "must be an array of tables [[" + std::string(name) + "]]");
      result_.unreadable.emplace(name);
      return;
    }
    const SectionSpec& section = *find_section(name);
    for (const Value& value : *list) {
      const ValueMap* keys = value.as<ValueMap>();
      if (keys == nullptr) {
        complain(value.source, std::string(name), describe(value), "must be a table");
        continue;
      }
      T& entry = target.emplace_back();
      entry.source = value.source;
      const auto key = keys->find(section.keys.front().name);
      const std::string* entry_name = key == keys->end() ? nullptr : key->second.as<std::string>();
      const std::string prefix =
          std::string(name) + "." + (entry_name != nullptr ? *entry_name : "") + ".";
      convert_keys(*keys, section, prefix, value.source, entry);
    }
  }

  /// The table to read, or null where it is absent, unreadable or lacks a column, which is told.
  const RawTable* readable_table(std::string_view name) {
    const auto found = document_.tables.find(name);
    if (found == document_.tables.end()) {
      if (!is_required_table(name)) return nullptr;
      complain({0, 0}, "network." + std::string(name), "",
               "missing; must be the path of a CSV file");
      result_.unreadable.emplace(name);
      return nullptr;
    }
    const RawTable& table = found->second;
    if (table.columns.empty() || !table.is_complete) result_.unreadable.emplace(name);
    return table.columns.empty() ? nullptr : &table;
  }

  void check_columns(const RawTable& table, const SectionSpec& section) {
    std::vector<std::string> known;
    for (const KeySpec& key : section.keys) known.emplace_back(key.name);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const std::string& column = table.columns[i];
      const std::string address = std::string(section.name) + "." + column;
      if (table.column(column) != static_cast<int>(i)) {
        complain(table.header, address, "", "the column comes twice");
      } else if (column != "source" && column != "note" &&
                 std::ranges::find(known, column) == known.end()) {
        complain(table.header, address, "", "unknown column" + hint(column, known));
      }
    }
    for (const KeySpec& key : section.keys) {
      if (table.column(key.name) != no_index || key.presence == Presence::optional) continue;
      complain(table.header, std::string(section.name) + "." + std::string(key.name), "",
               "missing column");
      if (key.presence == Presence::key) result_.unreadable.emplace(section.name);
    }
  }

  template <class T>
  void convert_table(std::string_view name, std::vector<T>& target) {
    const RawTable* table = readable_table(name);
    if (table == nullptr) return;
    const SectionSpec& section = *find_section(name);
    check_columns(*table, section);
    std::vector<int> positions;
    for (const KeySpec& key : section.keys) positions.push_back(table->column(key.name));
    target.reserve(table->rows.size());
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
      target.push_back(convert_row<T>(*table, row, section, positions));
    }
  }

  template <class T>
  T convert_row(const RawTable& table, std::size_t row, const SectionSpec& section,
                const std::vector<int>& positions) {
    T result;
    result.source = {table.file, table.rows[row].line};
    std::vector<std::size_t> bad;
    for (std::size_t i = 0; i < section.keys.size(); ++i) {
      if (positions[i] == no_index) continue;
      const std::string_view cell =
          trimmed(table.rows[row].cells[static_cast<std::size_t>(positions[i])]);
      if (!convert_cell(cell, section.keys[i], fields_of<T>()[i], result)) bad.push_back(i);
    }
    // Addresses need the row's keys, so complaints come after all of it is read.
    const std::string address =
        table.overridden.empty() && bad.empty() ? "" : row_address(section.name, result);
    for (const std::size_t i : bad) {
      const auto column = static_cast<std::size_t>(positions[i]);
      const std::string cell(trimmed(table.rows[row].cells[column]));
      complain(cell_source(table, row, column), address + "." + std::string(section.keys[i].name),
               cell,
               cell.empty() ? "empty; " + needed(section, section.keys[i].name)
                            : expectation(section.keys[i].kind));
    }
    record_overridden(table, row, address);
    check_required_with(table, row, section, positions, result);
    return result;
  }

  template <class T>
  static bool convert_cell(std::string_view cell, const KeySpec& key, const Field<T>& field,
                           T& result) {
    if (cell.empty()) return key.presence == Presence::optional;
    const std::optional<Value> value = cell_value(cell, key.kind);
    return value &&
           std::visit([&](auto member) { return read(*value, result.*member); }, field.member);
  }

  static SourceLine cell_source(const RawTable& table, std::size_t row, std::size_t column) {
    const auto overridden = table.overridden.find({row, column});
    return overridden != table.overridden.end() ? overridden->second
                                                : SourceLine{table.file, table.rows[row].line};
  }

  void record_overridden(const RawTable& table, std::size_t row, const std::string& address) {
    for (auto i = table.overridden.lower_bound({row, 0});
         i != table.overridden.end() && i->first.first == row; ++i) {
      scenario().provenance.keys.emplace(address + "." + table.columns[i->first.second], i->second);
    }
  }

  /// What a rate above 0 needs must not be left to its default of 0.
  template <class T>
  void check_required_with(const RawTable& table, std::size_t row, const SectionSpec& section,
                           const std::vector<int>& positions, const T& result) {
    for (std::size_t i = 0; i < section.keys.size(); ++i) {
      const KeySpec& key = section.keys[i];
      if (key.required_with.empty()) continue;
      if (positions[i] != no_index &&
          !trimmed(table.rows[row].cells[static_cast<std::size_t>(positions[i])]).empty())
        continue;
      const auto rate = std::ranges::find(fields_of<T>(), key.required_with, &Field<T>::name);
      if (!(result.*std::get<double T::*>(rate->member) > 0.0)) continue;
      complain({table.file, table.rows[row].line},
               row_address(section.name, result) + "." + std::string(key.name), "",
               "missing; required where " + std::string(key.required_with) + " is above 0");
    }
  }

  // ---- the correlation: a square of mineral ids, in any order

  void convert_correlation() {
    if (!document_.tables.contains("correlation")) return;
    const RawTable* table = readable_table("correlation");
    if (table == nullptr || scenario().minerals.empty()) return;
    if (table->rows.size() > max_columns_and_rows) {
      complain(table->header, "correlation", "", "more rows than there can be minerals");
      return;
    }
    std::vector<std::string> ids;
    for (const Mineral& mineral : scenario().minerals) ids.push_back(mineral.id);
    std::vector<std::string> header(table->columns.begin() + 1, table->columns.end());
    std::erase_if(header,
                  [](const std::string& name) { return name == "source" || name == "note"; });
    std::vector<std::string> first_column;
    for (const CsvRow& row : table->rows) first_column.emplace_back(trimmed(row.cells.front()));
    const bool columns_fit =
        check_names(header, ids, "column", [&](std::size_t) { return table->header; });
    const bool rows_fit = check_names(first_column, ids, "row", [&](std::size_t i) {
      return i < table->rows.size() ? SourceLine{table->file, table->rows[i].line} : table->header;
    });
    if (columns_fit && rows_fit) read_correlation(*table, ids);
  }

  /// Each mineral once; `source_of` gives the place of a name, or of the table past the last.
  template <class SourceOf>
  bool check_names(const std::vector<std::string>& names, const std::vector<std::string>& ids,
                   const std::string& what, SourceOf source_of) {
    bool fit = true;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool known = std::ranges::find(ids, names[i]) != ids.end();
      const bool twice = std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i),
                                   names[i]) != names.begin() + static_cast<std::ptrdiff_t>(i);
      if (!known)
        complain(source_of(i), "correlation", names[i], "unknown mineral" + hint(names[i], ids));
      if (twice) complain(source_of(i), "correlation", names[i], "the " + what + " comes twice");
      fit = fit && known && !twice;
    }
    for (const std::string& id : ids) {
      if (!fit || std::ranges::find(names, id) != names.end()) continue;
      complain(source_of(names.size()), "correlation", id, "no " + what + " for this mineral");
      fit = false;
    }
    return fit;
  }

  void read_correlation(const RawTable& table, const std::vector<std::string>& ids) {
    const std::size_t n = ids.size();
    std::vector<double> matrix(n * n, 0.0);
    bool all_read = true;
    scenario().provenance.keys.emplace("correlation", table.header);
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const std::string row_id(trimmed(table.rows[row].cells.front()));
      const auto i = static_cast<std::size_t>(std::ranges::find(ids, row_id) - ids.begin());
      for (std::size_t j = 0; j < n; ++j) {
        const auto column = static_cast<std::size_t>(table.column(ids[j]));
        const std::string& cell = table.rows[row].cells[column];
        const std::string address = "correlation[" + row_id + "]." + ids[j];
        scenario().provenance.keys.emplace(address, cell_source(table, row, column));
        const std::optional<double> number = parse_number(cell);
        const bool fits = number && !std::isnan(*number);
        if (!fits)
          complain(cell_source(table, row, column), address, cell, "must be a number, -1 to 1");
        all_read = all_read && fits;
        matrix[i * n + j] = number.value_or(0.0);
      }
    }
    if (all_read) scenario().correlation = std::move(matrix);
  }

  const Document& document_;
  Complaints& complaints_;
  Converted result_;
};

}  // namespace

Converted convert(const Document& document, Complaints& complaints) {
  return Conversion(document, complaints).run();
}

}  // namespace blocrisk
