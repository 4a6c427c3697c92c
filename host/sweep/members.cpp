#include "host/sweep/members.hpp"

#include <algorithm>
#include <utility>

#include "host/scenario/law.hpp"
#include "host/scenario/number_text.hpp"
#include "host/scenario/overrides.hpp"
#include "host/scenario/variant.hpp"

namespace blocrisk {
namespace {

/// Lists, maps and tables, which became text of several lines, take more than a line, or are cut.
bool is_long(const Value& value) {
  const std::string* text = value.as<std::string>();
  if (text != nullptr) return text->find('\n') != std::string::npos;
  return value.as<ValueList>() != nullptr || value.as<ValueMap>() != nullptr;
}

/// "60", "*0.8", "true", or the label of what is long.
std::string operand_text(const Axis& axis, const Value& value, const std::string& label) {
  if (is_long(value)) return label;
  const std::string* text = value.as<std::string>();
  const std::string plain = text != nullptr ? *text : describe(value);
  if (axis.apply == Change::Operation::multiply) return "*" + plain;
  return axis.apply == Change::Operation::add ? "+" + plain : plain;
}

}  // namespace

Change change_of(const Axis& axis, const Value& value) {
  Change change =
      axis.apply == Change::Operation::set ? change_from_value(value) : Change{axis.apply, value};
  set_source(change.operand, {});
  return change;
}

std::string short_text(const Value& value) {
  if (const std::string* text = value.as<std::string>()) return *text;
  if (const double* number = value.as<double>()) return rounded_text(*number);
  return describe(value);
}

SweepMembers::SweepMembers(Sweep sweep, Scenario base)
    : sweep_(std::move(sweep)),
      base_(std::move(base)),
      document_(document_of(base_)),
      points_(sweep_.design, sweep_.design_axes()) {}

std::vector<SweepMembers::Taken> SweepMembers::taken(std::uint64_t member) const {
  const bool sampled = is_sampled(sweep_.design.kind);
  const std::vector<double> probabilities =
      sampled ? points_.probabilities(member) : std::vector<double>{};
  const std::vector<std::size_t> positions =
      sampled ? std::vector<std::size_t>{} : points_.positions(member);
  std::vector<Taken> taken;
  for (std::size_t k = 0; k < sweep_.axes.size(); ++k) {
    const Axis& axis = sweep_.axes[k];
    if (axis.law) {
      taken.push_back({Value{law_value(*axis.law, probabilities[k]), {}, false}, std::nullopt});
      continue;
    }
    const std::size_t n = axis.n_values();
    const std::size_t at =
        sampled
            ? std::min(static_cast<std::size_t>(probabilities[k] * static_cast<double>(n)), n - 1)
            : positions[k];
    taken.push_back({axis.values[at], at});
  }
  return taken;
}

std::vector<Value> SweepMembers::coordinates(std::uint64_t member) const {
  std::vector<Value> coordinates;
  for (Taken& of_axis : taken(member)) {
    const Axis& axis = sweep_.axes[coordinates.size()];
    const bool labelled = of_axis.position && !axis.labels.empty();
    coordinates.push_back(labelled ? Value{axis.labels[*of_axis.position], {}, false}
                                   : std::move(of_axis.value));
  }
  return coordinates;
}

std::string SweepMembers::name(std::uint64_t member) const {
  if (!sweep_.member_names.empty()) return sweep_.member_names[member];
  if (sweep_.design.kind == DesignKind::saltelli) {
    const SaltelliPlace place = saltelli_place(member, sweep_.axes.size());
    const std::string point = "point " + std::to_string(place.base_point);
    if (place.part < 2) return point + (place.part == 0 ? " A" : " B");
    return point + " AB " + sweep_.axes[place.part - 2].name;
  }
  if (is_sampled(sweep_.design.kind)) return "point " + std::to_string(member);
  std::string name;
  const std::vector<Value> at = coordinates(member);
  for (std::size_t k = 0; k < at.size(); ++k)
    name += (k > 0 ? ", " : "") + sweep_.axes[k].name + "=" + short_text(at[k]);
  return name;
}

std::string SweepMembers::changes(std::uint64_t member) const {
  std::string lines;
  const std::vector<Taken> at = taken(member);
  for (std::size_t k = 0; k < at.size(); ++k) {
    const Axis& axis = sweep_.axes[k];
    const std::string label =
        at[k].position && !axis.labels.empty() ? axis.labels[*at[k].position] : "";
    for (const std::string& address : axis.addresses) {
      lines += (lines.empty() ? "" : "\n") + address + "=" + operand_text(axis, at[k].value, label);
    }
  }
  return lines;
}

Scenario SweepMembers::scenario(std::uint64_t member) const {
  std::vector<Assignment> changes;
  const std::vector<Taken> at = taken(member);
  for (std::size_t k = 0; k < at.size(); ++k) {
    for (const std::string& address : sweep_.axes[k].addresses)
      changes.push_back({address, change_of(sweep_.axes[k], at[k].value)});
  }
  return changed(document_, changes);
}

}  // namespace blocrisk
