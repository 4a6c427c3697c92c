#include <numeric>

#include "host/io/result_sections.hpp"

namespace blocrisk {

void write_samples(NetcdfGroup& root, const ResultContent& content) {
  const Samples& samples = content.samples;
  if (samples.n_paths == 0) return;
  NetcdfGroup group = root.add_group("samples");
  std::vector<std::int64_t> paths(samples.n_paths),
      years(static_cast<std::size_t>(samples.n_years));
  std::iota(paths.begin(), paths.end(), static_cast<std::int64_t>(samples.first_path));
  std::iota(years.begin(), years.end(), std::int64_t{0});
  group.add_axis("path", paths, "1", "path number");
  add_member_axis(group, content.facts);
  add_mineral_axis(group, content.facts);
  if (!years.empty())
    group.add_axis("year", years, "1", "whole year of the horizon, the first is 0");

  for (std::size_t k = 0; k < samples.measure.size(); ++k) {
    const MeasureInfo& info = measure_table[k];
    group.add(info.name, {"path", "member", "mineral"}, samples.measure[k], unit_of(info.kind),
              info.long_name);
  }
  for (std::size_t k = 0; k < samples.member_measure.size(); ++k) {
    const MeasureInfo& info = member_measure_table[k];
    const bool annual = k == static_cast<std::size_t>(MemberMeasure::annual_loss);
    if (annual && years.empty()) continue;
    std::vector<std::string> axes{"path", "member"};
    if (annual) axes.emplace_back("year");
    group.add(info.name, axes, samples.member_measure[k], unit_of(info.kind), info.long_name);
  }
}

}  // namespace blocrisk
