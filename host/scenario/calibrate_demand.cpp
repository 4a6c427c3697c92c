// Sections 4.7 and 5 of the model: reference demand through time, and what the measures divide by.
#include "host/scenario/calibrate_chain.hpp"
#include "host/scenario/calibrate_numbers.hpp"

namespace blocrisk {
namespace {

/// Tables over time are [step][sink].
struct DemandTables {
  std::vector<double> demand_t;
  std::vector<std::array<double, 4>> sink_steps;  ///< SinkStep
  std::vector<double> members_demand_t;           ///< [step]
  std::vector<double> total_t;                    ///< [sink] over the horizon
};

std::vector<double> reference_demand_t(const ChainContext& context) {
  std::vector<double> start_t, growth_per_yr;
  for (const DemandRow* row : context.input.demand) {
    start_t.push_back(row->demand_t_per_yr * context.dt_yr());
    growth_per_yr.push_back(row->growth_per_yr);
  }
  return grown_table(start_t, growth_per_yr, context.scenario.n_steps(), context.dt_yr());
}

std::vector<char> member_sinks(const ChainContext& context) {
  std::vector<char> is_member;
  for (const DemandRow* row : context.input.demand) {
    is_member.push_back(context.scenario.is_member(row->country_index) ? 1 : 0);
  }
  return is_member;
}

DemandTables demand_tables(const ChainContext& context) {
  DemandTables tables;
  const std::size_t n_sinks = context.input.demand.size();
  const auto is_member = member_sinks(context);
  tables.demand_t = reference_demand_t(context);
  tables.total_t.resize(n_sinks);
  for (std::size_t at = 0; at < tables.demand_t.size(); at += n_sinks) {
    double members_t = 0.0;
    for (std::size_t j = 0; j < n_sinks; ++j) {
      tables.total_t[j] += tables.demand_t[at + j];
      if (is_member[j] != 0) members_t += tables.demand_t[at + j];
    }
    tables.members_demand_t.push_back(members_t);
    for (std::size_t j = 0; j < n_sinks; ++j) {
      const double demand_t = tables.demand_t[at + j];
      tables.sink_steps.push_back({demand_t, 1.0 / demand_t,
                                   days_per_yr * context.dt_yr() / demand_t,
                                   is_member[j] != 0 ? demand_t / members_t : 0.0});
    }
  }
  return tables;
}

void build_essential(const ChainContext& context, const DemandTables& tables, ChainSpec& chain) {
  std::vector<double> slack, total_t;
  for (std::size_t j = 0; j < tables.total_t.size(); ++j) {
    const double essential = context.input.demand[j]->essential_fraction;
    slack.push_back(1.0 - essential);
    total_t.push_back(essential * tables.total_t[j]);
  }
  chain.essential_slack = context.pools.add_reals(slack);
  chain.essential_total_t = context.pools.add_reals(total_t);
}

/// Members with demand, in the order of the bloc.
void build_cells(const ChainContext& context, ChainSpec& chain) {
  std::vector<std::int32_t> sinks, members;
  const auto& member_indices = context.scenario.bloc.member_indices;
  std::vector<std::int32_t> cell_of_sink(context.last().sink_country.size(), no_index);
  for (std::size_t member = 0; member < member_indices.size(); ++member) {
    const int slot = slot_of_country(context.last().sink_country, member_indices[member]);
    if (slot == no_index) continue;
    cell_of_sink[static_cast<std::size_t>(slot)] = static_cast<std::int32_t>(sinks.size());
    sinks.push_back(slot);
    members.push_back(static_cast<std::int32_t>(member));
  }
  chain.n_cells = static_cast<std::int32_t>(sinks.size());
  chain.cell_sink = context.pools.add_ints(sinks);
  chain.cell_member = context.pools.add_ints(members);
  chain.cell_of_sink = context.pools.add_ints(cell_of_sink);
}

}  // namespace

void build_demand(const ChainContext& context, ChainSpec& chain) {
  const Mineral& law = *context.input.law;
  const DemandTables tables = demand_tables(context);
  chain.demand_t = context.pools.add_reals(tables.demand_t);
  chain.sink_steps = context.pools.add_fours(tables.sink_steps);
  chain.members_demand_t = context.pools.add_reals(tables.members_demand_t);
  chain.total_demand_t = context.pools.add_reals(tables.total_t);
  chain.demand_elasticity = static_cast<float>(law.demand_elasticity);
  chain.least_response = static_cast<float>(1.0 - law.max_response_fraction);
  if (law.substitution_max > 0.0) {
    chain.substitution_step = static_cast<float>(law.substitution_per_yr * context.dt_yr());
    chain.substitution_reversal_step =
        static_cast<float>(law.substitution_reversal_per_yr * context.dt_yr());
    chain.inverse_substitution_max = static_cast<float>(1.0 / law.substitution_max);
  }
  build_essential(context, tables, chain);
  build_cells(context, chain);
}

}  // namespace blocrisk
