#include <algorithm>

#include "host/io/result_sections.hpp"

namespace blocrisk {

std::string variable_of(const NamedFigure& figure) {
  std::string name = figure.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

void write_convergence(NetcdfGroup& root, const ResultContent& content) {
  if (content.convergence == nullptr || content.convergence->paths_done.empty()) return;
  NetcdfGroup group = root.add_group("convergence");
  add_member_axis(group, content.facts);
  add_mineral_axis(group, content.facts);
  const std::vector<std::int64_t> looks(content.convergence->paths_done.begin(),
                                        content.convergence->paths_done.end());
  group.add_axis("paths_done", looks, "1", "paths done when the figures were taken");
  for (const Convergence::Series& series : content.convergence->series) {
    std::vector<std::string> axes{"paths_done", "member"};
    if (!series.figure.of_member) axes.emplace_back("mineral");
    const std::string name = variable_of(series.figure), meaning = series.figure.name;
    group.add(name, axes, series.value, series.figure.unit, meaning + " after so many paths");
    group.add(name + "_half_width", axes, series.half_width, series.figure.unit,
              "half-width of the 95 % interval of " + meaning);
  }
}

}  // namespace blocrisk
