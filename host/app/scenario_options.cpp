#include "host/app/scenario_options.hpp"

#include <limits>

#include "host/app/checks.hpp"
#include "host/app/numbers.hpp"
#include "host/scenario/parse.hpp"
#include "host/support/error.hpp"
#include "host/sweep/parse_sweep.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t max_seed = std::numeric_limits<std::uint64_t>::max();

/// The command line comes over everything; `file` is what complaints call the scenario.
Scenario with_options(Scenario scenario, const ScenarioOptions& options, const std::string& file) {
  if (options.paths) scenario.sampling.paths = *options.paths;
  if (scenario.sampling.paths == 0) {
    throw ScenarioError(
        std::vector{Complaint{file, 0, "sampling.paths", "0", "must be 1 to 1e12"}});
  }
  if (options.seed) scenario.sampling.seed = *options.seed;
  return scenario;
}

/// What a run says of its draws rests on all the paths of each.
void require_whole_draws(PathRange range, const Sampling& sampling) {
  const auto per_draw = static_cast<std::uint64_t>(sampling.paths_per_draw);
  const std::string why = "; with [[uncertain]] inputs " + std::to_string(per_draw) +
                          " paths share a draw (sampling.paths_per_draw)";
  const auto whole = [per_draw](std::uint64_t paths) { return paths / per_draw * per_draw; };
  if (range.first != whole(range.first) || range.last != whole(range.last)) {
    throw UsageError("paths " + std::to_string(range.first) + ":" + std::to_string(range.last) +
                     " are not whole draws; " + std::to_string(whole(range.first)) + ":" +
                     std::to_string(whole(range.last + per_draw - 1)) + " would be" + why);
  }
  if (range.count() / per_draw > max_draws) {
    throw UsageError(std::to_string(range.count() / per_draw) + " draws are more than the " +
                     std::to_string(max_draws) + " that a result keeps" + why);
  }
}

}  // namespace

void add_scenario_options(CLI::App& command, ScenarioOptions& options, InputFile input) {
  command.add_option(input.name, options.file, input.meaning)->required()->check(names_a_file());
  command
      .add_option("--set", options.overrides,
                  "Replace one input: key.path=value, =*0.8 multiplies, =+5 adds (repeatable)")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  CLI::Option* paths = command.add_option_function<std::string>(
      "--paths",
      [&options](const std::string& text) { options.paths = parse_count("--paths", text); },
      "Paths to sample: 1000000, 1e6, 10M");
  paths->type_name("N");
  command
      .add_option_function<std::string>(
          "--seed",
          [&options](const std::string& text) {
            options.seed = parse_count("--seed", text, {0, max_seed});
          },
          "Seed, 0 to 2^64-1")
      ->type_name("N");
  command
      .add_option_function<std::string>(
          "--path-range",
          [&options](const std::string& text) {
            options.path_range = parse_path_range("--path-range", text);
          },
          "Sample the paths A to B-1 only")
      ->type_name("A:B")
      ->excludes(paths);
}

Scenario load(const ScenarioOptions& options) {
  if (is_sweep_file(options.file)) {
    throw UsageError(options.file +
                     " is a sweep; `blocrisk sweep` runs it and `blocrisk plan` checks it");
  }
  return with_options(load_scenario(options.file, options.overrides), options, options.file);
}

Scenario load_text(const ScenarioOptions& options, const std::string& text,
                   const std::string& name) {
  return with_options(load_canonical(text, name, options.overrides), options, name);
}

PathRange paths_of(const ScenarioOptions& options, const Scenario& scenario) {
  const PathRange range = options.path_range.value_or(PathRange{0, scenario.sampling.paths});
  if (!scenario.uncertain.empty()) require_whole_draws(range, scenario.sampling);
  return range;
}

}  // namespace blocrisk
