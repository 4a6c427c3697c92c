#include "host/io/figure_variables.hpp"
#include "host/io/result_sections.hpp"

namespace blocrisk {
namespace {

using Names = std::vector<std::string>;

std::vector<std::int64_t> ranks() {
  std::vector<std::int64_t> numbers;
  for (int rank = 1; rank <= n_worst_paths; ++rank) numbers.push_back(rank);
  return numbers;
}

void write_worst(NetcdfGroup& root, const Summary& summary) {
  const Names cell{"member", "mineral", "rank"}, member{"member", "rank"};
  root.add("worst_path", cell, summary.worst.path, "1",
           "number of the path with the worst shortfall");
  root.add("worst_path_value", cell, summary.worst.value, "1", "its shortfall");
  root.add("member_worst_path", member, summary.member_worst.path, "1",
           "number of the path with the worst loss");
  root.add("member_worst_path_value", member, summary.member_worst.value, "USD", "its loss");
}

}  // namespace

void write_summary(NetcdfGroup& root, const ResultContent& content) {
  add_figure_axes(root, content.facts);
  root.add_axis("rank", ranks(), "1", "rank, the worst first");
  for (const FigureVariable& figure : figure_variables(content.summary)) add_figure(root, figure);
  write_worst(root, content.summary);
}

}  // namespace blocrisk
