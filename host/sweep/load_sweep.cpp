#include "host/sweep/load_sweep.hpp"

#include <algorithm>
#include <utility>

#include "host/scenario/convert.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/law.hpp"
#include "host/scenario/load_document.hpp"
#include "host/scenario/nearest.hpp"
#include "host/scenario/number_text.hpp"
#include "host/scenario/parse.hpp"
#include "host/scenario/variant.hpp"
#include "host/support/error.hpp"
#include "host/sweep/parse_sweep.hpp"
#include "host/sweep/same_value.hpp"
#include "host/sweep/section_reader.hpp"

namespace blocrisk {
namespace {

/// The base with what the sweep and the command line say; nothing where it is told why not.
std::optional<Scenario> load_base(const Sweep& sweep, const std::string& sweep_file,
                                  const SweepChanges& changes, std::vector<Complaint>& told) {
  try {
    std::vector<std::string> overrides;  // the sweep's come first, so that --set wins
    if (sweep.paths) overrides.push_back("sampling.paths=" + std::to_string(*sweep.paths));
    if (sweep.seed) overrides.push_back("sampling.seed=" + std::to_string(*sweep.seed));
    overrides.insert(overrides.end(), changes.overrides.begin(), changes.overrides.end());
    Scenario base = load_scenario(sweep.base, overrides);
    if (changes.paths) base.sampling.paths = *changes.paths;
    if (changes.seed) base.sampling.seed = *changes.seed;
    return base;
  } catch (const ScenarioError& error) {
    told.insert(told.end(), error.complaints().begin(), error.complaints().end());
  } catch (const EnvironmentError& error) {
    told.push_back({sweep_file, 0, "base", sweep.base.string(), error.what()});
  }
  return std::nullopt;
}

/// Values that show whether all are in range: of numbers the least and the largest.
std::vector<Value> telling_values(const Axis& axis) {
  if (axis.law) {
    const Support support = support_of(*axis.law);
    return {Value{support.low, axis.source, false}, Value{support.high, axis.source, false}};
  }
  std::vector<Value> telling;
  const Value* least = nullptr;
  const Value* largest = nullptr;
  for (const Value& value : axis.values) {
    const std::optional<double> number = number_in(value);
    if (!number) {
      telling.push_back(value);
      continue;
    }
    if (least == nullptr || *number < *number_in(*least)) least = &value;
    if (largest == nullptr || *number > *number_in(*largest)) largest = &value;
  }
  if (least != nullptr) telling.push_back(*least);
  if (largest != nullptr && largest != least) telling.push_back(*largest);
  return telling;
}

/// The first mistake that the base has with a value at an address.
struct ValueMistake {
  Complaint complaint;
  bool is_of_address;  ///< which every other value would meet too
};

std::optional<ValueMistake> mistake_of(const Document& base, const Assignment& assignment) {
  std::vector<std::string> files{""};
  Complaints found(files);
  Document document = base;
  DocumentLoader(found).apply(document, assignment, {});
  if (!found.empty()) return ValueMistake{found.list().front(), true};
  const Converted converted = convert(document, found);
  Findings findings(converted.scenario, found, true, converted.unreadable);
  if (found.empty()) check_values(converted.scenario, findings);
  if (found.empty()) return std::nullopt;
  return ValueMistake{found.list().front(), false};
}

void check_axis(const Axis& axis, const Document& base, Complaints& complaints) {
  for (const std::string& address : axis.addresses) {
    for (const Value& value : telling_values(axis)) {
      const auto mistake = mistake_of(base, {address, change_of(axis, value)});
      if (!mistake) continue;
      const Complaint& told = mistake->complaint;
      const bool elsewhere = told.key != address && !told.key.empty();
      complaints.add(value.source, "axis." + axis.name, describe(value),
                     "at " + address + ": " + told.message + (elsewhere ? ", " + told.key : ""));
      if (mistake->is_of_address) break;
    }
  }
}

/// Finds the member that the sweep names as reference.
class ReferenceSearch {
 public:
  ReferenceSearch(const SweepMembers& members, Complaints& complaints)
      : members_(members), sweep_(members.sweep()), complaints_(complaints) {}

