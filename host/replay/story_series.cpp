#include <algorithm>
#include <cmath>

#include "host/replay/account.hpp"
#include "host/replay/phrases.hpp"
#include "host/replay/story_table.hpp"
#include "host/scenario/csv.hpp"
#include "host/scenario/number_text.hpp"
#include "host/support/json.hpp"
#include "kernels/model/causes.hpp"

namespace blocrisk {
namespace {

/// Where along its axes a series lies; empty where it has no such axis.
struct SeriesPlace {
  std::string member, mineral, stage, country, cause;
};

const std::string& label(const Story& story, const std::string& axis, int at) {
  static const std::vector<std::string> causes(std::begin(cause_names), std::end(cause_names));
  const auto k = static_cast<std::size_t>(at);
  if (axis == "member") return story.members[k];
  if (axis == "mineral") return story.minerals[k];
  if (axis == "stage") return story.stages[k];
  if (axis == "country") return story.countries[k];
  return causes[k];
}

SeriesPlace place_of(const Story& story, StoryAxes axes, std::size_t series) {
  const std::vector<std::string> names = axis_names(axes);
  const std::vector<int> extents = story.shape(axes);
  SeriesPlace place;
  for (std::size_t k = names.size() - 1; k-- > 0;) {
    const auto extent = static_cast<std::size_t>(extents[k]);
    const std::string& text = label(story, names[k], static_cast<int>(series % extent));
    series /= extent;
    (names[k] == "member"    ? place.member
     : names[k] == "mineral" ? place.mineral
     : names[k] == "stage"   ? place.stage
     : names[k] == "country" ? place.country
                             : place.cause) = text;
  }
  return place;
}

/// Deliveries and causes of nothing say nothing; most pairs have none.
bool is_kept(StoryAxes axes, float value) {
  const bool sparse = axes == StoryAxes::delivery || axes == StoryAxes::cause;
  return !std::isnan(value) && !(sparse && value == 0.0f);
}

/// Calls f(info, place, values of all steps) for every series with something in it.
template <class Fn>
void each_series(const Story& story, Fn f) {
  const auto n_steps = static_cast<std::size_t>(story.n_steps());
  for (std::size_t k = 0; k < story_table.size(); ++k) {
    const StoryQuantityInfo& info = story_table[k];
    for (std::size_t first = 0; first < story.values[k].size(); first += n_steps) {
      const float* const values = &story.values[k][first];
      const auto kept = [&](float value) { return is_kept(info.axes, value); };
      if (std::any_of(values, values + n_steps, kept))
        f(info, place_of(story, info.axes, first / n_steps), values);
    }
  }
}

void add_names(JsonWriter& json, const SeriesPlace& place) {
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) json.member(name, text);
  };
  add("member", place.member);
  add("mineral", place.mineral);
  add("stage", place.stage);
  add("country", place.country);
  add("cause", place.cause);
}

void add_clock(JsonWriter& json, const Story& story) {
  json.key("steps").begin_array();
  for (int step = 0; step < story.n_steps(); ++step) {
    json.begin_object()
        .member("month", 12.0 * step / story.facts.steps_per_year)
        .member("begins", step_date(story.facts, step))
        .end_object();
  }
  json.end_array();
}

void add_measures(JsonWriter& json, const Story& story) {
  json.key("measures").begin_array();
  for (std::size_t a = 0; a < story.members.size(); ++a) {
    for (std::size_t b = 0; b < story.minerals.size(); ++b) {
      json.begin_object().member("member", story.members[a]).member("mineral", story.minerals[b]);
      for (int k = 0; k < n_measures; ++k)
        json.member(measure_table[k].name,
                    static_cast<double>(story.measures.of(
                        static_cast<Measure>(k), story.shown.members[a], story.shown.minerals[b])));
      json.end_object();
    }
  }
  for (std::size_t a = 0; a < story.members.size(); ++a) {
    json.begin_object().member("member", story.members[a]);
    for (int k = 0; k < static_cast<int>(MemberMeasure::annual_loss); ++k)
      json.member(member_measure_table[k].name,
                  static_cast<double>(
                      story.measures.of(static_cast<MemberMeasure>(k), story.shown.members[a])));
    json.key("member_annual_loss").begin_array();
    for (int year = 0; year < story.facts.n_years; ++year)
      json.value(static_cast<double>(
          story.measures.of(MemberMeasure::annual_loss, story.shown.members[a], year)));
    json.end_array().end_object();
  }
  json.end_array();
}

