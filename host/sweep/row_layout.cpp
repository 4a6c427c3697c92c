#include "host/sweep/row_layout.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "host/sweep/differences.hpp"
#include "host/sweep/keep.hpp"

namespace blocrisk {
namespace {

/// Calls visit(group, variable) for everything a row holds, in its order.
template <class Visitor>
void for_each_variable(const Sweep& sweep, const ResultFacts& facts, const Summary& summary,
                       const Comparison* comparison, Visitor&& visit) {
  for (const FigureVariable& figure : figure_variables(summary)) {
    if (is_kept(sweep, figure)) visit("", figure);
  }
  if (sweep.keep_timelines) {
    for (const FigureVariable& figure : timeline_variables(summary)) visit("timeline", figure);
  }
  if (comparison == nullptr) return;
  for (const DifferenceVariable& of :
       difference_variables(facts.members, facts.minerals, *comparison)) {
    visit("differences", FigureVariable{{of.name, of.axes, h5::Type::f64, of.values.data(),
                                         of.units, of.long_name},
                                        of.values.size(),
                                        "",
                                        ""});
  }
}

}  // namespace

const RowColumn* RowLayout::find(const std::string& group, const std::string& name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const RowColumn& column) {
    return column.group == group && column.name == name;
  });
  return found == columns.end() ? nullptr : &*found;
}

RowLayout row_layout(const Sweep& sweep, const ResultFacts& facts) {
  RowLayout layout;
  const Summary none = summarise(Accumulators(facts.shape()), facts);
  const Comparison nothing;
  for_each_variable(
      sweep, facts, none, sweep.reference ? &nothing : nullptr,
      [&](const char* group, const FigureVariable& figure) {
        const Variable& of = figure.variable;
        layout.columns.push_back({group, of.name, of.axes, of.type, of.units, of.long_name,
                                  figure.measure, figure.figure, figure.count, layout.bytes});
        layout.bytes += layout.columns.back().bytes();
      });
  return layout;
}

Row row_of(const Sweep& sweep, const ResultFacts& facts, const Summary& summary,
           const Comparison* comparison) {
  Row row;
  for_each_variable(
      sweep, facts, summary, comparison, [&row](const char*, const FigureVariable& figure) {
        const auto* first = static_cast<const std::byte*>(figure.variable.data);
        row.insert(row.end(), first, first + figure.count * h5::bytes_of(figure.variable.type));
      });
  return row;
}

Row blank_row(const RowLayout& layout) {
  Row row(layout.bytes);
  for (const RowColumn& column : layout.columns) {
    const std::size_t size = h5::bytes_of(column.type);
    for (std::size_t k = 0; k < column.count; ++k)
      std::memcpy(row.data() + column.offset + k * size, fill_value(column.type), size);
  }
  return row;
}

}  // namespace blocrisk
