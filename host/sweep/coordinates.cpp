#include "host/sweep/coordinates.hpp"

#include <algorithm>

#include "host/scenario/fields.hpp"
#include "host/sweep/section_reader.hpp"

namespace blocrisk {
namespace {

/// Unit of the key that an address leads to; "1" where it has none.
std::string unit_at(const std::string& address) {
  const std::size_t head_end = address.find_first_of(".[");
  const SectionSpec* section = find_section(address.substr(0, head_end));
  for (std::size_t at = head_end; section != nullptr && at < address.size();) {
    const std::size_t first = address.find_first_not_of(".[]", at);
    if (first == std::string::npos) break;
    at = std::min(address.find_first_of(".[]", first), address.size());
    const KeySpec* key = section->find(address.substr(first, at - first));
    if (key != nullptr && !key->unit.empty()) return std::string(key->unit);
  }
  return "1";
}

std::string meaning_of(const Axis& axis) {
  std::string text;
  for (const std::string& address : axis.addresses) text += (text.empty() ? "" : ", ") + address;
  switch (axis.apply) {
    case Change::Operation::set:
      return "set at " + text;
    case Change::Operation::multiply:
      return "factor on " + text;
    case Change::Operation::add:
      return "added to " + text;
  }
  return text;
}

template <class Type>
bool all_are(const std::vector<Value>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](const Value& value) { return value.as<Type>() != nullptr; });
}

}  // namespace

std::vector<AxisCoordinate> axis_coordinates(const SweepMembers& members,
                                             const std::vector<std::uint64_t>& numbers) {
  const std::vector<Axis>& axes = members.sweep().axes;
  std::vector<std::vector<Value>> by_axis(axes.size());
  for (const std::uint64_t number : numbers) {
    std::vector<Value> at = members.coordinates(number);
    for (std::size_t k = 0; k < axes.size(); ++k) by_axis[k].push_back(std::move(at[k]));
  }
  std::vector<AxisCoordinate> coordinates;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const std::vector<Value>& values = by_axis[k];
    const bool sets = axes[k].apply == Change::Operation::set;
    AxisCoordinate made{axes[k].name,
                        sets ? unit_at(axes[k].addresses.front()) : "1",
                        meaning_of(axes[k]),
                        {},
                        {},
                        {},
                        {}};
    const bool are_numbers = std::all_of(values.begin(), values.end(),
                                         [](const Value& value) { return number_in(value); });
    const bool are_truths = all_are<bool>(values);
    const bool are_whole = all_are<std::int64_t>(values);
    for (const Value& value : values) {
      if (are_truths) {
        made.truths.push_back(*value.as<bool>() ? 1 : 0);
      } else if (are_whole) {
        made.whole.push_back(*value.as<std::int64_t>());
      } else if (are_numbers) {
        made.real.push_back(*number_in(value));
      } else {
        made.texts.push_back(short_text(value));
      }
    }
    coordinates.push_back(std::move(made));
  }
  return coordinates;
}

void add_scenario_axis(NetcdfGroup& group, const std::vector<std::uint64_t>& numbers,
                       const std::vector<std::string>& names,
                       const std::vector<AxisCoordinate>& coordinates) {
  const std::string axis = "scenario";
  group.add_axis(axis, std::vector<std::int64_t>(numbers.begin(), numbers.end()), "1",
                 "number of the member");
  std::string all = "scenario_name";
  for (const AxisCoordinate& of : coordinates) {
    all += " " + of.name;
    if (!of.texts.empty()) {
      group.add_texts(of.name, axis, of.texts, of.long_name);
    } else if (!of.truths.empty()) {
      group.add_coordinate(of.name, axis, h5::Type::i8, of.truths.data(), "1", of.long_name)
          .set_attribute("dtype", "bool");
    } else if (!of.whole.empty()) {
      group.add_coordinate(of.name, axis, h5::Type::i64, of.whole.data(), of.units, of.long_name);
    } else {
      group.add_coordinate(of.name, axis, h5::Type::f64, of.real.data(), of.units, of.long_name);
    }
  }
  group.add_texts("scenario_name", axis, names, "name of the member");
  group.attributes().set_attribute("coordinates", all);
}

}  // namespace blocrisk