void add_account(JsonWriter& json, const Story& story, const Scenario& scenario) {
  json.key("account").begin_array();
  for (const AccountEntry& entry : account_of(story, scenario)) {
    json.begin_object()
        .member("month", 12.0 * entry.step / story.facts.steps_per_year)
        .member("date", step_date(story.facts, entry.step));
    if (entry.mineral >= 0)
      json.member("mineral", story.minerals[static_cast<std::size_t>(entry.mineral)]);
    if (entry.member >= 0)
      json.member("member", story.members[static_cast<std::size_t>(entry.member)]);
    json.member("text", entry.text).end_object();
  }
  json.end_array();
}

void add_events(JsonWriter& json, const Story& story) {
  json.key("events").begin_array();
  for (const StoryEvent& event : story.events) {
    json.begin_object()
        .member("country", story.countries[static_cast<std::size_t>(event.country)])
        .member("step", event.step)
        .member("end_step", event.end_step)
        .member("instrument", story.instruments[static_cast<std::size_t>(event.instrument)])
        .member("target", story.target_groups[static_cast<std::size_t>(event.group)]);
    if (!event.scheduled.empty()) json.member("scheduled", event.scheduled);
    json.key("hits").begin_array();
    for (const StoryEvent::Hit& hit : event.hits) {
      json.begin_object()
          .member("mineral", story.minerals[static_cast<std::size_t>(hit.mineral)])
          .member("stage", story.stages[static_cast<std::size_t>(hit.stage)])
          .end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void add_series(JsonWriter& json, const Story& story) {
  const auto n_steps = static_cast<std::size_t>(story.n_steps());
  json.key("series").begin_array();
  each_series(story,
              [&](const StoryQuantityInfo& info, const SeriesPlace& place, const float* values) {
                json.begin_object().member("quantity", info.name).member("unit", info.units);
                add_names(json, place);
                json.key("values").begin_array();
                for (std::size_t step = 0; step < n_steps; ++step)
                  json.value(static_cast<double>(values[step]));
                json.end_array().end_object();
              });
  json.end_array();
}

}  // namespace

std::string story_json(const Story& story, const Scenario& scenario) {
  JsonWriter json;
  json.begin_object()
      .member("start_date", story.facts.start_date)
      .member("steps_per_year", story.facts.steps_per_year);
  add_clock(json, story);
  add_measures(json, story);
  add_account(json, story, scenario);
  add_events(json, story);
  add_series(json, story);
  return json.end_object().text();
}

std::string story_csv(const Story& story) {
  std::string text = "time,month,member,mineral,stage,country,cause,quantity,unit,value\n";
  each_series(
      story, [&](const StoryQuantityInfo& info, const SeriesPlace& place, const float* values) {
        const std::string where = csv_cell(place.member) + "," + csv_cell(place.mineral) + "," +
                                  csv_cell(place.stage) + "," + csv_cell(place.country) + "," +
                                  place.cause + "," + info.name + "," + info.units + ",";
        for (int step = 0; step < story.n_steps(); ++step) {
          if (!is_kept(info.axes, values[step])) continue;
          text += step_date(story.facts, step) + "," + month_text(story.facts, step) + "," + where +
                  number_text(static_cast<double>(values[step])) + "\n";
        }
      });
  return text;
}

}  // namespace blocrisk
