#include "host/sweep/file_size.hpp"

#include <algorithm>

namespace blocrisk {
namespace {

/// Edges of a histogram's bins: few different numbers, of few digits.
bool is_of_bins(const RowColumn& column) {
  const bool has_quantiles =
      std::find(column.axes.begin(), column.axes.end(), "quantile") != column.axes.end();
  return has_quantiles || column.figure == "var" || column.figure == "return";
}

/// Of a column's bytes, what deflate leaves; less where the paths are few and a power of two, for
/// then means have few digits.
double share_left(const RowColumn& column) {
  if (column.type != h5::Type::f64) return 0.05;
  if (is_of_bins(column)) return column.group == "timeline" ? 0.04 : 0.1;
  if (column.group == "timeline") return 0.55;
  return column.figure == "mean" || column.figure == "std" ? 0.65 : 0.42;
}

}  // namespace

std::uint64_t expected_file_bytes(const RowLayout& layout, std::uint64_t n_members) {
  constexpr double bytes_per_variable = 4'400;   // its header, attributes and index
  constexpr double bytes_per_member = 600;       // its name, hashes and changes
  constexpr double bytes_of_the_rest = 100'000;  // mostly the base's text
  double row = 0.0;
  for (const RowColumn& column : layout.columns)
    row += static_cast<double>(column.bytes()) * share_left(column);
  const double n_variables = static_cast<double>(layout.columns.size());
  return static_cast<std::uint64_t>(static_cast<double>(n_members) * (row + bytes_per_member) +
                                    n_variables * bytes_per_variable + bytes_of_the_rest);
}

}  // namespace blocrisk
