/// Turns one balanced mineral into its `ChainSpec`: every constant and table of a path's layer 2.
#pragma once

#include "host/scenario/calibrate_base.hpp"
#include "host/scenario/calibrate_pools.hpp"

namespace blocrisk {

/// What the builders of one chain share.
struct ChainContext {
  const Scenario& scenario;
  const ChainInput& input;
  const std::vector<StageBase>& base;
  Pools& pools;

  [[nodiscard]] double dt_yr() const { return scenario.step_years(); }
  [[nodiscard]] const StageBase& last() const { return base.back(); }
  [[nodiscard]] int n_final_sinks() const { return static_cast<int>(last().sink_country.size()); }
  void report(const std::string& stage, const std::string& subject,
              const std::string& message) const;
};

/// Slot of a country among `countries`, or -1.
int slot_of_country(const std::vector<int>& countries, int country);

ChainSpec build_chain(const ChainContext& context);

/// The parts of it. `classes` holds, per stage and node, the operating-fraction class in the chain.
StageSpec build_stage(const ChainContext& context, int stage, const std::vector<int>& op_class);
void build_stocks(const ChainContext& context, ChainSpec& chain);
void build_demand(const ChainContext& context, ChainSpec& chain);
void build_price(const ChainContext& context, ChainSpec& chain);

}  // namespace blocrisk
