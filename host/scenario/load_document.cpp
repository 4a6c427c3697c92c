#include "host/scenario/load_document.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include "host/scenario/fields.hpp"
#include "host/scenario/number_text.hpp"
#include "host/scenario/overrides.hpp"
#include "host/scenario/parse_toml.hpp"
#include "host/scenario/text_file.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_extends = 32;
constexpr std::size_t max_columns = 256;
constexpr std::size_t max_assignments = 4096;

/// Weights are one distribution: naming some of them anew replaces all.
bool is_replaced_whole(std::string_view key) { return key == "instruments" || key == "targets"; }

void overlay(ValueMap& base, ValueMap&& change);

std::string name_of(const Value& entry, std::string_view name_field) {
  const ValueMap* map = entry.as<ValueMap>();
  if (map == nullptr) return {};
  const auto found = map->find(name_field);
  const std::string* name = found == map->end() ? nullptr : found->second.as<std::string>();
  return name == nullptr ? std::string() : *name;
}

/// Entries of a known name override the one in the base, others are added. A name that comes twice
/// in the same file is added twice, for validation to find.
void overlay_array(ValueList& base, ValueList&& change, std::string_view name_field) {
  std::map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < base.size(); ++i) position.emplace(name_of(base[i], name_field), i);
  for (Value& entry : change) {
    const auto found = position.find(name_of(entry, name_field));
    ValueMap* override_keys = entry.as<ValueMap>();
    if (found == position.end() || override_keys == nullptr || found->first.empty()) {
      base.push_back(std::move(entry));
      continue;
    }
    overlay(*base[found->second].as<ValueMap>(), std::move(*override_keys));
    position.erase(found);
  }
}

void overlay(ValueMap& base, ValueMap&& change) {
  for (auto& [key, value] : change) {
    const auto found = base.find(key);
    if (found == base.end()) {
      base.emplace(key, std::move(value));
      continue;
    }
    const SectionSpec* section = find_section(key);
    ValueList* base_list = found->second.as<ValueList>();
    ValueList* list = value.as<ValueList>();
    ValueMap* base_map = found->second.as<ValueMap>();
    ValueMap* map = value.as<ValueMap>();
    if (section != nullptr && section->shape == Shape::array && base_list != nullptr &&
        list != nullptr) {
      overlay_array(*base_list, std::move(*list), section->keys.front().name);
    } else if (base_map != nullptr && map != nullptr && !is_replaced_whole(key)) {
      overlay(*base_map, std::move(*map));
    } else {
      found->second = std::move(value);
    }
  }
}

/// Takes a key out of the tree.
std::optional<Value> extract(ValueMap& keys, std::string_view key) {
  const auto found = keys.find(key);
  if (found == keys.end()) return std::nullopt;
  Value value = std::move(found->second);
  keys.erase(found);
  return value;
}

/// First row to columns, the others checked to be as long.
RawTable to_table(Csv&& csv, const std::string& name, int file, int first_line,
                  Complaints& complaints) {
  const int offset = first_line - 1;  // a table inside a scenario file starts further down
  RawTable table;
  table.file = file;
  table.is_complete = csv.problems.empty();
  for (CsvProblem& problem : csv.problems) {
    complaints.add({file, problem.line + offset}, {}, {}, std::move(problem.message));
  }
  if (csv.rows.empty()) {
    if (csv.problems.empty())
      complaints.add({file, 0}, name, {}, "the table is empty; its first row is the column names");
    return table;
  }
  table.header = {file, csv.rows.front().line + offset};
  for (const std::string& cell : csv.rows.front().cells) table.columns.emplace_back(trimmed(cell));
  if (table.columns.size() > max_columns) {
    complaints.add(table.header, name, {}, "at most " + std::to_string(max_columns) + " columns");
    return table;
  }
  for (std::size_t i = 1; i < csv.rows.size(); ++i) {
    CsvRow& row = csv.rows[i];
    row.line += offset;
    if (row.cells.size() == table.columns.size()) {
      table.rows.push_back(std::move(row));
    } else {
      table.is_complete = false;
      complaints.add({file, row.line}, name, {},
                     "a row of " + std::to_string(row.cells.size()) + " cells under " +
                         std::to_string(table.columns.size()) + " columns");
    }
  }
  return table;
}

/// `[set]` flattened to addresses: a section inside it is part of the address, an inline table a
/// value. `prefix`: empty, or an address with its dot.
void collect_assignments(const ValueMap& set, const std::string& prefix,
                         std::vector<Assignment>& assignments) {
  for (const auto& [key, value] : set) {
    const std::string address = prefix + key;
    const ValueMap* nested = value.as<ValueMap>();
    if (nested != nullptr && !value.inline_table) {
      collect_assignments(*nested, address + '.', assignments);
    } else {
      assignments.push_back({address, change_from_value(value)});
    }
  }
}

}  // namespace

Document DocumentLoader::load_file(const fs::path& path) {
  const TextFile file = read_text_file(path, max_toml_bytes);
  if (file.absent && open_.empty()) throw EnvironmentError(path.string() + ": " + file.problem);
  const int index = complaints_->add_file(path.string());
  if (!file.problem.empty()) {
    complaints_->add({index, file.line}, {}, {}, file.problem);
    return {};
  }
  std::error_code error;
  fs::path identity = fs::weakly_canonical(path, error);
  open_.push_back(error ? path : identity);
  Document document = load_layers(file.text, index, path.parent_path());
  open_.pop_back();
  return document;
}

