#include "host/sweep/indices_section.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "host/analysis/levels.hpp"
#include "host/io/result_sections.hpp"
#include "host/sweep/sobol_indices.hpp"

namespace blocrisk {
namespace {

using Names = std::vector<std::string>;

/// Figures whose indices are told: the mean, CVaR at each level, and being short at all.
bool has_indices(const RowColumn& column) {
  return column.group.empty() &&
         (column.name == column.measure + "_mean" || column.name == column.measure + "_cvar" ||
          column.name == "short_probability");
}

/// Value by value, every member's: [value][member]; not a number where the member failed.
std::vector<std::vector<double>> outputs_of(const SweepContent& content, const RowColumn& column) {
  std::vector<std::vector<double>> outputs(column.count);
  std::vector<double> values(column.count);
  for (const std::uint64_t number : content.numbers) {
    if (content.journal.facts(number).failed()) {
      std::fill(values.begin(), values.end(), std::numeric_limits<double>::quiet_NaN());
    } else {
      content.journal.read_figures(number, column.offset,
                                   std::as_writable_bytes(std::span(values)));
    }
    for (std::size_t k = 0; k < column.count; ++k) outputs[k].push_back(values[k]);
  }
  return outputs;
}

/// [axis][value] of one kind of index, with its interval.
struct IndexArrays {
  std::vector<double> value, low, high;

  explicit IndexArrays(std::size_t n) : value(n), low(n), high(n) {}
  void put(std::size_t at, const Figure& figure) {
    value[at] = figure.value;
    low[at] = figure.low;
    high[at] = figure.high;
  }
  void write(NetcdfGroup& group, const RowColumn& of, const std::string& kind,
             const std::string& meaning) const {
    Names axes{"axis"};
    axes.insert(axes.end(), of.axes.begin(), of.axes.end());
    const std::string name = of.name + "_" + kind;
    const std::string told = meaning + " of: " + of.long_name;
    group.add(name, axes, value, "1", told);
    group.add(name + "_lo", axes, low, "1", told + ", lower end of 95 % interval");
    group.add(name + "_hi", axes, high, "1", told + ", upper end of 95 % interval");
  }
};

void write_column(NetcdfGroup& group, const SweepContent& content, const RowColumn& column) {
  const std::size_t n_axes = content.members.sweep().axes.size();
  IndexArrays first(n_axes * column.count);
  IndexArrays total(n_axes * column.count);
  const std::vector<std::vector<double>> outputs = outputs_of(content, column);
  for (std::size_t k = 0; k < column.count; ++k) {
    const SensitivityIndices indices = sobol_indices(outputs[k], n_axes);
    for (std::size_t axis = 0; axis < n_axes; ++axis) {
      first.put(axis * column.count + k, indices.first_order[axis]);
      total.put(axis * column.count + k, indices.total[axis]);
    }
  }
  first.write(group, column, "first_order", "first-order sensitivity index");
  total.write(group, column, "total", "total sensitivity index");
}

/// Base points all of whose members are done.
std::uint64_t whole_points(const SweepContent& content) {
  const std::size_t width = content.members.sweep().axes.size() + 2;
  std::uint64_t whole = 0;
  for (std::size_t first = 0; first < content.numbers.size(); first += width) {
    const auto failed = [&](std::uint64_t number) {
      return content.journal.facts(number).failed();
    };
    const auto begin = content.numbers.begin() + static_cast<std::ptrdiff_t>(first);
    whole += std::none_of(begin, begin + static_cast<std::ptrdiff_t>(width), failed) ? 1 : 0;
  }
  return whole;
}

}  // namespace

void write_indices(NetcdfGroup& root, const SweepContent& content) {
  const Sweep& sweep = content.members.sweep();
  const bool is_whole = content.numbers.size() == content.members.count();
  if (sweep.design.kind != DesignKind::saltelli || !is_whole) return;
  NetcdfGroup group = root.add_group("indices");
  group.attributes().set_attribute("base_points", whole_points(content));
  Names names;
  for (const Axis& axis : sweep.axes) names.push_back(axis.name);
  group.add_axis("axis", names, "axis of the sweep");
  add_member_axis(group, content.facts);
  add_mineral_axis(group, content.facts);
  std::vector<double> levels;
  for (const Level& level : tail_levels) levels.push_back(level.value());
  group.add_axis("level", levels, "1", "level of value at risk");
  for (const RowColumn& column : content.layout.columns) {
    if (has_indices(column)) write_column(group, content, column);
  }
}

}  // namespace blocrisk
