/// The members of a sweep by number: what each takes on every axis, its name, its scenario.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/scenario/document.hpp"
#include "host/sweep/design.hpp"
#include "host/sweep/sweep.hpp"

namespace blocrisk {

class SweepMembers {
 public:
  /// Expects a sweep without complaints, and a resolved, valid base with the sweep's paths and
  /// seed.
  SweepMembers(Sweep sweep, Scenario base);

  [[nodiscard]] const Sweep& sweep() const { return sweep_; }
  [[nodiscard]] const Scenario& base() const { return base_; }
  [[nodiscard]] std::uint64_t count() const { return points_.count(); }

  /// What each axis takes, one of its values or a draw of its law: the value's label if it has one.
  [[nodiscard]] std::vector<Value> coordinates(std::uint64_t member) const;
  /// "days=60, pooling=true", a name from the list, "point 7", or "point 7 A", "point 7 AB days".
  [[nodiscard]] std::string name(std::uint64_t member) const;
  /// What `--set` would be given, a line each; lists, maps and tables by their labels.
  [[nodiscard]] std::string changes(std::uint64_t member) const;
  /// Throws ScenarioError where the member is no valid scenario; no line in it means a file's.
  [[nodiscard]] Scenario scenario(std::uint64_t member) const;

 private:
  /// What an axis takes: one of its values, or a draw of its law.
  struct Taken {
    Value value;
    std::optional<std::size_t> position;  ///< among the axis' values
  };
  [[nodiscard]] std::vector<Taken> taken(std::uint64_t member) const;

  Sweep sweep_;
  Scenario base_;
  Document document_;
  DesignPoints points_;
};

/// What the axis does with a value at each of its addresses.
[[nodiscard]] Change change_of(const Axis& axis, const Value& value);

/// A value in a name: text without quotes, numbers in six digits.
[[nodiscard]] std::string short_text(const Value& value);

}  // namespace blocrisk
