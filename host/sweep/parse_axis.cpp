#include "host/sweep/parse_axis.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "host/scenario/fields.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/number_text.hpp"
#include "host/scenario/text_file.hpp"
#include "host/sweep/axis_names.hpp"
#include "host/sweep/same_value.hpp"
#include "host/sweep/section_reader.hpp"

namespace blocrisk {
namespace {

using Operation = Change::Operation;

constexpr std::uint64_t max_values = 65'536;

class AxisParser {
 public:
  AxisParser(const ValueMap& keys, SourceLine source, DesignKind design,
             const std::filesystem::path& directory, Complaints& complaints)
      : reader_(keys, "axis", prefix_of(keys), source, complaints),
        design_(design),
        directory_(directory),
        complaints_(complaints) {
    axis_.source = source;
  }

  Axis parse() {
    reader_.require("name");
    axis_.name = reader_.text("name").value_or("");
    check_name();
    parse_addresses();
    parse_what_it_takes();
    axis_.labels = reader_.texts("labels");
    if (inline_tables()) check_repeats();
    check_labels();
    reader_.finish(law_keys());
    return std::move(axis_);
  }

 private:
  static std::string prefix_of(const ValueMap& keys) {
    const auto name = keys.find("name");
    const std::string* text = name == keys.end() ? nullptr : name->second.as<std::string>();
    return text == nullptr ? "axis." : "axis." + *text + ".";
  }

  static std::vector<std::string> law_keys() {
    std::vector<std::string> names;
    for (const Field<UncertainInput>& field : fields_of<UncertainInput>()) {
      if (std::holds_alternative<std::optional<double> UncertainInput::*>(field.member))
        names.emplace_back(field.name);
    }
    return names;
  }

  void check_name() {
    if (axis_.name.empty()) return;  // told
    if (!is_axis_name(axis_.name)) {
      reader_.complain("name", axis_.name,
                       "must be a letter, then letters, digits and underscores, at most 60");
    } else if (is_taken_name(axis_.name)) {
      reader_.complain("name", axis_.name,
                       "is already the name of something in the result or its table");
    }
  }

  void parse_addresses() {
    reader_.require("address");
    const std::optional<Value> value = reader_.take("address");
    if (!value) return;
    const ValueList one{*value};
    const ValueList* list = value->as<ValueList>();
    for (const Value& entry : list == nullptr ? one : *list) {
      const std::string* text = entry.as<std::string>();
      if (text != nullptr && !trimmed(*text).empty()) {
        axis_.addresses.emplace_back(trimmed(*text));
        check_address(axis_.addresses.back());
      } else {
        reader_.complain("address", describe(entry), "must be an address as in --set, or a list");
      }
    }
    if (axis_.addresses.empty() && list != nullptr && list->empty())
      reader_.complain("address", "[]", "must be an address as in --set, or a list");
  }

  /// Members stand beside each other in one array, path by path on the same draws.
  void check_address(const std::string& address) {
    for (const std::string_view fixed :
         {"clock.", "sampling.", "bloc.members", "measures.exceedance", "uncertain.", "name",
          "network.countries", "network.minerals"}) {
      if (!address.starts_with(fixed)) continue;
      reader_.complain("address", address,
                       "cannot be an axis: members share draws, clock and shape of the result");
      return;
    }
  }

  void parse_what_it_takes() {
    std::vector<std::string> given;
    for (const char* key : {"values", "linspace", "scale", "distribution"}) {
      if (reader_.has(key)) given.emplace_back(key);
    }
    if (given.size() != 1) {
      for (const std::string& key : given) reader_.take(key);
      reader_.complain(given.empty() ? "values" : given[1], "",
                       given.empty() ? "missing; give values, linspace, scale or distribution"
                                     : "is given beside " + given[0] + "; only one can be");
      take_law_keys();
      return;
    }
    parse_apply(given.front());
    if (given.front() == "values") parse_values();
    if (given.front() == "linspace") parse_linspace();
    if (given.front() == "scale") parse_scale();
    if (given.front() == "distribution") parse_law();
  }