Document DocumentLoader::load_text(std::string_view text, const std::string& name) {
  const int index = complaints_->add_file(name);
  TextFile checked = checked_text(std::string(text));
  if (checked.problem.empty()) return load_layers(checked.text, index, {});
  complaints_->add({index, checked.line}, {}, {}, checked.problem);
  return {};
}

Document DocumentLoader::load_layers(const std::string& text, int file, const fs::path& directory) {
  ValueMap keys = parse_toml(text, file, *complaints_);
  const std::optional<Value> extends = extract(keys, "extends");
  const std::optional<Value> set = extract(keys, "set");
  Document document = extends ? load_base(*extends, directory) : Document{};
  load_tables(document, keys, directory);
  overlay(document.keys, std::move(keys));
  if (set) apply_set(document, *set, directory);
  return document;
}

Document DocumentLoader::load_base(const Value& extends, const fs::path& directory) {
  const std::string* name = extends.as<std::string>();
  if (name == nullptr || name->empty()) {
    complaints_->add(extends.source, "extends", describe(extends),
                     "must be the path of a scenario file, as text");
    return {};
  }
  const fs::path path = directory / *name;
  std::error_code error;
  const fs::path identity = fs::weakly_canonical(path, error);
  if (std::ranges::find(open_, error ? path : identity) != open_.end()) {
    complaints_->add(extends.source, "extends", *name,
                     "leads back to a file that extends this one");
    return {};
  }
  if (open_.size() >= max_extends) {
    complaints_->add(extends.source, "extends", *name,
                     "more than " + std::to_string(max_extends) + " files deep");
    return {};
  }
  if (!fs::exists(path, error)) {
    complaints_->add(extends.source, "extends", *name, "no such file");
    return {};
  }
  return load_file(path);
}

void DocumentLoader::load_tables(Document& document, ValueMap& keys, const fs::path& directory) {
  const auto network = keys.find("network");
  ValueMap* section = network == keys.end() ? nullptr : network->second.as<ValueMap>();
  if (section == nullptr) return;
  for (const std::string_view name : table_names()) {
    if (const std::optional<Value> path = extract(*section, name))
      load_table(document, name, *path, directory);
  }
}

void DocumentLoader::load_table(Document& document, std::string_view name, const Value& path,
                                const fs::path& directory) {
  const std::string key = "network." + std::string(name);
  const std::string* text = path.as<std::string>();
  if (text == nullptr) {
    complaints_->add(path.source, key, describe(path), "must be the path of a CSV file, as text");
    return;
  }
  RawTable& table = document.tables[std::string(name)];
  table = {};
  if (text->empty()) {
    document.tables.erase(document.tables.find(name));
    return;
  }
  if (text->find('\n') != std::string::npos) {  // the table itself, its text starting under the key
    table = to_table(parse_csv(*text), std::string(name), path.source.file, path.source.line + 1,
                     *complaints_);
    return;
  }
  const fs::path csv_path = directory / *text;
  TextFile file = read_text_file(csv_path, max_csv_bytes);
  if (!file.problem.empty() && file.line == 0) {
    complaints_->add(path.source, key, *text, file.problem);
    return;
  }
  const int index = complaints_->add_file(csv_path.string());
  if (!file.problem.empty()) {
    complaints_->add({index, file.line}, {}, {}, file.problem);
    return;
  }
  table = to_table(parse_csv(file.text), std::string(name), index, 1, *complaints_);
}

void DocumentLoader::apply_set(Document& document, const Value& set, const fs::path& directory) {
  const ValueMap* map = set.as<ValueMap>();
  if (map == nullptr) {
    complaints_->add(set.source, "set", describe(set), "must be a section [set] of addresses");
    return;
  }
  std::vector<Assignment> assignments;
  collect_assignments(*map, {}, assignments);
  if (assignments.size() > max_assignments) {
    complaints_->add(set.source, "set", {},
                     "more than " + std::to_string(max_assignments) + " addresses");
    return;
  }
  std::ranges::stable_sort(assignments, {},
                           [](const Assignment& a) { return a.change.operand.source.line; });
  for (const Assignment& assignment : assignments) apply(document, assignment, directory);
}

void DocumentLoader::apply_options(Document& document, std::span<const std::string> assignments) {
  for (const std::string& option : assignments) {
    const SourceLine source{complaints_->add_file("--set '" + option + "'"), 0};
    const std::optional<Assignment> assignment = parse_assignment(option, source);
    if (!assignment) {
      complaints_->add(source, {}, {}, "must be address=value");
    } else {
      apply(document, *assignment, {});
    }
  }
}

void DocumentLoader::apply(Document& document, const Assignment& assignment,
                           const fs::path& directory) {
  if (const auto table = table_of_path(assignment.address)) {
    load_table(document, *table, assignment.change.operand, directory);
  } else {
    apply_assignment(document, assignment, *complaints_);
  }
}

}  // namespace blocrisk
