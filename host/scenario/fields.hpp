/// The reference of the input in code: every key and column once, with its place in the scenario,
/// unit, range, whether it may be left out, and meaning.
///
/// Parsing, validation, the canonical text, overrides and the test of configs/README.md all walk
/// these lists, so that a new key is one line here and one member in scenario.hpp.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/scenario/scenario.hpp"

namespace blocrisk {

struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_open = false, max_open = false;

  [[nodiscard]] bool contains(double value) const {
    return (min_open ? value > min : value >= min) && (max_open ? value < max : value <= max);
  }
};

/// "0 to 1", "> 0, at most 1200".
[[nodiscard]] std::string describe(const Range& range);

enum class Presence { key, required, optional };

/// Where a field's value lives in its struct; the alternatives are the kinds of value there are.
template <class T>
using Member =
    std::variant<std::string T::*, bool T::*, int T::*, std::uint64_t T::*, double T::*,
                 std::optional<double> T::*, AllocationRule T::*, std::vector<std::string> T::*,
                 std::optional<std::vector<std::string>> T::*, std::vector<double> T::*,
                 std::vector<std::vector<double>> T::*, std::map<std::string, double> T::*>;

template <class T>
struct Field {
  std::string_view name;
  Member<T> member;
  Presence presence;
  Range range;  ///< of each number it holds
  std::string_view unit;
  std::string_view meaning;
  std::string_view required_with =
      {};  ///< an empty cell is refused where this other column is above 0
  std::string_view default_column = {};  ///< an empty cell stands for that column ...
  double default_divisor = 1.0;          ///< ... divided by this
};

template <class T>
std::span<const Field<T>> fields_of();

template <>
std::span<const Field<Scenario>> fields_of();
template <>
std::span<const Field<Clock>> fields_of();
template <>
std::span<const Field<Sampling>> fields_of();
template <>
std::span<const Field<NetworkOptions>> fields_of();
template <>
std::span<const Field<Bloc>> fields_of();
template <>
std::span<const Field<Allocation>> fields_of();
template <>
std::span<const Field<PriceFloor>> fields_of();
template <>
std::span<const Field<SharedStock>> fields_of();
template <>
std::span<const Field<MeasureOptions>> fields_of();
template <>
std::span<const Field<Instrument>> fields_of();
template <>
std::span<const Field<TargetGroup>> fields_of();
template <>
std::span<const Field<Actor>> fields_of();
template <>
std::span<const Field<ScheduledEvent>> fields_of();
template <>
std::span<const Field<UncertainInput>> fields_of();
template <>
std::span<const Field<Country>> fields_of();
template <>
std::span<const Field<Mineral>> fields_of();
template <>
std::span<const Field<NodeRow>> fields_of();
template <>
std::span<const Field<DemandRow>> fields_of();
template <>
std::span<const Field<TradeRow>> fields_of();
template <>
std::span<const Field<StockRow>> fields_of();
template <>
std::span<const Field<ProjectRow>> fields_of();

/// Calls visit(name, member of Scenario) for each `[section]`.
template <class Visitor>
void for_each_section(Visitor&& visit) {
  visit("clock", &Scenario::clock);
  visit("sampling", &Scenario::sampling);
  visit("network", &Scenario::network);
  visit("bloc", &Scenario::bloc);
  visit("allocation", &Scenario::allocation);
  visit("price_floor", &Scenario::price_floor);
  visit("shared_stock", &Scenario::shared_stock);
  visit("measures", &Scenario::measures);
}

/// Calls visit(name, member of Scenario) for each `[[array of tables]]`; its key field names an
/// entry.
template <class Visitor>
void for_each_array(Visitor&& visit) {
  visit("instrument", &Scenario::instruments);
  visit("target_group", &Scenario::target_groups);
  visit("actor", &Scenario::actors);
  visit("scheduled", &Scenario::scheduled);
  visit("uncertain", &Scenario::uncertain);
}

/// Calls visit(name, member of Scenario) for each CSV table but the correlation, which has no fixed
/// columns.
template <class Visitor>
void for_each_table(Visitor&& visit) {
  visit("countries", &Scenario::countries);
  visit("minerals", &Scenario::minerals);
  visit("nodes", &Scenario::nodes);
  visit("demand", &Scenario::demand);
  visit("trade", &Scenario::trade);
  visit("stocks", &Scenario::stocks);
  visit("projects", &Scenario::projects);
}

/// A table the scenario has to name, with at least one row.
[[nodiscard]] bool is_required_table(std::string_view name);

/// Names of all tables, "correlation" included.
[[nodiscard]] std::span<const std::string_view> table_names();

/// Address of an entry or row as in `--set`: "actor.CHN", "nodes[gallium,refine,CHN]".
template <class T>
std::string entry_address(std::string_view array, const T& entry) {
  const Field<T>& key = fields_of<T>().front();
  return std::string(array) + "." + entry.*std::get<std::string T::*>(key.member);
}
template <class T>
std::string row_address(std::string_view table, const T& row) {
  std::string address(table);
  char separator = '[';
  for (const Field<T>& field : fields_of<T>()) {
    if (field.presence != Presence::key) break;
    address += separator + row.*std::get<std::string T::*>(field.member);
    separator = ',';
  }
  return address + "]";
}

// The same without C++ types, for those that ask by name.

enum class Kind { text, boolean, integer, real, rule, text_list, real_list, real_matrix, real_map };

struct KeySpec {
  std::string_view name;
  Kind kind;
  Presence presence;
  Range range;
  std::string_view unit, meaning;
  std::string default_text;  ///< as in a scenario file; empty where there is none
  std::string_view required_with, default_column;
  double default_divisor;
};

enum class Shape { root, section, array, table };

struct SectionSpec {
  std::string_view name;  ///< empty for the root
  Shape shape;
  std::vector<KeySpec> keys;

  [[nodiscard]] const KeySpec* find(std::string_view key) const;
};

/// Every section, array and table, in the order of configs/README.md.
[[nodiscard]] const std::vector<SectionSpec>& schema();
[[nodiscard]] const SectionSpec* find_section(std::string_view name);

}  // namespace blocrisk
