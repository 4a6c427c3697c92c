// Section 4.6 of the model: commercial, strategic and shared stocks of the last stage.
#include "host/scenario/calibrate_chain.hpp"
#include "host/scenario/calibrate_numbers.hpp"
#include "kernels/math/exact_double.hpp"

namespace blocrisk {
namespace {

void build_commercial(const ChainContext& context, ChainSpec& chain) {
  const double dt_yr = context.dt_yr();
  std::vector<double> start_t, release, refill;
  for (const DemandRow* row : context.input.demand) {
    start_t.push_back(row->commercial_stock_days * row->demand_t_per_yr / days_per_yr);
    release.push_back(1.0 - pow_d(1.0 - row->commercial_release_fraction, 12.0 * dt_yr));
    refill.push_back(step_fraction(dt_yr, row->commercial_refill_yr));
  }
  chain.commercial_start_t = context.pools.add_reals(start_t);
  chain.commercial_release = context.pools.add_reals(release);
  chain.commercial_refill = context.pools.add_reals(refill);
}

void build_strategic(const ChainContext& context, ChainSpec& chain) {
  const auto n_sinks = static_cast<std::size_t>(context.n_final_sinks());
  std::vector<double> start_t(n_sinks), trigger(n_sinks), latency_steps(n_sinks), release(n_sinks),
      buy_below(n_sinks);
  for (const StockRow& row : context.scenario.stocks) {
    if (row.mineral_index != context.input.mineral) continue;
    const int slot = slot_of_country(context.last().sink_country, row.holder_index);
    if (slot == no_index) {
      if (row.tonnes.value_or(0.0) > 0.0 || row.days.value_or(0.0) > 0.0) {
        context.report("", row.holder,
                       "strategic stock dropped: its holder has no demand of this mineral");
      }
      continue;
    }
    const auto j = static_cast<std::size_t>(slot);
    const double demand_t_per_yr = context.input.demand[j]->demand_t_per_yr;
    start_t[j] = row.tonnes.value_or(row.days.value_or(0.0) * demand_t_per_yr / days_per_yr);
    trigger[j] = row.trigger_fraction;
    latency_steps[j] = steps_of_months(row.latency_months, context.scenario.clock.steps_per_year);
    release[j] = row.release_rate;
    buy_below[j] = row.buy_below;
  }
  std::vector<std::int32_t> holders;
  for (std::size_t j = 0; j < n_sinks; ++j) {
    if (start_t[j] > 0.0) holders.push_back(static_cast<std::int32_t>(j));
  }
  chain.strategic_sinks = context.pools.add_ints(holders);
  chain.n_strategic = static_cast<std::int32_t>(holders.size());
  chain.strategic_start_t = context.pools.add_reals(start_t);
  chain.strategic_trigger = context.pools.add_reals(trigger);
  chain.strategic_latency_steps = context.pools.add_reals(latency_steps);
  chain.strategic_release = context.pools.add_reals(release);
  chain.strategic_buy_below = context.pools.add_reals(buy_below);
}

double members_demand_t_per_yr(const ChainContext& context) {
  double sum_t = 0.0;
  for (const DemandRow* row : context.input.demand) {
    if (context.scenario.is_member(row->country_index)) sum_t += row->demand_t_per_yr;
  }
  return sum_t;
}

void build_shared(const ChainContext& context, ChainSpec& chain) {
  const SharedStock& law = context.scenario.shared_stock;
  const int mineral = context.input.mineral;
  const double demand_t_per_yr = members_demand_t_per_yr(context);
  const double days_t = context.scenario.shared_stock_days(mineral) * demand_t_per_yr / days_per_yr;
  const double given_t = context.scenario.shared_stock_tonnes(mineral);
  const double start_t = given_t > 0.0 ? given_t : days_t;
  std::vector<double> trigger;
  for (const DemandRow* row : context.input.demand) {
    constexpr double never = 1e30;
    trigger.push_back(context.scenario.is_member(row->country_index) ? law.trigger_fraction
                                                                     : never);
  }
  chain.shared_trigger = context.pools.add_reals(trigger);
  chain.shared_latency_steps = static_cast<float>(
      steps_of_months(law.latency_months, context.scenario.clock.steps_per_year));
  chain.shared_release = static_cast<float>(law.release_rate);
  chain.shared_buy_below = static_cast<float>(law.buy_below);
  if (!(demand_t_per_yr > 0.0)) {
    if (start_t > 0.0)
      context.report("", "", "shared stock dropped: no member has demand of this mineral");
    return;
  }
  chain.shared_start_t = static_cast<float>(start_t);
  chain.has_shared = start_t > 0.0 ? 1 : 0;
}

}  // namespace

void build_stocks(const ChainContext& context, ChainSpec& chain) {
  build_commercial(context, chain);
  build_strategic(context, chain);
  build_shared(context, chain);
  chain.stock_refill_step = static_cast<float>(context.dt_yr());
}

}  // namespace blocrisk
