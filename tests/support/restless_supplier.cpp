#include "tests/support/restless_supplier.hpp"

#include "host/scenario/validate.hpp"
#include "kernels/portability.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk {

Scenario restless_supplier() {
  Scenario scenario = sole_supplier();
  scenario.clock.years = 2.0;
  Instrument& ban = scenario.instruments.front();
  ban.initial_severity = 0.9;
  ban.settled_severity = 0.3;
  ban.settling_months = 4.0;
  ban.acute_probability = 0.5;
  ban.acute_median_months = 3.0;
  ban.structural_median_months = 15.0;
  ban.acute_log_sd = ban.structural_log_sd = 0.7;
  scenario.actors.front().events_per_yr = {0.35};
  scenario.nodes.front().inclusion_probability = 0.8;
  scenario.demand.front().commercial_stock_days = 60.0;
  Mineral& metal = scenario.minerals.front();
  metal.volatility_per_sqrt_yr = 0.3;
  metal.reversion_per_yr = 0.5;
  metal.demand_elasticity = 0.2;
  metal.max_response_fraction = 0.2;
  metal.leakage_fraction = 0.5;
  scenario.measures.exceedance = {0.01, 0.05, 0.1, 0.25};
  resolve(scenario);
  RISK_ASSERT(validate(scenario).empty());
  return scenario;
}

}  // namespace blocrisk
