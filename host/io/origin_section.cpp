#include "host/io/path_ranges.hpp"
#include "host/io/result_sections.hpp"

namespace blocrisk {

void write_volatile(h5::Object& root, const VolatileFacts& facts) {
  root.set_attribute("backend", facts.backend);
  root.set_attribute("devices", facts.device);
  root.set_attribute("compiler", facts.compiler);
  root.set_attribute("command_line", facts.command_line);
  root.set_attribute("start_time", facts.started_at);
  root.set_attribute("end_time", facts.finished_at);
  root.set_attribute("sampling_s", facts.sampling_s);
  root.set_attribute("paths_per_s", facts.paths_per_s);
  if (!facts.merged_from.empty()) root.set_attribute("merged_from", facts.merged_from);
}

void write_id_lists(h5::Object& root, const ResultFacts& facts) {
  const auto joined = [](const std::vector<std::string>& labels) {
    std::string text;
    for (const std::string& label : labels) text += (text.empty() ? "" : ",") + label;
    return text;
  };
  root.set_fixed_text_attribute("member_ids", joined(facts.members));
  root.set_fixed_text_attribute("mineral_ids", joined(facts.minerals));
}

void write_clock(h5::Object& root, const ResultFacts& facts) {
  root.set_attribute("start_date", facts.start_date);
  root.set_attribute("n_steps", std::int64_t{facts.n_steps});
  root.set_attribute("steps_per_year", std::int64_t{facts.steps_per_year});
  root.set_attribute("n_years", std::int64_t{facts.n_years});
}

namespace {

void write_precision(h5::Object& root, const PrecisionFacts& facts) {
  root.set_attribute("precision_asked", facts.asked);
  root.set_attribute("precision_reached", facts.reached);
  root.set_attribute("precision_widest", facts.widest);
  root.set_attribute("precision_on", facts.on);
  root.set_attribute("precision_for", facts.only_for);
  root.set_attribute("precision_least_paths", facts.least_paths);
}

}  // namespace

void write_origin(NetcdfGroup& group, const ResultContent& content) {
  h5::Object& root = group.attributes();
  const RunOrigin& origin = content.origin;
  root.set_attribute("Conventions", "CF-1.8");
  root.set_attribute("title", "Supply risk of critical minerals: " + origin.scenario_name);
  root.set_attribute("schema", result_schema);
  root.set_attribute("schema_version", result_schema_version);
  root.set_attribute("engine_version", origin.engine_version);
  root.set_attribute("commit", origin.commit);
  root.set_attribute("seed", origin.seed);
  root.set_attribute("paths_asked", origin.paths_asked);
  root.set_attribute("paths_done", content.accumulators.n_paths);
  root.set_attribute("path_ranges", path_ranges_text(origin.ranges));
  root.set_attribute("stop_reason", origin.stop_reason);
  if (origin.samples_asked) root.set_attribute("samples_asked", *origin.samples_asked);
  write_clock(root, content.facts);
  root.set_attribute("is_certain", std::int64_t{content.facts.is_certain ? 1 : 0});
  root.set_attribute("short_threshold", content.facts.short_threshold);
  write_id_lists(root, content.facts);
  root.set_attribute("scenario_name", origin.scenario_name);
  root.set_attribute("scenario", origin.scenario_text);
  root.set_attribute("scenario_sha256", origin.scenario_sha256);
  root.set_attribute("network_hash", origin.network_hash);
  root.set_attribute("generator", origin.generator);
  if (origin.precision) write_precision(root, *origin.precision);
  if (origin.volatile_facts) write_volatile(root, *origin.volatile_facts);
}

}  // namespace blocrisk
