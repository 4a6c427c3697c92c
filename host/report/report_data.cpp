#include "host/report/report_data.hpp"

#include <algorithm>
#include <cstddef>

#include "host/analysis/cell_distribution.hpp"
#include "host/analysis/draw_figures.hpp"
#include "host/analysis/levels.hpp"
#include "host/analysis/tail.hpp"
#include "host/io/path_ranges.hpp"
#include "host/report/nested_arrays.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

/// Of the worst paths that a file lists, as many as a page shows.
constexpr std::size_t n_shown_paths = 10;

struct Extents {
  std::size_t members, minerals, stages, steps;
  explicit Extents(const ResultFacts& facts)
      : members(facts.members.size()),
        minerals(facts.minerals.size()),
        stages(facts.diagnostics.stages.size()),
        steps(static_cast<std::size_t>(facts.n_steps)) {}
};

void write_scenario(JsonWriter& json, const StoredResult& result) {
  const ResultFacts& facts = result.facts;
  json.key("scenario")
      .begin_object()
      .member("name", result.origin.scenario_name)
      .member("start_date", facts.start_date)
      .member("n_steps", facts.n_steps)
      .member("steps_per_year", facts.steps_per_year)
      .member("n_years", facts.n_years)
      .member("short_threshold", facts.short_threshold)
      .member("least_tail_samples", std::uint64_t{least_tail_samples})
      .key("largest_annual_loss_usd")
      .begin_array();
  for (std::size_t member = 0; member < facts.members.size(); ++member)
    json.value(largest_value(MemberMeasure::annual_loss, facts, static_cast<int>(member)));
  json.end_array().end_object();
}

template <typename Named>
void write_names(JsonWriter& json, const char* key, const std::vector<Named>& all) {
  json.key(key).begin_object();
  for (const Named& one : all) {
    if (!one.name.empty()) json.member(one.id, one.name);
  }
  json.end_object();
}

void write_names(JsonWriter& json, const std::optional<ScenarioFacts>& scenario) {
  const ScenarioFacts facts = scenario.value_or(ScenarioFacts{});
  json.key("names").begin_object();
  write_names(json, "country", facts.countries);
  write_names(json, "mineral", facts.minerals);
  json.end_object();
}

