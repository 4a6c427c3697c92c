#include <algorithm>
#include <map>

#include "host/analysis/facts.hpp"
#include "host/io/result_sections.hpp"
#include "host/io/state_arrays.hpp"
#include "kernels/stats/histogram.hpp"

namespace blocrisk {
namespace {

using Names = std::vector<std::string>;

void add_axes(NetcdfGroup& group, const ResultFacts& facts) {
  add_member_axis(group, facts);
  add_mineral_axis(group, facts);
  add_time_axis(group, facts);
  if (!facts.thresholds.empty()) {
    group.add_axis("threshold", facts.thresholds, "1", "threshold to exceed");
  }
  group.add_axis("moment", Names{"sum", "squares"}, "which sum");
  group.add_axis("word", Names{"low", "high"}, "64-bit word of a 128-bit sum");
}

/// The subgroups, each with its bins.
std::map<std::string, NetcdfGroup> add_groups(NetcdfGroup& group) {
  std::map<std::string, NetcdfGroup> groups;
  for (const StateGroup& part : state_groups) {
    NetcdfGroup added = group.add_group(part.name);
    std::vector<double> edges;
    for (int bin = 0; bin < part.range.n_bins(); ++bin)
      edges.push_back(bin_lower_edge(bin, part.range));
    added.add_axis("bin", edges, part.units, "lower edge of the bin; bin 0 holds exact zeros");
    groups.emplace(part.name, std::move(added));
  }
  return groups;
}

void write_scale(NetcdfGroup& group, const MeasureInfo& info, const Names& axes,
                 const std::vector<double>& scales, int index, int count) {
  const double* values = scales.data() + static_cast<std::ptrdiff_t>(index) * count;
  group.add({scale_name(info), axes, h5::Type::f64, values, "1",
             std::string("units of the sums per unit of: ") + info.long_name},
            static_cast<std::size_t>(count));
}

void write_scales(std::map<std::string, NetcdfGroup>& groups, const ResultContent& content) {
  const ResultFacts& facts = content.facts;
  const AccumulatorShape& shape = content.accumulators.shape;
  for (int k = 0; k < n_measures; ++k) {
    const MeasureInfo& info = measure_table[k];
    write_scale(groups.at(group_of(info.kind)), info, {"member", "mineral"}, facts.measure_scale, k,
                shape.n_cells());
  }
  for (int k = 0; k < n_member_measures; ++k) {
    const MeasureInfo& info = member_measure_table[k];
    write_scale(groups.at(group_of(info.kind)), info, {"member"}, facts.member_measure_scale, k,
                shape.n_members);
  }
  const auto set = [&groups](const char* name, float scale) {
    groups.at(name).attributes().set_attribute("scale", static_cast<double>(scale));
  };
  set("shortfall_timeline", timeline_shortfall_scale);
  set("days_of_cover_timeline", timeline_cover_scale);
  set("price_ratio_timeline", timeline_price_scale);
}

void write_digests(NetcdfGroup& group, const Accumulators& state) {
  if (state.block_digest.empty()) return;
  std::vector<std::uint64_t> blocks, digests;
  for (const auto& [block, digest] : state.block_digest) {
    blocks.push_back(block);
    digests.push_back(digest);
  }
  group.add_axis("block", blocks, "1", "block of 65,536 path numbers");
  group.add("block_digest", {"block"}, digests, "1",
            "sum of the digests of the block's paths, modulo 2^64");
}

}  // namespace

void write_accumulators(NetcdfGroup& root, const ResultContent& content) {
  NetcdfGroup group = root.add_group("accumulators");
  add_axes(group, content.facts);
  write_digests(group, content.accumulators);
  auto groups = add_groups(group);
  for (const auto& array : state_arrays(content.accumulators)) {
    NetcdfGroup& target = array.group.empty() ? group : groups.at(array.group);
    target.add({array.name, array.axes, h5::Type::u64, array.data, "1", array.long_name},
               array.count);
  }
  write_scales(groups, content);
}

}  // namespace blocrisk
