#include "host/sweep/parse_sweep.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "host/scenario/nearest.hpp"
#include "host/scenario/parse_toml.hpp"
#include "host/scenario/text_file.hpp"
#include "host/support/error.hpp"
#include "host/sweep/keep.hpp"
#include "host/sweep/parse_axis.hpp"
#include "host/sweep/section_reader.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t most_paths = 1'000'000'000'000;
constexpr std::uint64_t most_difference_paths = 10'000'000;
constexpr std::uint64_t max_toml_integer = std::numeric_limits<std::int64_t>::max();

/// The section as a reader; empty where there is none.
SectionReader section_of(SectionReader& root, const std::string& name, Complaints& complaints) {
  const SourceLine source = root.source_of(name);
  const std::optional<Value> value = root.take(name);
  const ValueMap* keys = value ? value->as<ValueMap>() : nullptr;
  if (value && keys == nullptr)
    complaints.add(source, name, describe(*value), "must be a section, [" + name + "]");
  return {keys == nullptr ? ValueMap{} : *keys, name, name + ".", source, complaints};
}

void parse_design(SectionReader reader, Sweep& sweep) {
  const std::string kind = reader.text("kind").value_or("grid");
  const auto known = design_of(kind);
  if (known) sweep.design.kind = *known;
  if (!known) reader.complain("kind", kind, "no such design" + nearest_hint(kind, design_names()));
  const DesignKind design = sweep.design.kind;
  const auto only_for = [&](const char* key, bool fits, const std::string& which) {
    if (known && !fits && reader.has(key)) reader.complain(key, "", "is for " + which);
  };
  only_for("points", is_sampled(design), "sampled designs; a grid or list has its values");
  only_for("seed", is_sampled(design), "sampled designs; grids and lists draw nothing");
  only_for("names", design == DesignKind::list, "lists; other designs name members themselves");
  if (is_sampled(design)) reader.require("points");
  sweep.design.points = reader.count("points", 2, max_sweep_members).value_or(0);
  if (is_sequence(design) && (sweep.design.points & (sweep.design.points - 1)) != 0) {
    reader.complain("points", std::to_string(sweep.design.points),
                    "must be a power of two, or the sequence loses its balance");
  }
  sweep.design.seed = reader.count("seed", 0, max_toml_integer).value_or(1);
  sweep.member_names = reader.texts("names");
  reader.finish();
}

void parse_axes(SectionReader& root, const std::filesystem::path& directory, Sweep& sweep,
                Complaints& complaints) {
  const std::optional<Value> value = root.take("axis");
  const ValueList* list = value ? value->as<ValueList>() : nullptr;
  if (list == nullptr || list->empty())
    return root.complain("axis", "", "missing; a sweep has at least one [[axis]]");
  if (list->size() > max_sweep_axes)
    return root.complain("axis", std::to_string(list->size()) + " axes", "at most 64");
  std::set<std::string> names;
  for (const Value& entry : *list) {
    const ValueMap* keys = entry.as<ValueMap>();
    if (keys == nullptr) {
      root.complain("axis", describe(entry), "must be a section, [[axis]]");
      continue;
    }
    Axis axis = parse_axis(*keys, entry.source, sweep.design.kind, directory, complaints);
    if (!axis.name.empty() && !names.insert(axis.name).second)
      complaints.add(axis.source, "axis.name", axis.name, "comes twice");
    sweep.axes.push_back(std::move(axis));
  }
}

