#include "host/report/scenario_facts.hpp"

#include "host/scenario/calibrate.hpp"
#include "host/scenario/parse.hpp"
#include "host/support/error.hpp"

namespace blocrisk {

std::optional<ScenarioFacts> scenario_facts(const std::string& canonical) {
  try {
    const Scenario scenario = load_canonical(canonical);
    return ScenarioFacts{scenario.countries, scenario.minerals, calibrate(scenario).adjustments};
  } catch (const ScenarioError&) {
    return std::nullopt;
  }
}

}  // namespace blocrisk
