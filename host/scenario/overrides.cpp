#include "host/scenario/overrides.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "host/scenario/fields.hpp"
#include "host/scenario/nearest.hpp"
#include "host/scenario/number_text.hpp"
#include "host/scenario/parse_toml.hpp"

namespace blocrisk {
namespace {

using Operation = Change::Operation;

constexpr std::size_t max_candidates = 5'000;

bool is_numeric(Kind kind) {
  switch (kind) {
    case Kind::integer:
    case Kind::real:
    case Kind::real_list:
    case Kind::real_matrix:
    case Kind::real_map:
      return true;
    case Kind::text:
    case Kind::boolean:
    case Kind::rule:
    case Kind::text_list:
      return false;
  }
  return false;
}

std::string unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return std::string(text);
}

/// Split at commas outside double quotes, each part unquoted.
std::vector<std::string> split_keys(std::string_view text) {
  std::vector<std::string> keys;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') quoted = !quoted;
    if (i == text.size() || (text[i] == ',' && !quoted)) {
      keys.push_back(unquoted(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  return keys;
}

double operate(Operation operation, double old_value, double operand) {
  return operation == Operation::multiply ? old_value * operand : old_value + operand;
}

/// Operand of `multiply` and `add`.
double number_of(const Value& value) {
  if (const std::int64_t* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
  const double* real = value.as<double>();
  return real != nullptr ? *real : missing;
}

/// Lists and maps element by element; false where there is something else than a number.
bool change_value(Value& target, const Change& change) {
  if (change.operation == Operation::set) {
    target = change.operand;
    return true;
  }
  target.source = change.operand.source;
  bool numeric = true;
  if (ValueList* list = target.as<ValueList>()) {
    for (Value& element : *list) numeric = change_value(element, change) && numeric;
  } else if (ValueMap* map = target.as<ValueMap>()) {
    for (auto& [key, element] : *map) numeric = change_value(element, change) && numeric;
  } else if (target.as<std::int64_t>() != nullptr || target.as<double>() != nullptr) {
    target.data = operate(change.operation, number_of(target), number_of(change.operand));
  } else {
    numeric = false;
  }
  return numeric;
}

/// A cell's text for a value; nothing for what no cell can hold.
std::optional<std::string> cell_text(const Value& value) {
  if (const std::string* text = value.as<std::string>()) return *text;
  if (const ValueList* list = value.as<ValueList>()) {
    std::string joined;
    for (const Value& element : *list) {
      const std::string* text = element.as<std::string>();
      if (text == nullptr) return std::nullopt;
      joined += (joined.empty() ? "" : ";") + *text;
    }
    return joined;
  }
  return value.as<ValueMap>() != nullptr ? std::nullopt : std::optional(describe(value));
}

/// Applies one assignment; holds what every step needs to complain.
class Application {
 public:
  Application(Document& document, const Assignment& assignment, Complaints& complaints)
      : document_(document),
        address_(trimmed(assignment.address)),
        change_(assignment.change),
        complaints_(complaints) {}

  void run() {
    const std::size_t head_end = address_.find_first_of(".[");
    const std::string_view head = address_.substr(0, head_end);
    const std::string_view rest =
        head_end == std::string_view::npos ? "" : address_.substr(head_end);
    const bool is_table = std::ranges::find(table_names(), head) != table_names().end();
    if (is_table) return set_cells(head, rest);
    const SectionSpec* section = head.empty() ? nullptr : find_section(head);
    if (section == nullptr && rest.empty() && schema().front().find(head) != nullptr) {
      change_key(document_.keys, schema().front(), std::string(head), head);
    } else if (section == nullptr) {
      complain("matches nothing" + hint(head, section_names()));
    } else if (!rest.starts_with('.')) {
      complain("names no key" + hint("", key_names(*section, std::string(head) + ".")));
    } else if (section->shape == Shape::array) {
      set_entries(*section, rest.substr(1));
    } else {
      set_section_key(*section, rest.substr(1));
    }
  }

 private:
  bool complain(std::string message) {
    complaints_.add(change_.operand.source, std::string(address_), {}, std::move(message));
    return false;
  }

  static std::vector<std::string> section_names() {
    std::vector<std::string> names;
    for (const SectionSpec& section : schema()) names.emplace_back(section.name);
    names.front() = "name";
    names.emplace_back("correlation");
    return names;
  }

  static std::vector<std::string> key_names(const SectionSpec& section,
                                            const std::string& prefix = {}) {
    std::vector<std::string> names;
    for (const KeySpec& key : section.keys) {
      if (key.presence != Presence::key) names.push_back(prefix + std::string(key.name));
    }
    return names;
  }

  std::string hint(std::string_view word, const std::vector<std::string>& candidates) const {
    return complaints_.wants_hint() ? nearest_hint(word, candidates) : "";
  }

  // ---- keys of sections and of entries of arrays

  void set_section_key(const SectionSpec& section, std::string_view rest) {
    Value& value =
        document_.keys.try_emplace(std::string(section.name), Value{ValueMap{}, {}, false})
            .first->second;
    if (ValueMap* keys = value.as<ValueMap>()) {
      change_key(*keys, section, std::string(section.name) + ".", rest);
    }  // else the section is no section, which the reading of the document tells
  }

  void set_entries(const SectionSpec& section, std::string_view rest) {
    const std::string_view name_field = section.keys.front().name;
    const auto array = document_.keys.find(section.name);
    ValueList* entries = array == document_.keys.end() ? nullptr : array->second.as<ValueList>();
    std::vector<std::string> names;
    bool found = false;
    for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
      ValueMap* keys = (*entries)[i].as<ValueMap>();
      const auto field = keys == nullptr ? ValueMap::iterator{} : keys->find(name_field);
      const std::string* name =
          keys == nullptr || field == keys->end() ? nullptr : field->second.as<std::string>();
      if (name == nullptr) continue;
      names.push_back(std::string(section.name) + "." + *name);
      const std::string_view key = after_name(rest, *name);
      if (key.empty()) continue;
      found = true;
      if (!change_key(*keys, section, names.back() + ".", key)) return;
    }
    if (!found) complain("matches nothing" + hint(address_.substr(0, address_.rfind('.')), names));
  }

  /// What follows `name.`, the name plain, quoted or `*`; empty where another name stands there.
  static std::string_view after_name(std::string_view rest, const std::string& name) {
    for (const std::string& wanted : {name + ".", '"' + name + "\".", std::string("*.")}) {
      if (rest.starts_with(wanted)) return rest.substr(wanted.size());
    }
    return {};
  }

  bool change_key(ValueMap& keys, const SectionSpec& section, const std::string& prefix,
                  std::string_view rest) {
    const std::size_t end = rest.find_first_of(".[");
    const std::string_view name = rest.substr(0, end);
    const std::string_view tail = end == std::string_view::npos ? "" : rest.substr(end);
    const KeySpec* spec = section.find(name);
    if (spec == nullptr) {
      return complain("matches nothing" +
                      hint(prefix + std::string(name), key_names(section, prefix)));
    }
    if (spec->presence == Presence::key) return complain("a name cannot be changed");
    if (change_.operation != Operation::set && !is_numeric(spec->kind))
      return complain("is not a number to change");
    if (tail.empty()) return change_whole(keys, *spec);
    if (tail.front() == '.' && spec->kind == Kind::real_map)
      return change_entry(keys, *spec, unquoted(tail.substr(1)));
    if (tail.front() == '[') return change_element(keys, *spec, tail);
    return complain("matches nothing: " + prefix + std::string(name) + " has no keys inside");
  }

  /// The value at a key, made from its default where it is not given; null where there is neither.
  static Value* value_or_default(ValueMap& keys, const KeySpec& spec) {
    const auto found = keys.find(spec.name);
    if (found != keys.end()) return &found->second;
    std::optional<Value> value =
        spec.default_text.empty() ? std::nullopt : parse_toml_value(spec.default_text);
    if (!value) return nullptr;
    return &keys.emplace(std::string(spec.name), std::move(*value)).first->second;
  }

  bool change_whole(ValueMap& keys, const KeySpec& spec) {
    if (change_.operation == Operation::set) {
      keys.insert_or_assign(std::string(spec.name), change_.operand);
      return true;
    }
    Value* value = value_or_default(keys, spec);
    if (value == nullptr) return complain("has no value to change");
    return change_value(*value, change_) || complain("is not a number to change");
  }

  bool change_entry(ValueMap& keys, const KeySpec& spec, const std::string& name) {
    Value& value =
        keys.try_emplace(std::string(spec.name), Value{ValueMap{}, change_.operand.source, false})
            .first->second;
    ValueMap* map = value.as<ValueMap>();
    if (map == nullptr) return true;  // the reading of the document tells
    if (name == "*") {
      for (auto& [key, entry] : *map) change_value(entry, change_);
      return true;  // an empty map has nothing to change, and what it would be set to is not said
    }
    const auto found = map->find(name);
    if (found != map->end())
      return change_value(found->second, change_) || complain("is not a number to change");
    if (change_.operation == Operation::set) {
      map->emplace(name, change_.operand);
      return true;
    }
    std::vector<std::string> names;
    for (const auto& [key, entry] : *map) names.push_back(key);
    return complain("has no value to change" + hint(name, names));
  }

  bool change_element(ValueMap& keys, const KeySpec& spec, std::string_view indices) {
    Value* value = value_or_default(keys, spec);
    if (value == nullptr) return complain("has no value to change");
    return change_indexed(*value, indices);
  }

  bool change_indexed(Value& value, std::string_view indices) {
    if (indices.empty())
      return change_value(value, change_) || complain("is not a number to change");
    const std::size_t close = indices.find(']');
    ValueList* list = value.as<ValueList>();
    if (indices.front() != '[' || close == std::string_view::npos)
      return complain("an index is written [0]");
    if (list == nullptr) return complain("matches nothing: there is no list to take an element of");
    const std::string_view index = trimmed(indices.substr(1, close - 1));
    const std::string_view rest = indices.substr(close + 1);
    if (index == "*") {
      return std::ranges::all_of(*list,
                                 [&](Value& element) { return change_indexed(element, rest); });
    }
    std::size_t position = 0;
    const auto parsed = std::from_chars(index.data(), index.data() + index.size(), position);
    if (parsed.ec != std::errc{} || parsed.ptr != index.data() + index.size() ||
        position >= list->size()) {
      return complain("matches nothing: " + std::to_string(list->size()) +
                      " elements, counted from 0");
    }
    return change_indexed((*list)[position], rest);
  }

  // ---- cells of tables

  /// The columns that make up the key of a table's rows.
  static std::vector<std::string> key_columns(std::string_view table) {
    std::vector<std::string> columns;
    const SectionSpec* section = find_section(table);
    if (section == nullptr) return {"mineral"};  // the correlation
    for (const KeySpec& key : section->keys) {
      if (key.presence == Presence::key) columns.emplace_back(key.name);
    }
    return columns;
  }

  void set_cells(std::string_view table_name, std::string_view rest) {
    const std::vector<std::string> key_names = key_columns(table_name);
    const std::size_t close = rest.rfind("].");
    std::vector<std::string> wanted;
    if (rest.starts_with('[') && close != std::string_view::npos) {
      const std::string_view inside = rest.substr(1, close - 1);
      wanted = key_names.size() == 1 ? std::vector{unquoted(inside)} : split_keys(inside);
    }
    if (wanted == std::vector<std::string>{"*"}) wanted.assign(key_names.size(), "*");
    if (wanted.size() != key_names.size()) {
      std::string form = std::string(table_name) + "[";
      for (const std::string& name : key_names)
        form += (&name == &key_names.front() ? "" : ",") + name;
      complain("a cell is addressed as " + form + "].column");
      return;
    }
    const auto found = document_.tables.find(table_name);
    if (found == document_.tables.end()) {
      complain("matches nothing: the scenario has no table " + std::string(table_name));
      return;
    }
    RawTable& table = found->second;
    if (table.columns.empty()) return;  // it could not be read, which is told elsewhere
    const std::string column(rest.substr(close + 2));
    if (check_column(table_name, table, column))
      change_rows(table_name, table, key_names, wanted, column);
  }

  bool check_column(std::string_view table_name, const RawTable& table, const std::string& column) {
    const SectionSpec* section = find_section(table_name);
    if (section == nullptr) {
      return table.column(column) > 0 || complain("no such column" + hint(column, table.columns));
    }
    const KeySpec* spec = section->find(column);
    if (spec == nullptr) return complain("no such column" + hint(column, key_names(*section)));
    if (spec->presence == Presence::key) return complain("a key column cannot be changed");
    return change_.operation == Operation::set || is_numeric(spec->kind) ||
           complain("is not a number to change");
  }

  void change_rows(std::string_view table_name, RawTable& table,
                   const std::vector<std::string>& key_names,
                   const std::vector<std::string>& wanted, const std::string& column) {
    std::vector<std::size_t> key_positions;
    for (const std::string& name : key_names) {
      const int position = table.column(name);
      if (position == no_index) return;  // a missing column, which the reading of the table tells
      key_positions.push_back(static_cast<std::size_t>(position));
    }
    if (table.column(column) == no_index) {
      table.columns.push_back(column);
      for (CsvRow& row : table.rows) row.cells.emplace_back();
    }
    bool found = false;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const std::vector<std::string>& cells = table.rows[row].cells;
      bool matches = true;
      for (std::size_t k = 0; k < wanted.size(); ++k) {
        matches = matches && (wanted[k] == "*" || trimmed(cells[key_positions[k]]) == wanted[k]);
      }
      if (!matches) continue;
      found = true;
      const bool any_row = std::ranges::find(wanted, "*") != wanted.end();
      if (!change_cell(table_name, table, row, column, any_row)) return;
    }
    if (!found) complain("matches nothing" + nearest_row(table_name, table, key_positions, wanted));
  }

  std::string nearest_row(std::string_view table_name, const RawTable& table,
                          const std::vector<std::size_t>& key_positions,
                          const std::vector<std::string>& wanted) {
    const auto address = [&](auto&& key_at) {
      std::string text(table_name);
      for (std::size_t k = 0; k < wanted.size(); ++k) text += (k == 0 ? '[' : ',') + key_at(k);
      return text + "]";
    };
    std::set<std::string> candidates;
    for (const CsvRow& row : table.rows) {
      if (candidates.size() >= max_candidates) break;
      candidates.insert(address([&](std::size_t k) {
        return wanted[k] == "*" ? wanted[k] : std::string(trimmed(row.cells[key_positions[k]]));
      }));
    }
    const std::string asked = address([&](std::size_t k) { return wanted[k]; });
    return hint(asked, {candidates.begin(), candidates.end()});
  }

  bool change_cell(std::string_view table_name, RawTable& table, std::size_t row,
                   const std::string& column, bool any_row) {
    const auto position = static_cast<std::size_t>(table.column(column));
    std::optional<std::string> text;
    if (change_.operation == Operation::set) {
      text = cell_text(change_.operand);
      if (!text) return complain("a cell holds one value");
    } else {
      const std::optional<double> old_value = cell_number(table_name, table, row, column);
      const bool empty = trimmed(table.rows[row].cells[position]).empty();
      if (!old_value && empty && any_row) return true;  // of many rows, those that have a value
      if (!old_value)
        return complain(empty ? "the cell is empty" : "the cell holds no number to change");
      text = number_text(operate(change_.operation, *old_value, number_of(change_.operand)));
    }
    write_cell(table, row, position, *text);
    if (table_name == "correlation") mirror_cell(table, row, column, *text);
    return true;
  }

  void write_cell(RawTable& table, std::size_t row, std::size_t column, const std::string& text) {
    table.rows[row].cells[column] = text;
    table.overridden[{row, column}] = change_.operand.source;
  }

  /// A correlation stays symmetric: the cell across the diagonal takes the same value.
  void mirror_cell(RawTable& table, std::size_t row, const std::string& column,
                   const std::string& text) {
    const int across = table.column(trimmed(table.rows[row].cells.front()));
    for (std::size_t other = 0; other < table.rows.size() && across > 0; ++other) {
      if (trimmed(table.rows[other].cells.front()) == column)
        write_cell(table, other, static_cast<std::size_t>(across), text);
    }
  }

  /// The number in a cell, or what an empty one stands for.
  static std::optional<double> cell_number(std::string_view table_name, const RawTable& table,
                                           std::size_t row, std::string_view column) {
    const int position = table.column(column);
    if (position != no_index) {
      const std::string_view text =
          trimmed(table.rows[row].cells[static_cast<std::size_t>(position)]);
      if (!text.empty()) return parse_number(text);
    }
    const SectionSpec* section = find_section(table_name);
    const KeySpec* spec = section == nullptr ? nullptr : section->find(column);
    if (spec == nullptr) return std::nullopt;
    if (spec->default_column.empty()) return parse_number(spec->default_text);
    const std::optional<double> base = cell_number(table_name, table, row, spec->default_column);
    return base ? std::optional(*base / spec->default_divisor) : std::nullopt;
  }

  Document& document_;
  std::string_view address_;
  const Change& change_;
  Complaints& complaints_;
};

}  // namespace

Change change_from_value(const Value& value) {
  Change change{Operation::set, value};
  const std::string* text = value.as<std::string>();
  if (text == nullptr || text->size() < 2 || (text->front() != '*' && text->front() != '+'))
    return change;
  const std::optional<double> operand = parse_number(std::string_view(*text).substr(1));
  if (!operand) return change;
  change.operation = text->front() == '*' ? Operation::multiply : Operation::add;
  change.operand.data = *operand;
  return change;
}

std::optional<Assignment> parse_assignment(std::string_view option, SourceLine source) {
  std::size_t equals = 0;
  for (bool quoted = false; equals < option.size() && (quoted || option[equals] != '='); ++equals) {
    if (option[equals] == '"') quoted = !quoted;
  }
  if (equals == option.size() || trimmed(option.substr(0, equals)).empty()) return std::nullopt;
  const std::string_view text = trimmed(option.substr(equals + 1));
  Change change = change_from_value(Value{std::string(text), source, false});
  if (change.operation == Operation::set) {
    if (std::optional<Value> value = parse_toml_value(text)) change.operand = std::move(*value);
  }
  set_source(change.operand, source);
  return Assignment{std::string(trimmed(option.substr(0, equals))), std::move(change)};
}

std::optional<std::string_view> table_of_path(std::string_view address) {
  constexpr std::string_view section = "network.";
  address = trimmed(address);
  if (!address.starts_with(section)) return std::nullopt;
  const auto found = std::ranges::find(table_names(), address.substr(section.size()));
  return found == table_names().end() ? std::nullopt : std::optional(*found);
}

void apply_assignment(Document& document, const Assignment& assignment, Complaints& complaints) {
  Application(document, assignment, complaints).run();
}

}  // namespace blocrisk
