#include "host/replay/story_file.hpp"

#include <numeric>

#include "host/io/netcdf.hpp"
#include "host/io/result_sections.hpp"
#include "kernels/model/causes.hpp"

namespace blocrisk {
namespace {

using Names = std::vector<std::string>;

std::string joined(const Names& names, const char* separator) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : separator) + name;
  return text;
}

/// "CHN: calm, tense; COD: base": what the numbers of `regime` mean.
std::string regimes_text(const Scenario& scenario) {
  Names actors;
  for (const Actor& actor : scenario.actors)
    actors.push_back(actor.country + ": " + joined(actor.regimes, ", "));
  return joined(actors, "; ");
}

void write_attributes(h5::Object& root, const Story& story, const Scenario& scenario,
                      const RunOrigin& origin) {
  root.set_attribute("Conventions", "CF-1.8");
  root.set_attribute(
      "title", "Path " + std::to_string(story.measures.path()) + " of " + origin.scenario_name);
  root.set_attribute("schema", story_schema);
  root.set_attribute("schema_version", story_schema_version);
  root.set_attribute("engine_version", origin.engine_version);
  root.set_attribute("commit", origin.commit);
  root.set_attribute("scenario_name", origin.scenario_name);
  root.set_attribute("scenario_sha256", origin.scenario_sha256);
  root.set_attribute("network_hash", origin.network_hash);
  root.set_attribute("seed", origin.seed);
  root.set_attribute("path", story.measures.path());
  root.set_attribute("path_digest", story.measures.digest);
  root.set_attribute("start_date", story.facts.start_date);
  root.set_attribute("n_steps", std::int64_t{story.facts.n_steps});
  root.set_attribute("steps_per_year", std::int64_t{story.facts.steps_per_year});
  root.set_attribute("short_threshold", story.facts.short_threshold);
  root.set_attribute("regimes", regimes_text(scenario));
}

void write_axes(NetcdfGroup& root, const Story& story) {
  root.add_axis("member", story.members, "member of the bloc");
  root.add_axis("mineral", story.minerals, "mineral");
  root.add_axis("stage", story.stages, "stages of all minerals, first to last");
  root.add_axis("country", story.countries, "country: of a node, a supplier or an actor");
  root.add_axis("cause", Names(std::begin(cause_names), std::end(cause_names)),
                "why suppliers delivered less, in the order they are taken apart");
  add_time_axis(root, story.facts);
}

/// Events as columns; an axis of no length is none, so they are absent where nothing happened.
void write_events(NetcdfGroup& root, const Story& story) {
  if (!story.instruments.empty())
    root.add_axis("instrument", story.instruments, "kind of restriction");
  if (!story.target_groups.empty())
    root.add_axis("target_group", story.target_groups, "whom a restriction is aimed at");
  if (story.events.empty()) return;
  std::vector<std::int64_t> number(story.events.size());
  std::iota(number.begin(), number.end(), std::int64_t{0});
  root.add_axis("event", number, "1", "restriction events of the path, by step");
  const auto add = [&](const std::string& name, const std::string& long_name, auto value) {
    std::vector<std::int64_t> values;
    for (const StoryEvent& event : story.events) values.push_back(value(event));
    root.add(name, {"event"}, values, "1", long_name);
  };
  add("event_country", "who restricts, counted from 0 along the axis `country`",
      [](const StoryEvent& event) { return event.country; });
  add("event_step", "step of its start", [](const StoryEvent& event) { return event.step; });
  add("event_end_step", "first step no longer in force",
      [](const StoryEvent& event) { return event.end_step; });
  add("event_instrument", "counted from 0 along the axis `instrument`",
      [](const StoryEvent& event) { return event.instrument; });
  add("event_target", "counted from 0 along the axis `target_group`",
      [](const StoryEvent& event) { return event.group; });
  add("event_scheduled", "1 where the scenario lists it, 0 where it was drawn",
      [](const StoryEvent& event) { return event.scheduled.empty() ? 0 : 1; });
  std::vector<std::int8_t> hits(story.events.size() * story.minerals.size() * story.stages.size());
  for (std::size_t k = 0; k < story.events.size(); ++k) {
    for (const StoryEvent::Hit& hit : story.events[k].hits) {
      const std::size_t row = k * story.minerals.size() + static_cast<std::size_t>(hit.mineral);
      hits[row * story.stages.size() + static_cast<std::size_t>(hit.stage)] = 1;
    }
  }
  root.add("event_hits", {"event", "mineral", "stage"}, hits, "1",
           "1 where the country's node takes part, in force or underneath a harsher measure");
}

void write_quantities(NetcdfGroup& root, const Story& story) {
  for (std::size_t k = 0; k < story_table.size(); ++k) {
    const StoryQuantityInfo& info = story_table[k];
    root.add(info.name, axis_names(info.axes), story.values[k], info.units, info.long_name);
  }
  root.add("commercial_stock_opening", {"member", "mineral"}, story.commercial_opening, "t",
           "commercial stock before the first step");
  root.add("strategic_stock_opening", {"member", "mineral"}, story.strategic_opening, "t",
           "strategic stock before the first step");
  root.add("shared_stock_opening", {"mineral"}, story.shared_opening, "t",
           "shared stock before the first step");
}

/// Under /measures: what the path is remembered by, all members and minerals, as in a run's
/// samples.
void write_measures(NetcdfGroup& root, const Story& story) {
  NetcdfGroup group = root.add_group("measures");
  add_member_axis(group, story.facts);
  add_mineral_axis(group, story.facts);
  const Samples& values = story.measures.values;
  if (values.n_years > 0) {
    std::vector<std::int64_t> years(static_cast<std::size_t>(values.n_years));
    std::iota(years.begin(), years.end(), std::int64_t{0});
    group.add_axis("year", years, "1", "whole year of the horizon, the first is 0");
  }
  for (std::size_t k = 0; k < values.measure.size(); ++k) {
    const MeasureInfo& info = measure_table[k];
    group.add(info.name, {"member", "mineral"}, values.measure[k], unit_of(info.kind),
              info.long_name);
  }
  for (std::size_t k = 0; k < values.member_measure.size(); ++k) {
    const MeasureInfo& info = member_measure_table[k];
    const bool annual = k == static_cast<std::size_t>(MemberMeasure::annual_loss);
    if (annual && values.n_years == 0) continue;
    Names axes{"member"};
    if (annual) axes.emplace_back("year");
    group.add(info.name, axes, values.member_measure[k], unit_of(info.kind), info.long_name);
  }
}

}  // namespace

void write_story(const std::filesystem::path& path, const Story& story, const Scenario& scenario,
                 const RunOrigin& origin, Overwrite overwrite) {
  const h5::File file = h5::File::create_in_memory(path.string());
  NetcdfGroup root(file);
  write_attributes(root.attributes(), story, scenario, origin);
  write_axes(root, story);
  write_events(root, story);
  write_quantities(root, story);
  write_measures(root, story);
  file.save(path, overwrite);
}

}  // namespace blocrisk