  void parse_apply(const std::string& what) {
    if (what == "scale") axis_.apply = Operation::multiply;
    const std::optional<std::string> word = reader_.text("apply");
    if (!word) return;
    if (what == "scale") {
      reader_.complain("apply", *word, "is not for scale, which multiplies");
    } else if (*word == "multiply") {
      axis_.apply = Operation::multiply;
    } else if (*word == "add") {
      axis_.apply = Operation::add;
    } else if (*word != "set") {
      reader_.complain("apply", *word, "must be one of set, multiply, add");
    }
  }

  void parse_values() {
    const std::optional<Value> value = reader_.take("values");
    const ValueList* list = value->as<ValueList>();
    if (list == nullptr || list->empty() || list->size() > max_values)
      return reader_.complain("values", describe(*value), "must be a list of 1 to 65536 values");
    for (const Value& entry : *list) {
      if (axis_.apply != Operation::set && !number_in(entry))
        reader_.complain("values", describe(entry), "must be a number to multiply with or to add");
    }
    axis_.values = *list;
  }

  void parse_scale() {
    const std::optional<Value> value = reader_.take("scale");
    const ValueList* list = value->as<ValueList>();
    const bool numbers = list != nullptr && std::all_of(list->begin(), list->end(), [](auto& v) {
                           return number_in(v).has_value();
                         });
    if (!numbers || list->empty() || list->size() > max_values)
      return reader_.complain("scale", describe(*value), "must be a list of 1 to 65536 numbers");
    axis_.values = *list;
  }

  /// Both ends are exactly what was written.
  void parse_linspace() {
    const std::optional<Value> value = reader_.take("linspace");
    const ValueList* list = value->as<ValueList>();
    std::vector<double> numbers;
    for (std::size_t k = 0; list != nullptr && k < list->size(); ++k)
      numbers.push_back(number_in((*list)[k]).value_or(missing));
    const bool sane = numbers.size() == 3 && std::isfinite(numbers[0]) && std::isfinite(numbers[1]);
    const std::int64_t* n = sane ? (*list)[2].as<std::int64_t>() : nullptr;
    if (n == nullptr || *n < 2 || *n > static_cast<std::int64_t>(max_values))
      return reader_.complain("linspace", describe(*value),
                              "must be [first, last, count], count a whole number, 2 to 65536");
    const double n_intervals = static_cast<double>(*n - 1);
    for (std::int64_t k = 0; k < *n; ++k) {
      const double part = static_cast<double>(k);
      const double between = (numbers[0] * (n_intervals - part) + numbers[1] * part) / n_intervals;
      const double at = k == 0 ? numbers[0] : k == *n - 1 ? numbers[1] : between;
      axis_.values.push_back({at, value->source, false});
    }
  }

  UncertainInput take_law_keys() {
    UncertainInput law;
    for (const Field<UncertainInput>& field : fields_of<UncertainInput>()) {
      const auto* member = std::get_if<std::optional<double> UncertainInput::*>(&field.member);
      if (member == nullptr) continue;
      const std::optional<double> number = reader_.number(field.name);
      if (number && !field.range.contains(*number))
        reader_.complain(field.name, number_text(*number), "must be " + describe(field.range));
      law.*(*member) = number;
    }
    return law;
  }

  void parse_law() {
    const std::string distribution = reader_.text("distribution").value_or("");
    const std::size_t n_before = complaints_.list().size();
    UncertainInput law = take_law_keys();
    law.name = axis_.name;
    law.distribution = distribution;
    law.source = axis_.source;
    if (complaints_.list().size() == n_before && !distribution.empty()) check_law(law);
    if (!is_sampled(design_)) {
      reader_.complain("distribution", distribution,
                       "is for sampled designs; a " + std::string(name_of(design_)) +
                           " takes values, linspace or scale");
    }
    axis_.law = law;
  }

