/// What a report tells of the scenario inside a result file: names for people, and what calibration
/// adjusted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

struct ScenarioFacts {
  std::vector<Country> countries;
  std::vector<Mineral> minerals;
  std::vector<Adjustment> adjustments;
};

/// `canonical`: a result's scenario text. Nothing where it is no scenario to this program, as that
/// of another version may be: a report can do without.
std::optional<ScenarioFacts> scenario_facts(const std::string& canonical);

}  // namespace blocrisk
