/// The options of every command that reads a scenario, and the scenario they make:
/// command line over --set over file over defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "host/engine/backend.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

struct ScenarioOptions {
  std::string file;
  std::vector<std::string> overrides;  ///< --set
  std::optional<std::uint64_t> paths, seed;
  std::optional<PathRange> path_range;
};

/// The file that a command reads, as its help calls it.
struct InputFile {
  const char* name = "SCENARIO";
  const char* meaning = "The scenario, a TOML file";
};

void add_scenario_options(CLI::App& command, ScenarioOptions& options, InputFile input = {});

Scenario load(const ScenarioOptions& options);
/// The same where the scenario is a file's canonical text; `name` is what messages call it.
Scenario load_text(const ScenarioOptions& options, const std::string& text,
                   const std::string& name);

/// Path numbers that a run of `scenario` samples.
PathRange paths_of(const ScenarioOptions& options, const Scenario& scenario);

}  // namespace blocrisk
