/// A scenario as written, before its meaning is looked at: the keys of its TOML files merged into
/// one tree and its tables as text, each value with the place that wrote it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "host/scenario/complaint.hpp"
#include "host/scenario/csv.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

struct Value;
using ValueList = std::vector<Value>;
using ValueMap = std::map<std::string, Value, std::less<>>;

struct Value {
  std::variant<bool, std::int64_t, double, std::string, ValueList, ValueMap> data;
  SourceLine source;
  bool inline_table = false;  ///< a map written `{...}`: one value, rather than a section of them

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&data);
  }
  template <class T>
  [[nodiscard]] T* as() {
    return std::get_if<T>(&data);
  }
};

/// The value on one line, as in a scenario file, cut to a readable length.
[[nodiscard]] std::string describe(const Value& value);

/// The same place for a value and all it holds.
void set_source(Value& value, SourceLine source);

/// A table as text. Rows all have as many cells as there are columns.
struct RawTable {
  bool is_complete = true;  ///< false where rows could not be read, which is told
  SourceLine header;
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;
  int file = no_index;
  std::map<std::pair<std::size_t, std::size_t>, SourceLine>
      overridden;  ///< (row, column) -> who changed it

  [[nodiscard]] int column(std::string_view name) const;  ///< or `none`
};

struct Document {
  ValueMap keys;
  std::map<std::string, RawTable, std::less<>> tables;
};

/// Takes complaints from every stage; keeps the first thousand and counts the rest.
class Complaints {
 public:
  explicit Complaints(std::vector<std::string>& files) : files_(&files) {}

  int add_file(std::string name);
  [[nodiscard]] const std::string& file(int index) const {
    return (*files_)[static_cast<std::size_t>(index)];
  }
  void add(SourceLine source, std::string key, std::string value, std::string message);
  [[nodiscard]] const std::vector<Complaint>& list() const { return list_; }
  [[nodiscard]] std::size_t n_unlisted() const { return n_unlisted_; }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  /// Whether the next one will be printed, so that looking for the nearest name is worth the time.
  [[nodiscard]] bool wants_hint() const { return list_.size() < max_printed_complaints; }

 private:
  std::vector<std::string>* files_;
  std::vector<Complaint> list_;
  std::size_t n_unlisted_ = 0;
};

}  // namespace blocrisk
