#include "host/io/figure_variables.hpp"
#include "host/io/result_sections.hpp"

namespace blocrisk {

void write_timeline(NetcdfGroup& root, const ResultContent& content) {
  NetcdfGroup group = root.add_group("timeline");
  add_timeline_axes(group, content.facts);
  for (const FigureVariable& figure : timeline_variables(content.summary))
    add_figure(group, figure);
}

}  // namespace blocrisk