void check_design(Sweep& sweep, SourceLine source, Complaints& complaints) {
  if (sweep.axes.empty()) return;
  if (sweep.design.kind == DesignKind::list) {
    for (const Axis& axis : sweep.axes) {
      const std::size_t wanted = sweep.axes.front().n_values();
      if (axis.n_values() == wanted || axis.values.empty()) continue;
      complaints.add(axis.source, "axis." + axis.name, std::to_string(axis.n_values()) + " values",
                     "in a list every axis has as many: \"" + sweep.axes.front().name + "\" has " +
                         std::to_string(wanted));
    }
    const std::set<std::string> distinct(sweep.member_names.begin(), sweep.member_names.end());
    const bool fits = sweep.member_names.size() == sweep.axes.front().n_values();
    if (!sweep.member_names.empty() && (!fits || distinct.size() != sweep.member_names.size())) {
      complaints.add(source, "design.names", std::to_string(distinct.size()) + " names",
                     "must be as many as the members, " +
                         std::to_string(sweep.axes.front().n_values()) + ", all different");
    }
  }
  const std::uint64_t n = count_members(sweep.design, sweep.design_axes());
  if (n > max_sweep_members) {
    complaints.add(source, "design", std::to_string(n) + " members",
                   "at most " + std::to_string(max_sweep_members));
  }
}

void parse_differences(SectionReader reader, Sweep& sweep) {
  sweep.difference_paths =
      reader.count("paths", 1, most_difference_paths).value_or(default_difference_paths);
  sweep.reference_source = reader.source_of("reference");
  const std::optional<Value> value = reader.take("reference");
  if (value) {
    if (const std::int64_t* number = value->as<std::int64_t>()) {
      sweep.reference = *number;
    } else if (const std::string* name = value->as<std::string>()) {
      sweep.reference = *name;
    } else if (const ValueMap* values = value->as<ValueMap>()) {
      sweep.reference = *values;
    } else {
      reader.complain("reference", describe(*value),
                      "must be a member's number, its name, or {axis = value, ...}");
    }
  }
  reader.finish();
}

void parse_keep(SectionReader reader, Sweep& sweep) {
  const auto names = [&](const char* key, const std::vector<std::string>& known) {
    std::vector<std::string> asked = reader.texts(key);
    for (const std::string& name : asked) {
      if (std::find(known.begin(), known.end(), name) == known.end())
        reader.complain(key, name, "no such name" + nearest_hint(name, known));
    }
    return asked;
  };
  sweep.keep_measures = names("measures", known_measures());
  sweep.keep_figures = names("figures", known_figures());
  sweep.keep_timelines = reader.flag("timelines").value_or(false);
  reader.finish();
}

}  // namespace

void parse_sweep(const std::filesystem::path& path, Sweep& sweep, Complaints& complaints) {
  const TextFile file = read_text_file(path, max_toml_bytes);
  if (file.absent) throw EnvironmentError(path.string() + ": " + file.problem);
  const int index = complaints.add_file(path.string());
  if (!file.problem.empty()) return complaints.add({index, file.line}, {}, {}, file.problem);
  sweep.text = file.text;
  ValueMap keys = parse_toml(file.text, index, complaints);
  if (keys.empty() && !complaints.empty()) return;
  if (!keys.contains("axis") && !keys.contains("base") &&
      (keys.contains("network") || keys.contains("extends"))) {
    throw UsageError(path.string() +
                     " is a scenario, which `blocrisk run` runs; a sweep names a "
                     "base and [[axis]] over its inputs");
  }

  SectionReader root(std::move(keys), "", "", {index, 0}, complaints);
  root.require("name");
  root.require("base");
  sweep.name = root.text("name").value_or("");
  if (const auto base = root.text("base")) sweep.base = path.parent_path() / *base;
  sweep.paths = root.count("paths", 1, most_paths);
  sweep.seed = root.count("seed", 0, max_toml_integer);
  const SourceLine design_source = root.source_of("design");
  parse_design(section_of(root, "design", complaints), sweep);
  parse_axes(root, path.parent_path(), sweep, complaints);
  check_design(sweep, design_source, complaints);
  parse_differences(section_of(root, "differences", complaints), sweep);
  parse_keep(section_of(root, "keep", complaints), sweep);
  root.finish({"design", "axis", "differences", "keep"});
}

bool is_sweep_file(const std::filesystem::path& path) {
  const TextFile file = read_text_file(path, max_toml_bytes);
  if (!file.problem.empty()) return false;
  std::vector<std::string> files;
  Complaints ignored(files);
  const ValueMap keys = parse_toml(file.text, ignored.add_file(path.string()), ignored);
  return keys.contains("axis") || keys.contains("design");
}

}  // namespace blocrisk
