#include "host/replay/story_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/analysis/columns.hpp"
#include "host/replay/account.hpp"
#include "host/replay/phrases.hpp"
#include "host/scenario/csv.hpp"
#include "host/scenario/number_text.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

using Q = StoryQuantity;

constexpr std::size_t most_suppliers = 3;

std::string percent(double fraction) { return fixed(100.0 * fraction, 1); }
std::string tonnes(double t) { return fixed(t, std::fabs(t) < 100.0 ? 1 : 0); }

bool has_demand(const Story& story, int member, int mineral) {
  return !std::isnan(story.at(Q::shortfall, {member, mineral, 0}));
}

/// What the cell gets from a supplier country in a step; 0 where there is no such supplier.
double delivered(const Story& story, int member, int mineral, int stage, int country, int step) {
  const float t = story.at(Q::delivery, {member, mineral, stage, country, step});
  return std::isnan(t) ? 0.0 : t;
}

/// Position of a mineral's last stage: the last that has a node.
int last_stage_of(const Story& story, int mineral) {
  for (int s = static_cast<int>(story.stages.size()) - 1; s >= 0; --s) {
    for (int c = 0; c < static_cast<int>(story.countries.size()); ++c) {
      if (!std::isnan(story.at(Q::full_capacity, {mineral, s, c, 0}))) return s;
    }
  }
  return 0;
}

/// The countries that deliver most to a cell, most first.
std::vector<int> main_suppliers(const Story& story, int member, int mineral, int stage) {
  std::vector<std::pair<double, int>> totals;
  for (int c = 0; c < static_cast<int>(story.countries.size()); ++c) {
    double sum = 0.0;
    for (int step = 0; step < story.n_steps(); ++step)
      sum += delivered(story, member, mineral, stage, c, step);
    if (sum > 0.0) totals.push_back({-sum, c});
  }
  std::sort(totals.begin(), totals.end());
  std::vector<int> countries;
  for (const auto& [sum, c] : totals) {
    if (countries.size() < most_suppliers) countries.push_back(c);
  }
  return countries;
}

/// Steps in which the cell draws on stocks, goes short, or its market is restricted.
bool is_eventful(const Story& story, int member, int mineral, int step) {
  const float restricted = story.at(Q::restricted_fraction, {mineral, step});
  const float before = step > 0 ? story.at(Q::restricted_fraction, {mineral, step - 1}) : 0.0f;
  return step == 0 || std::fabs(restricted - before) > 0.01f ||
         story.at(Q::unmet, {member, mineral, step}) > 0.0f ||
         story.at(Q::drawn, {member, mineral, step}) > 0.0f;
}

/// A cell's row of the step table.
class StepTable {
 public:
  StepTable(const Story& story, int member, int mineral)
      : story_(story),
        member_(member),
        mineral_(mineral),
        stage_(last_stage_of(story, mineral)),
        suppliers_(main_suppliers(story, member, mineral, stage_)) {}

  std::string run() {
    std::string text = heading();
    bool dots = false;
    for (int step = 0; step < story_.n_steps(); ++step) {
      if (is_eventful(story_, member_, mineral_, step)) {
        text += row(step);
        dots = false;
      } else if (!dots) {
        text += "  ...\n";
        dots = true;
      }
    }
    return text;
  }

 private:
  static constexpr std::size_t width = 9;

  std::string heading() const {
    std::string text = story_.minerals[static_cast<std::size_t>(mineral_)] + ", " +
                       story_.members[static_cast<std::size_t>(member_)] +
                       ", step by step; tonnes, deliveries by supplier\n";
    text += right("month", 7) + right("begins", 12) + right("price", 7) + right("restr %", 8) +
            right("need", width);
    for (const int c : suppliers_)
      text += right(story_.countries[static_cast<std::size_t>(c)], width);
    return text + right("others", width) + right("stocks", width) + right("unmet", width) +
           right("short %", 8) + right("cover d", 8) + "\n";
  }

