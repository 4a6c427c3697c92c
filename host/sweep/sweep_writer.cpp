#include "host/sweep/sweep_writer.hpp"

#include <algorithm>

#include "host/io/path_ranges.hpp"
#include "host/io/result_sections.hpp"
#include "host/scenario/canonical.hpp"
#include "host/support/sha256.hpp"
#include "host/sweep/coordinates.hpp"
#include "host/sweep/indices_section.hpp"

namespace blocrisk {
namespace {

/// Every member's values of a column, one member after the other.
std::vector<std::byte> stacked(const SweepContent& content, const RowColumn& column,
                               const Row& blank) {
  std::vector<std::byte> values(content.numbers.size() * column.bytes());
  for (std::size_t k = 0; k < content.numbers.size(); ++k) {
    const auto into = std::span(values).subspan(k * column.bytes(), column.bytes());
    if (content.journal.facts(content.numbers[k]).failed()) {
      std::copy_n(blank.begin() + static_cast<std::ptrdiff_t>(column.offset), column.bytes(),
                  into.begin());
    } else {
      content.journal.read_figures(content.numbers[k], column.offset, into);
    }
  }
  return values;
}

void write_columns(NetcdfGroup& group, const std::string& name, const SweepContent& content) {
  const Row blank = blank_row(content.layout);
  for (const RowColumn& column : content.layout.columns) {
    if (column.group != name) continue;
    const std::vector<std::byte> values = stacked(content, column, blank);
    std::vector<std::string> axes{"scenario"};
    axes.insert(axes.end(), column.axes.begin(), column.axes.end());
    add_figure(group,
               {{column.name, axes, column.type, values.data(), column.units, column.long_name},
                content.numbers.size() * column.count,
                column.measure,
                column.figure});
  }
}

void write_attributes(h5::Object& root, const SweepContent& content) {
  const SweepOrigin& origin = content.origin;
  const Sweep& sweep = content.members.sweep();
  const Scenario& base = content.members.base();
  const std::string text = canonical_text(base);
  root.set_attribute("Conventions", "CF-1.8");
  root.set_attribute("title", "Supply risk of critical minerals, a sweep: " + sweep.name);
  root.set_attribute("schema", sweep_schema);
  root.set_attribute("schema_version", sweep_schema_version);
  root.set_attribute("engine_version", origin.engine_version);
  root.set_attribute("commit", origin.commit);
  root.set_attribute("seed", base.sampling.seed);
  root.set_attribute("paths_per_member", origin.range.count());
  root.set_attribute("path_ranges", path_ranges_text({origin.range}));
  write_clock(root, content.facts);
  write_id_lists(root, content.facts);
  root.set_attribute("sweep_name", sweep.name);
  root.set_attribute("sweep", sweep.text);
  root.set_attribute("sweep_sha256", origin.sweep_sha256);
  root.set_attribute("design", name_of(sweep.design.kind));
  root.set_attribute("members_in_design", content.members.count());
  if (is_sampled(sweep.design.kind)) {
    root.set_attribute("design_points", sweep.design.points);
    root.set_attribute("design_seed", sweep.design.seed);
  }
  std::string axes;
  for (const Axis& axis : sweep.axes) axes += (axes.empty() ? "" : ",") + axis.name;
  root.set_attribute("axes", axes);
  root.set_attribute("base_name", base.name);
  root.set_attribute("base_scenario", text);
  root.set_attribute("base_scenario_sha256", sha256(text));
  if (origin.volatile_facts) write_volatile(root, *origin.volatile_facts);
}

/// What became of each member.
void write_members(NetcdfGroup& root, const SweepContent& content) {
  std::vector<std::int8_t> status;
  std::vector<std::string> messages, changes, scenarios, networks, digests;
  for (const std::uint64_t number : content.numbers) {
    const MemberRow& row = content.journal.facts(number);
    status.push_back(row.failed() ? 1 : 0);
    messages.push_back(row.message);
    changes.push_back(content.members.changes(number));
    scenarios.push_back(row.scenario_sha256);
    networks.push_back(row.network_hash);
    digests.push_back(row.digest);
  }
  const std::string axis = "scenario";
  root.add_coordinate("status", axis, h5::Type::i8, status.data(), "1", "what became of the member")
      .set_attribute("flag_meanings", "done failed");
  root.add_texts("message", axis, messages, "why it failed");
  root.add_texts("changes", axis, changes, "what it changes, as --set has it, a line each");
  root.add_texts("scenario_sha256", axis, scenarios, "of its canonical scenario");
  root.add_texts("network_hash", axis, networks, "of everything a path reads");
  root.add_texts("digest", axis, digests, "of all its paths, as `run --json` says it");
}

bool has_group(const RowLayout& layout, const std::string& name) {
  return std::any_of(layout.columns.begin(), layout.columns.end(),
                     [&](const RowColumn& column) { return column.group == name; });
}

void write_sections(const h5::File& file, const SweepContent& content) {
  const std::vector<AxisCoordinate> coordinates =
      axis_coordinates(content.members, content.numbers);
  std::vector<std::string> names;
  for (const std::uint64_t number : content.numbers) names.push_back(content.members.name(number));
  NetcdfGroup root(file);
  write_attributes(root.attributes(), content);
  add_scenario_axis(root, content.numbers, names, coordinates);
  write_members(root, content);
  add_figure_axes(root, content.facts);
  write_columns(root, "", content);
  if (has_group(content.layout, "timeline")) {
    NetcdfGroup group = root.add_group("timeline");
    add_scenario_axis(group, content.numbers, names, coordinates);
    add_timeline_axes(group, content.facts);
    write_columns(group, "timeline", content);
  }
  if (has_group(content.layout, "differences") && content.reference) {
    NetcdfGroup group = root.add_group("differences");
    group.attributes().set_attribute("reference", static_cast<std::int64_t>(*content.reference));
    group.attributes().set_attribute("reference_name", content.members.name(*content.reference));
    group.attributes().set_attribute("paths", content.origin.difference_paths);
    add_scenario_axis(group, content.numbers, names, coordinates);
    add_member_axis(group, content.facts);
    add_mineral_axis(group, content.facts);
    write_columns(group, "differences", content);
  }
  write_indices(root, content);
}

}  // namespace

std::string sweep_hash(const SweepMembers& members, PathRange range,
                       const std::string& engine_version) {
  std::string text = members.sweep().text;
  const auto add = [&text](const std::string& part) { text += '\0' + part; };
  add(canonical_text(members.base()));
  for (const Axis& axis : members.sweep().axes) {
    for (const Value& value : axis.values) {
      if (const std::string* table = value.as<std::string>()) add(*table);
    }
  }
  add(path_ranges_text({range}));
  add(engine_version);
  return sha256(text);
}

void write_sweep(const std::filesystem::path& path, const SweepContent& content,
                 Overwrite overwrite) {
  const h5::File file = h5::File::create_in_memory(path.string());
  write_sections(file, content);
  file.save(path, overwrite);
}

}  // namespace blocrisk
