/// A member's figures as one row of bytes: which variable lies where. All members of a sweep have
/// the same layout, so that a variable of the file is a column of the rows.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/analysis/comparison.hpp"
#include "host/analysis/summary.hpp"
#include "host/io/figure_variables.hpp"
#include "host/sweep/sweep.hpp"

namespace blocrisk {

struct RowColumn {
  std::string group;  ///< of the file: empty for the root, "timeline", "differences"
  std::string name;
  std::vector<std::string> axes;  ///< after `scenario`
  h5::Type type;
  std::string units, long_name, measure, figure;
  std::size_t count;   ///< values
  std::size_t offset;  ///< bytes from the row's beginning

  [[nodiscard]] std::size_t bytes() const { return count * h5::bytes_of(type); }
};

struct RowLayout {
  std::vector<RowColumn> columns;
  std::size_t bytes = 0;  ///< of a row

  [[nodiscard]] const RowColumn* find(const std::string& group, const std::string& name) const;
};

using Row = std::vector<std::byte>;

/// Of members with these facts; with differences where the sweep has a reference.
[[nodiscard]] RowLayout row_layout(const Sweep& sweep, const ResultFacts& facts);

/// A member's row. `comparison` is null where the sweep has no reference.
[[nodiscard]] Row row_of(const Sweep& sweep, const ResultFacts& facts, const Summary& summary,
                         const Comparison* comparison);

/// Of a member without figures: what is not there reads as absent.
[[nodiscard]] Row blank_row(const RowLayout& layout);

}  // namespace blocrisk
