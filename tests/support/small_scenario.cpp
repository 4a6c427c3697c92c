#include "tests/support/small_scenario.hpp"

namespace blocrisk {
namespace {

Mineral metal() {
  Mineral law;
  law.id = law.name = "metal";
  law.stages = {"refine"};
  law.price_usd_per_t = 1000.0;
  law.at_risk_usd_per_t = 50000.0;
  law.volatility_per_sqrt_yr = law.reversion_per_yr = 0.0;
  law.demand_elasticity = 0.0;
  law.supply_elasticity = 1.0;
  law.max_response_fraction = 0.0;
  law.spot_fraction = 0.2;
  law.surge_fraction = 0.0;
  law.leakage_fraction = 0.0;
  law.leakage_months = 3.0;
  law.close_ratio = 0.75;
  law.close_per_yr = law.open_per_yr = 1.0;
  law.scarcity_months = 1.0;  // one step: the memory is the previous step's
  return law;
}

}  // namespace

void add_instrument(Scenario& scenario, const std::string& name, double severity) {
  Instrument law;
  law.name = name;
  law.initial_severity = law.settled_severity = severity;
  law.settling_months = 1.0;
  law.acute_probability = 0.0;
  law.acute_median_months = law.structural_median_months = 1000.0;
  law.acute_log_sd = law.structural_log_sd = 0.0;
  scenario.instruments.push_back(law);
}

void add_demand(Scenario& scenario, const std::string& country, double demand_t_per_yr) {
  if (scenario.country_index(country) == no_index)
    scenario.countries.push_back({country, country, 1.0, {}});
  DemandRow row;
  row.mineral = "metal";
  row.country = country;
  row.demand_t_per_yr = demand_t_per_yr;
  row.commercial_stock_days = 0.0;
  scenario.demand.push_back(row);
  scenario.nodes.front().output_t_per_yr += demand_t_per_yr;
  scenario.nodes.front().capacity_t_per_yr = scenario.nodes.front().output_t_per_yr;
}

Scenario sole_supplier() {
  Scenario s;
  s.name = "sole supplier";
  s.clock.start = "2027-01-01";
  s.clock.years = 3.0;
  s.sampling.paths = 1000;
  s.countries = {{"S", "S", 1.0, {}}, {"M", "M", 1.0, {}}};
  s.bloc.members = {"M"};
  s.minerals = {metal()};
  NodeRow node;
  node.mineral = "metal";
  node.stage = "refine";
  node.country = "S";
  node.output_t_per_yr = 0.0;
  node.cash_cost_ratio = 0.5;
  node.inclusion_probability = 1.0;
  s.nodes = {node};
  add_demand(s, "M", 1200.0);
  add_instrument(s, "ban", 1.0);
  s.target_groups.resize(1);
  s.target_groups.front().name = "everyone";
  Actor actor;
  actor.country = "S";
  actor.events_per_yr = {0.0};
  actor.instruments = {{"ban", 1.0}};
  actor.targets = {{"everyone", 1.0}};
  s.actors = {actor};
  return s;
}

void schedule(Scenario& scenario, double month, double duration_months, double severity) {
  std::string instrument;
  for (const Instrument& law : scenario.instruments) {
    if (law.initial_severity == severity && law.settled_severity == severity) instrument = law.name;
  }
  if (instrument.empty()) {
    instrument = "cut " + std::to_string(scenario.instruments.size());
    add_instrument(scenario, instrument, severity);
  }
  ScheduledEvent event;
  event.name = "event " + std::to_string(scenario.scheduled.size());
  event.actor = "S";
  event.month = month;
  event.probability = 1.0;
  event.instrument = instrument;
  event.target = "everyone";
  event.duration_months = duration_months;
  scenario.scheduled.push_back(event);
}

Scenario with_shortfalls(Scenario scenario, const std::vector<double>& unmet) {
  const double months_per_step = 12.0 / scenario.clock.steps_per_year;
  for (std::size_t step = 0; step < unmet.size(); ++step) {
    if (unmet[step] > 0.0)
      schedule(scenario, static_cast<double>(step) * months_per_step, months_per_step, unmet[step]);
  }
  return scenario;
}

}  // namespace blocrisk
