#include <algorithm>
#include <cmath>

#include "host/scenario/fields.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t max_name_bytes = 200;

/// Why a text cannot be a name, or nothing. Names are parts of the addresses of draws, which are
/// joined by '|'.
std::string_view name_problem(const std::string& text) {
  if (text.empty()) return "must not be empty";
  if (text.size() > max_name_bytes) return "must have at most 200 bytes";
  const bool has_control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (has_control) return "must not have control characters";
  if (text.find_first_of("|;") != std::string::npos) return "must not have '|' or ';' in it";
  return {};
}

/// Checks the fields of one section, entry or row.
template <class T>
class FieldChecks {
 public:
  /// `missing_is_told`: what is not there was complained about for all rows at once.
  FieldChecks(const T& subject, Findings& findings, SourceLine source, bool missing_is_told = false)
      : subject_(subject),
        findings_(findings),
        source_(source),
        missing_is_told_(missing_is_told) {}

  /// `prefix` gives the start of the addresses; it is called only for complaints.
  template <class Prefix>
  void run(Prefix prefix) {
    for (const Field<T>& field : fields_of<T>()) {
      const auto complain = [&](const std::string& suffix, std::string value,
                                const std::string& message) {
        findings_.add(prefix() + std::string(field.name) + suffix, source_, std::move(value),
                      message);
      };
      std::visit([&](auto member) { check(subject_.*member, field, complain); }, field.member);
    }
  }

 private:
  template <class Complain>
  void check(const std::string& text, const Field<T>& field, Complain complain) {
    if (text.empty() && (field.presence == Presence::optional || missing_is_told_)) return;
    const std::string_view problem = name_problem(text);
    if (!problem.empty()) complain("", text, std::string(problem));
  }

  template <class Complain>
  void check(double value, const Field<T>& field, Complain complain,
             const std::string& suffix = {}) {
    if (std::isnan(value)) {
      if (!missing_is_told_) complain(suffix, "", "missing");
    } else if (!std::isfinite(value) || !field.range.contains(value)) {
      complain(suffix, number_text(value), "must be " + describe(field.range));
    }
  }

  template <class Complain>
  void check(std::uint64_t value, const Field<T>& field, Complain complain) {
    if (!field.range.contains(static_cast<double>(value))) {
      complain("", std::to_string(value), "must be " + describe(field.range));
    }
  }

  template <class Complain>
  void check(int value, const Field<T>& field, Complain complain) {
    if (!field.range.contains(value))
      complain("", std::to_string(value), "must be " + describe(field.range));
  }

  template <class Complain>
  void check(const std::vector<double>& values, const Field<T>& field, Complain complain,
             const std::string& suffix = {}) {
    for (std::size_t i = 0; i < values.size(); ++i)
      check(values[i], field, complain, suffix + "[" + std::to_string(i) + "]");
  }

  template <class Complain>
  void check(const std::vector<std::vector<double>>& rows, const Field<T>& field,
             Complain complain) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      check(rows[i], field, complain, "[" + std::to_string(i) + "]");
  }

  template <class Complain>
  void check(const std::map<std::string, double>& values, const Field<T>& field,
             Complain complain) {
    for (const auto& [key, value] : values) check(value, field, complain, "." + key);
  }

  template <class Complain>
  void check(const std::vector<std::string>& texts, const Field<T>&, Complain complain) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string_view problem = name_problem(texts[i]);
      if (!problem.empty()) complain("[" + std::to_string(i) + "]", texts[i], std::string(problem));
    }
  }

  template <class V, class Complain>
  void check(const std::optional<V>& value, const Field<T>& field, Complain complain) {
    if (value) check(*value, field, complain);
  }

  template <class Complain>
  void check(bool, const Field<T>&, Complain) {}
  template <class Complain>
  void check(AllocationRule, const Field<T>&, Complain) {}

  const T& subject_;
  Findings& findings_;
  SourceLine source_;
  bool missing_is_told_;
};

}  // namespace

void check_values(const Scenario& scenario, Findings& findings) {
  FieldChecks(scenario, findings, {}).run([] { return std::string(); });
  for_each_section([&](std::string_view name, auto member) {
    FieldChecks(scenario.*member, findings, {}).run([&] { return std::string(name) + "."; });
  });
  for_each_array([&](std::string_view name, auto member) {
    for (const auto& entry : scenario.*member) {
      FieldChecks(entry, findings, entry.source).run([&] {
        return entry_address(name, entry) + ".";
      });
    }
  });
  for_each_table([&](std::string_view name, auto member) {
    for (const auto& row : scenario.*member) {
      FieldChecks(row, findings, row.source, findings.missing_is_told()).run([&] {
        return row_address(name, row) + ".";
      });
    }
  });
}

}  // namespace blocrisk
