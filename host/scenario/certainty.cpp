#include "host/scenario/certainty.hpp"

#include <algorithm>

namespace blocrisk {
namespace {

bool is_settled(double probability) { return probability == 0.0 || probability == 1.0; }

bool is_steady(const Mineral& mineral) {
  return mineral.volatility_per_sqrt_yr == 0.0 && mineral.jumps_per_yr == 0.0 &&
         mineral.flood_per_yr == 0.0;
}

bool issues_nothing(const Actor& actor) {
  return actor.self_excitation == 0.0 && actor.contagion == 0.0 &&
         std::all_of(actor.events_per_yr.begin(), actor.events_per_yr.end(),
                     [](double rate) { return rate == 0.0; });
}

/// A duration that is not given is drawn from the instrument.
bool is_fixed(const ScheduledEvent& event) {
  return event.probability == 0.0 || (event.probability == 1.0 && event.duration_months);
}

bool is_on_time(const ProjectRow& project) {
  return is_settled(project.success_probability) &&
         (project.success_probability == 0.0 ||
          (project.delay_log_sd == 0.0 && project.ramp_log_sd == 0.0));
}

template <typename Rows, typename Check>
bool all(const Rows& rows, Check check) {
  return std::all_of(rows.begin(), rows.end(), check);
}

}  // namespace

bool is_certain(const Scenario& scenario) {
  return scenario.uncertain.empty() && all(scenario.minerals, is_steady) &&
         all(scenario.actors, issues_nothing) && all(scenario.scheduled, is_fixed) &&
         all(scenario.projects, is_on_time) &&
         all(scenario.nodes, [](const NodeRow& node) { return node.outage_per_yr == 0.0; });
}

}  // namespace blocrisk