  std::optional<std::uint64_t> find() {
    if (!sweep_.reference) return std::nullopt;
    return std::visit([this](const auto& wanted) { return find(wanted); }, *sweep_.reference);
  }

 private:
  std::optional<std::uint64_t> complain(const std::string& value, const std::string& message) {
    complaints_.add(sweep_.reference_source, "differences.reference", value, message);
    return std::nullopt;
  }

  std::optional<std::uint64_t> find(std::int64_t number) {
    if (number >= 0 && static_cast<std::uint64_t>(number) < members_.count())
      return static_cast<std::uint64_t>(number);
    return complain(std::to_string(number),
                    "must be a member's number, 0 to " + std::to_string(members_.count() - 1));
  }

  std::optional<std::uint64_t> find(const std::string& name) {
    std::vector<std::string> names;
    for (std::uint64_t k = 0; k < members_.count(); ++k) {
      names.push_back(members_.name(k));
      if (names.back() == name) return k;
    }
    return complain(name, "no member has this name" + nearest_hint(name, names));
  }

  std::optional<std::uint64_t> find(const ValueMap& wanted) {
    std::vector<std::string> axes;
    for (const Axis& axis : sweep_.axes) axes.push_back(axis.name);
    std::vector<std::pair<std::size_t, const Value*>> conditions;
    for (const auto& [name, value] : wanted) {
      const auto found = std::find(axes.begin(), axes.end(), name);
      if (found == axes.end()) return complain(name, "no such axis" + nearest_hint(name, axes));
      conditions.emplace_back(static_cast<std::size_t>(found - axes.begin()), &value);
    }
    std::vector<std::uint64_t> matches;
    for (std::uint64_t k = 0; k < members_.count(); ++k) {
      const std::vector<Value> at = members_.coordinates(k);
      const bool is_match = std::all_of(conditions.begin(), conditions.end(), [&](auto& of) {
        return same_value(at[of.first], *of.second);
      });
      if (is_match) matches.push_back(k);
    }
    if (matches.size() == 1) return matches.front();
    return complain(describe(Value{wanted, {}, false}),
                    matches.empty() ? "no member has these values"
                                    : std::to_string(matches.size()) +
                                          " members have these values; name more axes");
  }

  const SweepMembers& members_;
  const Sweep& sweep_;
  Complaints& complaints_;
};

}  // namespace

LoadedSweep load_sweep(const std::filesystem::path& path, const SweepChanges& changes) {
  Sweep sweep;
  std::vector<std::string> files;
  Complaints complaints(files);
  parse_sweep(path, sweep, complaints);
  std::vector<Complaint> told;
  std::optional<Scenario> base;
  if (!sweep.base.empty()) base = load_base(sweep, files.front(), changes, told);
  if (base) {
    const Document document = document_of(*base);
    const bool are_sound = complaints.empty();  // or a law may have no support to try
    for (const Axis& axis : sweep.axes) {
      if (are_sound || !axis.law) check_axis(axis, document, complaints);
    }
    if (sweep.reference && !base->uncertain.empty()) {
      complaints.add(sweep.reference_source, "differences.reference", "",
                     "paths of a base with [[uncertain]] inputs share them, which intervals of "
                     "differences do not know; leave the reference out");
    }
  }
  if (complaints.empty() && told.empty()) {
    SweepMembers members(sweep, std::move(*base));
    const auto reference = ReferenceSearch(members, complaints).find();
    if (complaints.empty()) return {std::move(members), reference};
  }
  told.insert(told.begin(), complaints.list().begin(), complaints.list().end());
  throw ScenarioError(std::move(told), complaints.n_unlisted());
}

}  // namespace blocrisk
