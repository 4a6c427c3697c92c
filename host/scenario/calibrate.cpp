#include "host/scenario/calibrate.hpp"

#include <cmath>

#include "host/scenario/calibrate_chain.hpp"
#include "host/scenario/calibrate_pools.hpp"
#include "host/scenario/calibrate_world.hpp"
#include "host/scenario/findings.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

void set_header(const Scenario& scenario, Network& network) {
  network.n_steps = scenario.n_steps();
  network.steps_per_year = scenario.clock.steps_per_year;
  network.members = scenario.bloc.members;
  network.member_countries = scenario.bloc.member_indices;
  for (const Country& country : scenario.countries) network.countries.push_back(country.id);
  for (const Mineral& mineral : scenario.minerals) network.minerals.push_back(mineral.id);
  NetworkView& header = network.header;
  header.n_steps = network.n_steps;
  header.steps_per_year = network.steps_per_year;
  header.n_years = network.n_steps / network.steps_per_year;
  header.n_members = static_cast<std::int32_t>(network.members.size());
  header.n_minerals = static_cast<std::int32_t>(network.minerals.size());
  header.n_actors = static_cast<std::int32_t>(network.actors.size());
  header.n_instruments = static_cast<std::int32_t>(network.instruments.size());
  header.n_groups = static_cast<std::int32_t>(network.groups.size());
  header.n_scheduled = static_cast<std::int32_t>(network.scheduled.size());
  header.priority_rule = scenario.allocation.rule == AllocationRule::priority ? 1 : 0;
}

void build_mineral(const Scenario& scenario, int mineral, Pools& pools) {
  Network& network = pools.network();
  const ChainInput input = collect_chain(scenario, mineral);
  network.base.push_back(balance_chain(scenario, input, network.adjustments, pools.complaints()));
  const auto& base = network.base.back();
  if (base.empty()) return;
  const std::size_t first_real = network.reals.size();
  network.chains.push_back(build_chain({scenario, input, base, pools}));
  for (std::size_t at = first_real; at < network.reals.size(); ++at) {
    if (std::isfinite(network.reals[at])) continue;
    pools.complaints().push_back(complaint_at(
        scenario, "minerals[" + input.law->id + "]", input.law->source, "",
        "some of its tonnages leave the range of single precision (1e-37 to 1e38 t a step)"));
    return;
  }
}

/// All but the units of sums and the hash.
Network build_network(const Scenario& scenario) {
  Network network;
  Pools pools(network);
  // Refuses names whose draws would be another's; the draws themselves are taken outside of paths.
  for (const UncertainInput& input : scenario.uncertain) pools.stream(uncertain_tag(input));
  build_world(scenario, pools);
  for (std::size_t mineral = 0; mineral < scenario.minerals.size(); ++mineral) {
    build_mineral(scenario, static_cast<int>(mineral), pools);
  }
  if (!pools.complaints().empty()) throw ScenarioError(pools.complaints());
  set_header(scenario, network);
  build_measures(scenario, network, pools.complaints());
  if (!pools.complaints().empty()) throw ScenarioError(pools.complaints());
  return network;
}

}  // namespace

Network calibrate(const Scenario& scenario) {
  Network network = build_network(scenario);
  set_scales(network, scales_for(usd_bounds(scenario, network), network));
  network.hash = hash_network(network);
  return network;
}

Network calibrate(const Scenario& scenario, const MeasureScales& scales) {
  Network network = build_network(scenario);
  set_scales(network, scales);
  network.hash = hash_network(network);
  return network;
}

}  // namespace blocrisk
