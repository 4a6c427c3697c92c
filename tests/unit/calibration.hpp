/// The scenario that tests of calibration change, small enough to work out by hand, and what they
/// ask of its network.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "host/scenario/calibrate.hpp"
#include "host/support/error.hpp"
#include "kernels/model/chain_state.hpp"

namespace blocrisk::calibration {

inline NodeRow node(const std::string& stage, const std::string& country, double output_t_per_yr) {
  NodeRow row;
  row.mineral = "metal";
  row.stage = stage;
  row.country = country;
  row.output_t_per_yr = output_t_per_yr;
  row.cash_cost_ratio = 0.8;
  return row;
}

inline DemandRow demand(const std::string& country, double demand_t_per_yr) {
  DemandRow row;
  row.mineral = "metal";
  row.country = country;
  row.demand_t_per_yr = demand_t_per_yr;
  return row;
}

inline TradeRow trade(const std::string& importer, const std::string& exporter,
                      double import_fraction) {
  TradeRow row;
  row.mineral = "metal";
  row.stage = "refine";
  row.importer = importer;
  row.exporter = exporter;
  row.import_fraction = import_fraction;
  return row;
}

inline Mineral metal() {
  Mineral law;
  law.id = law.name = "metal";
  law.stages = {"mine", "refine"};
  law.price_usd_per_t = 1000.0;
  law.at_risk_usd_per_t = 5000.0;
  law.volatility_per_sqrt_yr = 0.3;
  law.reversion_per_yr = 0.5;
  law.demand_elasticity = 0.2;
  law.supply_elasticity = 0.05;
  law.max_response_fraction = 0.3;
  law.spot_fraction = 0.2;
  law.surge_fraction = 0.5;
  law.leakage_fraction = 0.5;
  law.leakage_months = 3.0;
  law.close_ratio = 0.75;
  law.close_per_yr = 1.0;
  law.open_per_yr = 0.5;
  return law;
}

inline Actor actor(const std::string& country) {
  Actor law;
  law.country = country;
  law.events_per_yr = {0.5};
  law.instruments = {{"ban", 1.0}, {"quota", 3.0}};
  law.targets = {{"everyone", 1.0}};
  return law;
}

inline Instrument instrument(const std::string& name) {
  Instrument law;
  law.name = name;
  law.initial_severity = 0.9;
  law.settled_severity = 0.5;
  law.settling_months = 3.0;
  law.acute_probability = 0.5;
  law.acute_median_months = 3.0;
  law.acute_log_sd = 0.8;
  law.structural_median_months = 24.0;
  law.structural_log_sd = 0.6;
  return law;
}

inline TargetGroup group(const std::string& name) {
  TargetGroup result;
  result.name = name;
  return result;
}

/// Two stages, three countries and the rest; A mines and refines most and is an actor, B and C are
/// the bloc. Refining yields 0.8 and takes a tenth of its feed from scrap: 100 t want 112.5 t of
/// ore.
inline Scenario small_scenario() {
  Scenario s;
  s.name = "small";
  s.clock.start = "2027-01-01";
  s.clock.years = 2.0;
  for (const char* id : {"A", "B", "C", "D"}) s.countries.push_back({id, id, 1.0, {}});
  s.minerals = {metal()};
  s.nodes = {node("mine", "A", 70.0),   node("mine", "D", 42.5),   node("refine", "A", 60.0),
             node("refine", "B", 30.0), node("refine", "C", 10.0), node("refine", "D", 0.0)};
  for (NodeRow& row : s.nodes) {
    if (row.stage != "refine") continue;
    row.yield_fraction = 0.8;
    row.secondary_feed_fraction = 0.1;
    row.feed_stock_days = 36.5;
  }
  s.demand = {demand("A", 30.0), demand("B", 40.0), demand("C", 20.0), demand("D", 10.0)};
  s.bloc.members = {"C", "B"};
  s.instruments = {instrument("ban"), instrument("quota")};
  s.target_groups = {group("everyone"), group("bloc")};
  s.actors = {actor("A")};
  s.nodes[2].inclusion_probability = 0.5;
  resolve(s);
  return s;
}

inline Network calibrate_changed(const std::function<void(Scenario&)>& change) {
  Scenario s = small_scenario();
  change(s);
  resolve(s);
  return calibrate(s);
}

inline std::string complaint_of(const std::function<void(Scenario&)>& change) {
  try {
    calibrate_changed(change);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "";
}

inline bool reports(const Network& network, const std::string& stage, const std::string& subject,
                    const std::string& text) {
  for (const Adjustment& at : network.adjustments) {
    if (at.stage == stage && at.subject == subject && at.message.find(text) != std::string::npos)
      return true;
  }
  return false;
}

inline const NodeRates& rates(const Network& network, const StageSpec& stage, int node) {
  return rates_of(network.view(), stage)[node];
}
inline const SinkStep& sink_step(const Network& network, const ChainSpec& chain, int step,
                                 int sink) {
  const int n_sinks = chain.stages[chain.n_stages - 1].n_sinks;
  return sinks_at(network.view(), chain, n_sinks, step)[sink];
}
inline float real(const Network& network, Offset table, int index) {
  return network.reals[table + static_cast<Offset>(index)];
}

inline std::int32_t integer(const Network& network, Offset table, int index) {
  return network.ints[table + static_cast<Offset>(index)];
}

inline double flow_of(const StageBase& base, std::size_t i, std::size_t j) {
  return base.flow_t[i * base.sink_want_t.size() + j];
}

inline void expect_balanced(const StageBase& base, double dt_yr) {
  double total_t = 0.0;
  for (const double want : base.sink_want_t) total_t += want;
  for (std::size_t i = 0; i < base.output_t.size(); ++i) {
    double sum_t = 0.0;
    for (std::size_t j = 0; j < base.sink_want_t.size(); ++j) sum_t += flow_of(base, i, j);
    EXPECT_NEAR(sum_t, base.output_t[i] * dt_yr, 1e-9 * total_t) << "row " << i;
  }
  for (std::size_t j = 0; j < base.sink_want_t.size(); ++j) {
    double sum_t = 0.0;
    for (std::size_t i = 0; i < base.output_t.size(); ++i) sum_t += flow_of(base, i, j);
    EXPECT_NEAR(sum_t, base.sink_want_t[j], 1e-14 * base.sink_want_t[j]) << "column " << j;
  }
}

}  // namespace blocrisk::calibration