  float cell(Q quantity, int step) const { return story_.at(quantity, {member_, mineral_, step}); }

  std::string row(int step) const {
    std::string text = right(month_text(story_.facts, step), 7) +
                       right(date_text(story_.facts, step), 12) +
                       right(fixed(story_.at(Q::price_ratio, {mineral_, step}), 2), 7) +
                       right(percent(story_.at(Q::restricted_fraction, {mineral_, step})), 8) +
                       right(tonnes(cell(Q::need, step)), width);
    double others = 0.0;
    for (int c = 0; c < static_cast<int>(story_.countries.size()); ++c)
      others += delivered(story_, member_, mineral_, stage_, c, step);
    for (const int c : suppliers_) {
      const double t = delivered(story_, member_, mineral_, stage_, c, step);
      others -= t;
      text += right(tonnes(t), width);
    }
    const double rest = others < 1e-6 * cell(Q::need, step) ? 0.0 : others;
    return text + right(tonnes(rest), width) + right(tonnes(cell(Q::drawn, step)), width) +
           right(tonnes(cell(Q::unmet, step)), width) +
           right(percent(cell(Q::shortfall, step)), 8) +
           right(fixed(cell(Q::days_of_cover, step), 0), 8) + "\n";
  }

  const Story& story_;
  int member_, mineral_, stage_;
  std::vector<int> suppliers_;
};

/// Where along its axes a series lies; empty where it has no such axis.
struct SeriesPlace {
  std::string member, mineral, stage, country, cause;
};

const std::string& label(const Story& story, const std::string& axis, int at) {
  static const std::vector<std::string> causes(cause_names.begin(), cause_names.end());
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

std::string measures_text(const Story& story) {
  struct Cell {
    int member, mineral;
    float shortfall;
  };
  std::vector<Cell> cells;
  const auto measure = [&](Measure which, const Cell& cell) -> double {
    return story.measures.of(which, story.shown.members[static_cast<std::size_t>(cell.member)],
                             story.shown.minerals[static_cast<std::size_t>(cell.mineral)]);
  };
  for (int a = 0; a < static_cast<int>(story.members.size()); ++a) {
    for (int b = 0; b < static_cast<int>(story.minerals.size()); ++b) {
      if (!has_demand(story, a, b)) continue;
      cells.push_back({a, b, 0.0f});
      cells.back().shortfall = static_cast<float>(measure(Measure::shortfall, cells.back()));
    }
  }
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Cell& a, const Cell& b) { return a.shortfall > b.shortfall; });
  std::vector<std::string> names;
  std::vector<Column> columns{{"member", {}},           {"shortfall %", {}}, {"peak %", {}},
                              {"months short", {}},     {"first short", {}}, {"drawn %", {}},
                              {"loss, million USD", {}}};
  for (const Cell& cell : cells) {
    names.push_back(story.minerals[static_cast<std::size_t>(cell.mineral)]);
    const auto add = [&](std::size_t k, std::string text) {
      columns[k].cells.push_back(std::move(text));
    };
    const bool is_short = measure(Measure::months_short, cell) > 0.0;
    add(0, story.members[static_cast<std::size_t>(cell.member)]);
    add(1, fixed(100.0 * measure(Measure::shortfall, cell), 2));
    add(2, fixed(100.0 * measure(Measure::peak, cell), 2));
    add(3, fixed(measure(Measure::months_short, cell), 1));
    add(4, is_short ? fixed(measure(Measure::first_short, cell), 1) : "never");
    add(5, fixed(100.0 * measure(Measure::drawn, cell), 2));
    add(6, fixed(measure(Measure::loss, cell) / 1e6, 2));
  }
  return columns_text("mineral", names, columns);
}

std::string steps_text(const Story& story, int member, int mineral) {
  return StepTable(story, member, mineral).run();
}

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
