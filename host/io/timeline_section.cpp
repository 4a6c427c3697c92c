#include "host/analysis/levels.hpp"
#include "host/io/result_sections.hpp"

namespace blocrisk {
namespace {

using Names = std::vector<std::string>;

void write_quantity(NetcdfGroup& group, const std::string& name, Names axes,
                    const TimelineSummary& timeline, const std::string& units,
                    const std::string& meaning) {
  group.add(name + "_mean", axes, timeline.mean, units, "mean of " + meaning);
  if (timeline.quantile.empty()) return;
  axes.emplace_back("quantile");
  group.add(name + "_quantile", axes, timeline.quantile, units, "quantiles of " + meaning);
}

}  // namespace

void write_timeline(NetcdfGroup& root, const ResultContent& content) {
  NetcdfGroup group = root.add_group("timeline");
  add_member_axis(group, content.facts);
  add_mineral_axis(group, content.facts);
  add_time_axis(group, content.facts);
  std::vector<double> levels;
  for (const Level& level : timeline_levels) levels.push_back(level.value());
  group.add_axis("quantile", levels, "1", "share of the paths at or below");

  const Summary& summary = content.summary;
  write_quantity(group, "shortfall", {"member", "mineral", "time"}, summary.shortfall, "1",
                 "unmet need over reference demand of the step");
  write_quantity(group, "days_of_cover", {"member", "mineral", "time"}, summary.cover, "day",
                 "stocks at the end of the step over daily reference demand");
  write_quantity(group, "price_ratio", {"mineral", "time"}, summary.price, "1",
                 "world price over base price");
  write_quantity(group, "restricted_fraction", {"mineral", "time"}, summary.restricted, "1",
                 "restricted share of base output, averaged over stages");
}

}  // namespace blocrisk
