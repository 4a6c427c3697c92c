#include "host/app/run_report.hpp"

#include <cstdio>

#include "host/analysis/draw_table.hpp"
#include "host/analysis/table.hpp"
#include "host/app/numbers.hpp"
#include "host/app/precision_report.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

/// "1,000 paths in 2 s", or, of a run that went on, what was done now.
std::string paths_text(const RunResult& result) {
  const std::uint64_t now = result.accumulators.n_paths - result.paths_begun_with;
  std::string text = format_count(result.accumulators.n_paths) + " paths";
  if (result.paths_begun_with > 0) text += ", " + format_count(now) + " of them now";
  return text + " in " + format_duration(result.sampling_now_s);
}

void append_timings(JsonWriter& json, const Timings& timings) {
  json.key("timings")
      .begin_object()
      .member("parse_s", timings.parse_s)
      .member("calibrate_s", timings.calibrate_s)
      .member("sample_s", timings.sample_s)
      .member("analyse_s", timings.analyse_s)
      .member("attribute_s", timings.attribute_s)
      .member("write_s", timings.write_s)
      .member("total_s", timings.total_s())
      .end_object();
}

}  // namespace

void print_run_json(const RunReport& report) {
  const RunResult& result = report.result;
  JsonWriter json;
  json.begin_object()
      .member("scenario", report.origin.scenario_name)
      .member("seed", report.origin.seed)
      .member("paths", result.accumulators.n_paths)
      .member("paths_asked", result.paths_asked)
      .member("paths_begun_with", result.paths_begun_with)
      .member("stop_reason", result.stop_reason)
      .member("digest", format_digest(result.accumulators.digest()))
      .member("backend", result.backend)
      .member("device", result.device)
      .member("paths_per_s", result.paths_per_s())
      .member("output", report.output);
  append_timings(json, report.timings);
  if (report.origin.precision) append_precision(json, *report.origin.precision);
  json.key("summary").raw(json_table(report.summary, report.facts));
  const std::string uncertain = json_draws(result.accumulators, report.summary, report.facts);
  if (!uncertain.empty()) json.key("uncertain").raw(uncertain);
  json.end_object();
  std::printf("%s\n", json.text().c_str());
}

void print_run_text(const RunReport& report) {
  const RunResult& result = report.result;
  const std::string tables = text_table(report.summary, report.facts) +
                             text_draws(result.accumulators, report.summary, report.facts);
  std::printf("%s\n", tables.c_str());
  std::printf("%s, %s paths/s; %s in all, %s: %s\n", paths_text(result).c_str(),
              format_count(static_cast<std::uint64_t>(result.paths_per_s())).c_str(),
              format_duration(report.timings.total_s()).c_str(), result.backend.c_str(),
              result.device.c_str());
  std::printf("result: %s\n", report.output.c_str());
  if (report.origin.precision) print_precision(*report.origin.precision);
}

}  // namespace blocrisk