  /// As of an uncertain input, whose checks these are, told as this axis'.
  void check_law(const UncertainInput& law) {
    Scenario with_law;
    with_law.uncertain = {law};
    with_law.uncertain.front().source = {};  // the axis' place is added below
    std::vector<std::string> files;
    Complaints found(files);
    const Unreadable unreadable;
    Findings findings(with_law, found, false, unreadable);
    check_uncertain(with_law, findings);
    const std::string prefix = "uncertain." + law.name + ".";
    for (const Complaint& complaint : found.list()) {
      const bool is_law = complaint.key.starts_with(prefix);
      if (is_law)
        reader_.complain(complaint.key.substr(prefix.size()), complaint.value, complaint.message);
    }
  }

  void check_labels() {
    const bool needs_labels =
        std::any_of(axis_.values.begin(), axis_.values.end(), [](const Value& value) {
          return value.as<ValueList>() != nullptr || value.as<ValueMap>() != nullptr;
        });
    if (axis_.labels.empty()) {
      if (needs_labels)
        reader_.complain("labels", "", "missing; lists and tables need a name each");
      return;
    }
    if (axis_.law) {
      reader_.complain("labels", "", "is for values; a distribution has none to name");
    } else if (axis_.labels.size() != axis_.values.size() && !axis_.values.empty()) {
      reader_.complain("labels", std::to_string(axis_.labels.size()) + " names",
                       "must be as many as the values, " + std::to_string(axis_.values.size()));
    }
  }

  /// Members of a grid are told apart by their values. Elsewhere a value may come again, in a list
  /// for another member, in a sampled design to be likelier. A label is of one value everywhere.
  void check_repeats() {
    const bool are_labelled = axis_.labels.size() == axis_.values.size();
    const auto before = [](const Value* a, const Value* b) { return comes_before(*a, *b); };
    std::map<const Value*, std::string, decltype(before)> seen(before);  // tables may be large
    std::map<std::string, const Value*> labelled;
    for (std::size_t k = 0; k < axis_.values.size(); ++k) {
      const Value& value = axis_.values[k];
      const std::string shown = are_labelled ? axis_.labels[k] : describe(value);
      const auto [first, is_new] = seen.emplace(&value, shown);
      if (!is_new && design_ == DesignKind::grid) {
        complaints_.add(
            value.source, "axis." + axis_.name, shown,
            (first->second == shown ? "comes twice" : "is the same as " + first->second) +
                "; values of a grid have to differ");
      } else if (are_labelled &&
                 !same_value(*labelled.emplace(shown, &value).first->second, value)) {
        reader_.complain("labels", shown, "comes twice, for values that differ");
      }
    }
  }

  /// A table's path becomes the table, and the path its label. Gives back whether all could be
  /// read.
  bool inline_tables() {
    const bool is_table =
        std::any_of(axis_.addresses.begin(), axis_.addresses.end(),
                    [](const std::string& address) { return table_of_path(address).has_value(); });
    if (!is_table) return true;
    std::vector<std::string> paths;
    bool are_read = true;
    for (Value& value : axis_.values) {
      const std::string* path = value.as<std::string>();
      if (path == nullptr || path->empty()) {
        paths.push_back("none");
        if (path == nullptr) {
          reader_.complain("values", describe(value), "must be paths of tables");
          are_read = false;
        }
        continue;
      }
      paths.push_back(*path);
      TextFile file = read_text_file(directory_ / *path, max_csv_bytes);
      if (!file.problem.empty()) {
        reader_.complain("values", *path, file.problem);
        file.text.clear();  // no table, which nobody complains about again
        are_read = false;
      } else if (!file.text.ends_with('\n')) {
        file.text += '\n';  // what tells a table from a path
      }
      value.data = std::move(file.text);
    }
    if (axis_.labels.empty()) axis_.labels = std::move(paths);
    return are_read;
  }

  SectionReader reader_;
  DesignKind design_;
  const std::filesystem::path& directory_;
  Complaints& complaints_;
  Axis axis_;
};

}  // namespace

Axis parse_axis(const ValueMap& keys, SourceLine source, DesignKind design,
                const std::filesystem::path& directory, Complaints& complaints) {
  return AxisParser(keys, source, design, directory, complaints).parse();
}

}  // namespace blocrisk
