#include "host/scenario/calibrate_chain.hpp"

#include <cmath>

#include "host/scenario/calibrate_numbers.hpp"

namespace blocrisk {

void ChainContext::report(const std::string& stage, const std::string& subject,
                          const std::string& message) const {
  pools.network().adjustments.push_back({input.law->id, stage, subject, message});
}

int slot_of_country(const std::vector<int>& countries, int country) {
  for (std::size_t slot = 0; slot < countries.size(); ++slot) {
    if (countries[slot] == country) return static_cast<int>(slot);
  }
  return no_index;
}

namespace {

/// What a cash cost of 0 becomes: so cheap that no price in reach closes it.
constexpr double largest_inverse_cost = 1e6;

/// [stage][node] class, each distinct (cost, who pays) once, in the order met. Nodes without any
/// capacity of their own never close; they get class 0.
std::vector<std::vector<int>> build_op_classes(const ChainContext& context, ChainSpec& chain) {
  auto& specs = context.pools.network().op_classes;
  chain.op_classes = static_cast<Offset>(specs.size());
  std::vector<double> costs;
  std::vector<std::vector<int>> classes;
  const auto class_of = [&](double cost, int in_bloc) {
    for (std::size_t k = 0; k < costs.size(); ++k) {
      if (costs[k] == cost && specs[chain.op_classes + k].in_bloc == in_bloc)
        return static_cast<int>(k);
    }
    const double inverse = cost * largest_inverse_cost > 1.0 ? 1.0 / cost : largest_inverse_cost;
    costs.push_back(cost);
    specs.push_back({static_cast<float>(inverse), in_bloc});
    return static_cast<int>(costs.size()) - 1;
  };
  for (std::size_t stage = 0; stage < context.base.size(); ++stage) {
    const auto& nodes = context.input.nodes[stage];
    auto& of_stage = classes.emplace_back(nodes.size(), 0);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!(context.base[stage].capacity_t[i] > 0.0)) continue;
      of_stage[i] = class_of(nodes[i]->cash_cost_ratio,
                             context.scenario.is_member(nodes[i]->country_index) ? 1 : 0);
    }
  }
  chain.n_op_classes = static_cast<std::int32_t>(costs.size());
  return classes;
}

ProjectSpec build_project(const ChainContext& context, const ProjectRow& row, int node) {
  const int steps_per_year = context.scenario.clock.steps_per_year;
  const auto steps = [&](double months) {
    return static_cast<float>(steps_of_months(months, steps_per_year));
  };
  ProjectSpec spec{};
  spec.stage = row.stage_index;
  spec.node = node;
  spec.decision_step = whole_steps_of_months(row.decision_month, steps_per_year);
  spec.in_bloc = context.scenario.is_member(row.country_index) ? 1 : 0;
  spec.incentive_price_ratio = static_cast<float>(row.incentive_price_ratio);
  spec.success_threshold = threshold_of(row.success_probability);
  spec.start_step = steps(row.start_month);
  spec.delay_median_steps = steps(row.delay_median_months);
  spec.delay_log_sd = static_cast<float>(row.delay_log_sd);
  spec.ramp_median_steps = steps(row.ramp_median_months);
  spec.ramp_log_sd = static_cast<float>(row.ramp_log_sd);
  spec.capacity_t = static_cast<float>(row.capacity_t_per_yr * context.dt_yr());
  spec.stream = context.pools.stream("project|" + row.name);
  return spec;
}

void build_projects(const ChainContext& context, ChainSpec& chain) {
  auto& specs = context.pools.network().projects;
  chain.projects = static_cast<Offset>(specs.size());
  for (const ProjectRow& row : context.scenario.projects) {
    if (row.mineral_index != context.input.mineral) continue;
    const auto& stage = context.base[static_cast<std::size_t>(row.stage_index)];
    const int node = slot_of_country(stage.node_country, row.country_index);
    if (node == no_index) {
      context.report(row.stage, row.name,
                     "project dropped: " + row.country + " has no node at this stage");
      continue;
    }
    specs.push_back(build_project(context, row, node));
  }
  chain.n_projects = static_cast<std::int32_t>(specs.size() - chain.projects);
}

/// First step at which a floor that begins in `from_year` is in force.
std::int32_t first_floor_step(const Scenario& scenario) {
  const double begin = std::ceil(scenario.price_floor.from_year * scenario.clock.steps_per_year);
  const double last = max_steps + 1.0;
  return static_cast<std::int32_t>(begin < 0.0 ? 0.0 : begin > last ? last : begin);
}

void build_earnings(const ChainContext& context, ChainSpec& chain) {
  const Scenario& scenario = context.scenario;
  const Mineral& law = *context.input.law;
  const double floor = scenario.floor_ratio(context.input.mineral);
  const bool from_the_start =
      floor > law.initial_price_ratio && scenario.price_floor.from_year <= 0.0;
  chain.floor_ratio = static_cast<float>(floor);
  chain.floor_from_step = first_floor_step(scenario);
  chain.floor_pass = static_cast<float>(1.0 - scenario.price_floor.circumvention_fraction);
  chain.earn_rate =
      static_cast<float>(step_fraction(context.dt_yr(), law.earn_smoothing_months / 12.0));
  chain.bloc_earned_start = static_cast<float>(from_the_start ? floor : law.initial_price_ratio);
}

void build_closure(const ChainContext& context, ChainSpec& chain) {
  const Mineral& law = *context.input.law;
  chain.close_ratio = static_cast<float>(law.close_ratio);
  chain.inverse_close_span = static_cast<float>(1.0 / (1.0 - law.close_ratio));
  chain.close_step = static_cast<float>(law.close_per_yr * context.dt_yr());
  chain.open_step = static_cast<float>(law.open_per_yr * context.dt_yr());
}

}  // namespace

ChainSpec build_chain(const ChainContext& context) {
  ChainSpec chain{};
  const Mineral& law = *context.input.law;
  chain.n_stages = static_cast<std::int32_t>(context.base.size());
  const auto classes = build_op_classes(context, chain);
  for (int stage = 0; stage < chain.n_stages; ++stage) {
    chain.stages[stage] = build_stage(context, stage, classes[static_cast<std::size_t>(stage)]);
  }
  build_price(context, chain);
  build_earnings(context, chain);
  build_closure(context, chain);
  build_projects(context, chain);
  const double leakage_yr = law.leakage_months / 12.0;
  chain.leak_rate =
      static_cast<float>(leakage_yr > 0.0 ? one_minus_decay(context.dt_yr() / leakage_yr) : 1.0);
  chain.pooling = context.scenario.bloc.pooling ? 1 : 0;
  build_stocks(context, chain);
  build_demand(context, chain);
  return chain;
}

}  // namespace blocrisk
