/// Takes the keys of one section of a sweep file one by one, and complains about those of the wrong
/// kind or range, the missing and the unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/scenario/document.hpp"

namespace blocrisk {

class SectionReader {
 public:
  /// `section` as in `sweep_keys()`; `prefix` begins the names of keys in complaints: "design.".
  SectionReader(ValueMap keys, std::string_view section, std::string prefix, SourceLine source,
                Complaints& complaints);

  [[nodiscard]] bool has(std::string_view key) const { return keys_.contains(key); }
  /// Where the key is written, or the section.
  [[nodiscard]] SourceLine source_of(std::string_view key) const;

  std::optional<Value> take(std::string_view key);
  std::optional<std::string> text(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  std::optional<std::uint64_t> count(std::string_view key, std::uint64_t least, std::uint64_t most);
  std::optional<bool> flag(std::string_view key);
  std::optional<double> number(std::string_view key);

  void complain(std::string_view key, const std::string& value, const std::string& message) {
    complaints_.add(source_of(key), prefix_ + std::string(key), value, message);
  }
  void require(std::string_view key);
  /// Complains about what was not taken; `others` are known besides those of `sweep_keys()`.
  void finish(const std::vector<std::string>& others = {});

 private:
  ValueMap keys_;
  std::string section_, prefix_;
  SourceLine source_;
  std::map<std::string, SourceLine, std::less<>> taken_;
  Complaints& complaints_;
};

/// The number that a value is, whole or not.
[[nodiscard]] std::optional<double> number_in(const Value& value);

}  // namespace blocrisk
