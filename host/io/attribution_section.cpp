#include "host/io/result_sections.hpp"

namespace blocrisk {

void write_attribution(NetcdfGroup& root, const ResultContent& content) {
  if (content.attribution == nullptr) return;
  const AttributionFigures& figures = *content.attribution;
  NetcdfGroup group = root.add_group("attribution");
  add_member_axis(group, content.facts);
  add_mineral_axis(group, content.facts);
  group.add_axis("country", figures.countries,
                 "supplier country; the member's own for demand_growth");
  group.add_axis("cause", {std::begin(cause_names), std::end(cause_names)},
                 "why the supplier's reference delivery was lost");
  group.attributes().set_attribute("paths", figures.n_paths);
  const std::vector<std::string> axes{"member", "mineral", "country", "cause"};
  group.add("expected", axes, figures.expected, "1",
            "part of mean shortfall, unmet need over reference demand of the horizon");
  group.add("tail", axes, figures.tail, "1",
            "part of the mean shortfall of paths with a shortfall above VaR 95");
  group.add("tail_paths", {"member", "mineral"}, figures.tail_paths, "1",
            "paths with a shortfall above VaR 95 among those attributed");
}

}  // namespace blocrisk