void write_texts(JsonWriter& json, const char* key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

template <std::size_t N>
void write_levels(JsonWriter& json, const char* key, const std::array<Level, N>& levels) {
  json.key(key).begin_array();
  for (const Level& level : levels) json.value(level.value());
  json.end_array();
}

void write_axes(JsonWriter& json, const ResultFacts& facts) {
  json.key("axes").begin_object();
  write_texts(json, "member", facts.members);
  write_texts(json, "mineral", facts.minerals);
  write_texts(json, "stage", facts.diagnostics.stages);
  write_levels(json, "level", tail_levels);
  write_levels(json, "timeline_quantile", timeline_levels);
  json.key("return_period").begin_array();
  for (const std::int64_t years : return_periods_yr) json.value(years);
  json.end_array();
  write_variable(json, "time", step_start_days(facts), {static_cast<std::size_t>(facts.n_steps)});
  json.end_object();
}

void write_tail(JsonWriter& json, const std::string& name, const MeasureSummary& measure,
                std::initializer_list<std::size_t> extents) {
  write_variable(json, name + "_cvar", measure.cvar, extents);
  write_variable(json, name + "_cvar_lo", measure.cvar_lo, extents);
  write_variable(json, name + "_cvar_hi", measure.cvar_hi, extents);
  write_variable(json, name + "_paths_needed", measure.paths_needed, extents);
  write_variable(json, name + "_thin", measure.thin, extents);
}

void write_mean(JsonWriter& json, const std::string& name, const MeasureSummary& measure,
                std::initializer_list<std::size_t> extents) {
  write_variable(json, name + "_mean", measure.mean, extents);
  write_variable(json, name + "_stderr", measure.std_error, extents);
}

void write_summary(JsonWriter& json, const Summary& summary, const Extents& n) {
  const MeasureSummary& shortfall = summary.of(Measure::shortfall);
  const MeasureSummary& loss = summary.of(MemberMeasure::loss);
  json.key("summary").begin_object();
  write_mean(json, "shortfall", shortfall, {n.members, n.minerals});
  write_tail(json, "shortfall", shortfall, {n.members, n.minerals, tail_levels.size()});
  write_mean(json, "months_short", summary.of(Measure::months_short), {n.members, n.minerals});
  const ProbabilitySummary& is_short = summary.short_probability;
  write_variable(json, "short_probability", is_short.value, {n.members, n.minerals});
  write_variable(json, "short_probability_lo", is_short.low, {n.members, n.minerals});
  write_variable(json, "short_probability_hi", is_short.high, {n.members, n.minerals});
  write_mean(json, "member_loss", loss, {n.members});
  write_tail(json, "member_loss", loss, {n.members, tail_levels.size()});
  const std::initializer_list<std::size_t> by_period = {n.members, return_periods_yr.size()};
  write_variable(json, "member_loss_return", summary.loss_return, by_period);
  write_variable(json, "member_loss_return_lo", summary.loss_return_lo, by_period);
  write_variable(json, "member_loss_return_hi", summary.loss_return_hi, by_period);
  write_variable(json, "member_loss_return_paths_needed", summary.loss_return_paths_needed,
                 by_period);
  write_variable(json, "member_loss_return_thin", summary.loss_return_thin, by_period);
  json.end_object();
}

void write_through_time(JsonWriter& json, const std::string& name, const TimelineSummary& line,
                        std::initializer_list<std::size_t> extents) {
  write_variable(json, name + "_mean", line.mean, extents, Digits::drawn);
  std::vector<std::size_t> with_quantile(extents);
  with_quantile.push_back(timeline_levels.size());
  write_nested(json.key(name + "_quantile"), std::span<const double>(line.quantile), with_quantile,
               Digits::drawn);
}

void write_timeline(JsonWriter& json, const Summary& summary, const Extents& n) {
  json.key("timeline").begin_object();
  write_through_time(json, "shortfall", summary.shortfall, {n.members, n.minerals, n.steps});
  write_through_time(json, "days_of_cover", summary.cover, {n.members, n.minerals, n.steps});
  write_through_time(json, "price_ratio", summary.price, {n.minerals, n.steps});
  json.end_object();
}

/// The worst of one cell or member.
/// `story`: of the first, or empty.
void write_worst_paths(JsonWriter& json, const WorstSummary& worst, std::size_t list,
                       const std::string& story) {
  json.begin_array();
  for (std::size_t rank = 0; rank < std::min<std::size_t>(n_shown_paths, n_worst_paths); ++rank) {
    const std::size_t at = list * n_worst_paths + rank;
    if (worst.path[at] < 0) break;
    json.begin_object().member("path", worst.path[at]).member("value", worst.value[at]);
    if (rank == 0 && !story.empty()) json.member("story", story);
    json.end_object();
  }
  json.end_array();
}

void write_worst_paths(JsonWriter& json, const ReportSource& source, const Extents& n) {
  const auto story = [&](std::vector<std::string> PathStories::*of, std::size_t list) {
    return source.stories ? ((*source.stories).*of)[list] : std::string();
  };
  json.key("worst_paths").begin_object().key("by_shortfall").begin_array();
  for (std::size_t member = 0; member < n.members; ++member) {
    json.begin_array();
    for (std::size_t mineral = 0; mineral < n.minerals; ++mineral) {
      const std::size_t cell = member * n.minerals + mineral;
      write_worst_paths(json, source.summary.worst, cell, story(&PathStories::by_shortfall, cell));
    }
    json.end_array();
  }
  json.end_array().key("by_loss").begin_array();
  for (std::size_t member = 0; member < n.members; ++member)
    write_worst_paths(json, source.summary.member_worst, member,
                      story(&PathStories::by_loss, member));
  json.end_array().end_object();
}

void write_diagnostics(JsonWriter& json, const Diagnostics& diagnostics, const Extents& n) {
  json.key("diagnostics").begin_object();
  write_variable(json, "n1_coverage", diagnostics.n1_coverage, {n.minerals});
  write_variable(json, "hhi", diagnostics.hhi, {n.minerals, n.stages});
  write_variable(json, "import_reliance", diagnostics.import_reliance, {n.members, n.minerals});
  write_variable(json, "calibration_scale", diagnostics.calibration_scale, {n.minerals, n.stages});
  json.end_object();
}

void write_attribution(JsonWriter& json, const std::optional<AttributionFigures>& attribution,
                       const Extents& n) {
  json.key("attribution");
  if (!attribution) {
    json.raw("null");
    return;
  }
  json.begin_object();
  write_texts(json, "country", attribution->countries);
  write_texts(json, "cause", {std::begin(cause_names), std::end(cause_names)});
  const std::initializer_list<std::size_t> extents = {n.members, n.minerals,
                                                      attribution->countries.size(), n_causes};
  json.member("paths", attribution->n_paths);
  write_variable(json, "expected", attribution->expected, extents, Digits::drawn);
  write_variable(json, "tail", attribution->tail, extents, Digits::drawn);
  json.end_object();
}

void write_adjustments(JsonWriter& json, const std::optional<ScenarioFacts>& scenario) {
  json.key("adjustments");
  if (!scenario) {
    json.raw("null");
    return;
  }
  json.begin_array();
  for (const Adjustment& adjustment : scenario->adjustments) {
    json.begin_object()
        .member("mineral", adjustment.mineral)
        .member("stage", adjustment.stage)
        .member("subject", adjustment.subject)
        .member("message", adjustment.message)
        .end_object();
  }
  json.end_array();
}

/// The 5 and 95 % quantiles of a measure's paths.
std::vector<double> quantiles(const MeasureSummary& measure, std::size_t level) {
  std::vector<double> values;
  for (std::size_t at = level; at < measure.quantile.size(); at += quantile_levels.size())
    values.push_back(measure.quantile[at]);
  return values;
}

/// The band of the mean by what the inputs may be, that of single paths, and the part of variance
/// that is not knowing.
void write_bands(JsonWriter& json, const MeasureDraws& draws, const MeasureSummary& measure,
                 std::initializer_list<std::size_t> extents) {
  write_variable(json, "mean_lo", draws.mean_lo, extents);
  write_variable(json, "mean_hi", draws.mean_hi, extents);
  write_variable(json, "p5", quantiles(measure, quantile_level_5), extents);
  write_variable(json, "p95", quantiles(measure, quantile_level_95), extents);
  write_variable(json, "between_share", draws.between_share, extents);
}

void write_uncertain(JsonWriter& json, const ReportSource& source, const Extents& n) {
  const ResultFacts& facts = source.result.facts;
  json.key("uncertain");
  if (facts.uncertain.empty()) {
    json.raw("null");
    return;
  }
  const DrawFigures figures = draw_figures(source.result.accumulators, facts, source.summary);
  const auto texts = [&](const char* key, std::string UncertainFact::*text) {
    std::vector<std::string> all;
    for (const UncertainFact& input : facts.uncertain) all.push_back(input.*text);
    write_texts(json, key, all);
  };
  json.begin_object().member("draws", figures.n_draws);
  texts("input", &UncertainFact::name);
  texts("address", &UncertainFact::address);
  texts("distribution", &UncertainFact::distribution);
  json.key("member_loss").begin_object();
  const MeasureDraws& loss = figures.of(MemberMeasure::loss);
  write_bands(json, loss, source.summary.of(MemberMeasure::loss), {n.members});
  write_variable(json, "input_share", loss.input_share, {facts.uncertain.size(), n.members});
  json.end_object().key("shortfall").begin_object();
  write_bands(json, figures.of(Measure::shortfall), source.summary.of(Measure::shortfall),
              {n.members, n.minerals});
  json.end_object().end_object();
}

/// Numbers of any size are texts, for the page's numbers are doubles.
void write_origin(JsonWriter& json, const ReportSource& source) {
  const RunOrigin& origin = source.result.origin;
  json.key("origin")
      .begin_object()
      .member("file", source.result_file)
      .member("paths_done", source.result.accumulators.n_paths)
      .member("paths_asked", origin.paths_asked)
      .member("path_ranges", path_ranges_text(origin.ranges))
      .member("seed", std::to_string(origin.seed))
      .member("stop_reason", origin.stop_reason)
      .member("engine_version", origin.engine_version)
      .member("commit", origin.commit)
      .member("scenario_sha256", origin.scenario_sha256)
      .member("network_hash", origin.network_hash);
  if (const auto& facts = origin.volatile_facts) {
    json.member("command_line", facts->command_line)
        .member("backend", facts->backend)
        .member("devices", facts->device)
        .member("compiler", facts->compiler)
        .member("start_time", facts->started_at)
        .member("end_time", facts->finished_at);
  }
  json.end_object();
}

}  // namespace

std::string report_data(const ReportSource& source) {
  const Extents extents(source.result.facts);
  JsonWriter json;
  json.begin_object();
  write_scenario(json, source.result);
  write_names(json, source.scenario);
  write_axes(json, source.result.facts);
  write_summary(json, source.summary, extents);
  write_timeline(json, source.summary, extents);
  write_worst_paths(json, source, extents);
  write_diagnostics(json, source.result.facts.diagnostics, extents);
  write_attribution(json, source.result.attribution, extents);
  write_uncertain(json, source, extents);
  write_adjustments(json, source.scenario);
  write_origin(json, source);
  json.end_object();
  return json.text();
}

}  // namespace blocrisk
