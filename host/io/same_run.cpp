#include "host/io/same_run.hpp"

#include <sstream>

#include "host/io/path_ranges.hpp"
#include "host/scenario/canonical.hpp"
#include "host/scenario/parse.hpp"
#include "host/support/error.hpp"
#include "host/support/sha256.hpp"

namespace blocrisk {
namespace {

std::string against(const std::string& a, const std::string& b) { return a + " against " + b; }

/// A line that may be a whole text, as people care to read it.
std::string shortened(const std::string& line) {
  constexpr std::size_t most = 100;
  return line.size() <= most ? line : line.substr(0, most) + "...";
}

/// The first line in which two canonical texts differ, with the section it stands in.
std::string text_difference(const std::string& a, const std::string& b) {
  std::istringstream lines_a(a), lines_b(b);
  std::string line_a, line_b, section = "the top";
  for (;;) {
    const bool more_a = static_cast<bool>(std::getline(lines_a, line_a));
    const bool more_b = static_cast<bool>(std::getline(lines_b, line_b));
    if (!more_a && !more_b) return "no line";
    if (!more_a) line_a = "the end";
    if (!more_b) line_b = "the end";
    if (line_a != line_b)
      return "first at " + section + ": " + against(shortened(line_a), shortened(line_b));
    if (line_a.starts_with('[')) section = line_a;
  }
}

}  // namespace

std::string difference(const RunOrigin& a, const RunOrigin& b) {
  if (a.scenario_name != b.scenario_name)
    return "the scenarios have different names: " + against(a.scenario_name, b.scenario_name);
  if (a.seed != b.seed)
    return "seeds differ: " + against(std::to_string(a.seed), std::to_string(b.seed));
  if (a.scenario_sha256 != b.scenario_sha256)
    return "the scenarios differ, " + text_difference(a.scenario_text, b.scenario_text);
  if (a.network_hash != b.network_hash) {
    return "the same scenario gave different networks: hashes " +
           against(a.network_hash, b.network_hash) + ", by engines " +
           against(a.engine_version + " (" + a.commit + ")",
                   b.engine_version + " (" + b.commit + ")");
  }
  if (a.generator == b.generator) return {};
  const auto name = [](const RunOrigin& origin) {
    return origin.generator.empty() ? std::string("one not named") : origin.generator;
  };
  return "draws are of different generators: " + against(name(a), name(b));
}

RunOrigin with_path_count(RunOrigin origin, std::uint64_t n_paths, const std::string& file) {
  try {
    Scenario scenario = load_canonical(origin.scenario_text, "the scenario in " + file);
    scenario.sampling.paths = n_paths;
    origin.scenario_text = canonical_text(scenario);
  } catch (const ScenarioError& error) {
    throw EnvironmentError(file + " holds a scenario that this program does not take:\n" +
                           error.what());
  }
  origin.scenario_sha256 = sha256(origin.scenario_text);
  return origin;
}

void require_consistent_ranges(const StoredResult& result, const std::string& file) {
  std::uint64_t count = 0, end = 0;
  bool in_order = true;
  for (const PathRange& range : result.origin.ranges) {
    in_order = in_order && range.first < range.last && range.first >= end;
    end = range.last;
    count += range.count();
  }
  if (in_order && count == result.accumulators.n_paths) return;
  throw EnvironmentError(file + " is damaged: its path ranges " +
                         path_ranges_text(result.origin.ranges) + " are not the " +
                         std::to_string(result.accumulators.n_paths) + " paths it counts");
}

void require_units(const StoredResult& result, const ResultFacts& facts, const std::string& file) {
  if (result.facts.shape() == facts.shape() && result.facts.measure_scale == facts.measure_scale &&
      result.facts.member_measure_scale == facts.member_measure_scale)
    return;
  throw EnvironmentError(file + " is damaged: its sums are not those of its own scenario");
}

}  // namespace blocrisk
