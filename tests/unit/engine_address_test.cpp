// A path is an address: what is drawn for one actor, mineral or node does not change when the
// scenario gets another supplier, member or mineral, or when a policy changes.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "host/replay/one_path.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/validate.hpp"
#include "kernels/model/production.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/random_scenario.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t n_paths = 20;

/// Draws of one chain that no market can touch, by what they concern: the log price without
/// flooding and scarcity, outages, restrictions in force, projects decided beforehand.
class DrawRecorder final : public PathWatcher {
 public:
  DrawRecorder(const Network& network, const Scenario& scenario, int mineral)
      : network_(network), scenario_(scenario), mineral_(mineral) {}

  std::map<std::string, std::vector<float>> draws;

  void end_step(int step, const ChainState<OneLane>& state) override {
    const ChainSpec& chain = network_.chains[static_cast<std::size_t>(mineral_)];
    draws["price"].push_back(state.log_price);
    for (int s = 0; s < chain.n_stages; ++s) record_stage(s, chain.stages[s], state.stage[s], step);
    for (int k = 0; k < chain.n_projects; ++k) {
      const ProjectSpec& spec = network_.projects[chain.projects + static_cast<Offset>(k)];
      if (spec.decision_step >= 0) continue;
      draws["project " + std::to_string(spec.stream)] = {state.project_start[k],
                                                         state.project_inverse_ramp[k]};
    }
  }

 private:
  void record_stage(int s, const StageSpec& spec, const StageState<OneLane>& stage, int step) {
    const auto tag = [&](const std::string& what, int node) {
      const auto& countries =
          network_.base[static_cast<std::size_t>(mineral_)][static_cast<std::size_t>(s)]
              .node_country;
      const auto country = static_cast<std::size_t>(countries[static_cast<std::size_t>(node)]);
      return what + " of " + scenario_.countries[country].id + " at stage " + std::to_string(s);
    };
    for (int i = 0; i < spec.n_nodes; ++i) {
      if (network_.outages[spec.outages + static_cast<Offset>(i)].happens == 0) continue;
      const bool down = test_bit(stage.node[i].down, step % outage_window_steps);
      draws[tag("outage", i)].push_back(down ? 1.0f : 0.0f);
    }
    for (int k = 0; k < spec.n_strikes; ++k) {
      const int node = network_.strikes[spec.strikes + static_cast<Offset>(k)].node;
      auto& record = draws[tag("restriction", node)];
      record.push_back(static_cast<float>(stage.strike[node].end_step));
      record.push_back(stage.strike[node].blocked);
    }
  }

  const Network& network_;
  const Scenario& scenario_;
  int mineral_;
};

struct Draws {
  std::vector<EventRecord> events;
  std::vector<int> regimes;                                       ///< [actor][step]
  std::vector<std::vector<float>> shocks;                         ///< [mineral][step]
  std::vector<std::map<std::string, std::vector<float>>> chains;  ///< [mineral]
};

Draws draws_of(const Scenario& scenario, std::uint64_t path_number, std::size_t n_minerals) {
  const Network network = calibrate(scenario);
  OnePath path(network, test_seed);
  const World<OneLane>& world = path.sample_world(path_number);
  Draws draws;
  draws.events = path.events();
  for (std::size_t a = 0; a < network.actors.size(); ++a) {
    if (network.actors[a].n_regimes == 1) continue;
    for (int step = 0; step < network.n_steps; ++step)
      draws.regimes.push_back(world.regime[static_cast<int>(a) * network.n_steps + step]);
  }
  for (std::size_t m = 0; m < n_minerals; ++m) {
    auto& shocks = draws.shocks.emplace_back();
    for (int step = 0; step < network.n_steps; ++step)
      shocks.push_back(world.price_shock[static_cast<int>(m) * network.n_steps + step]);
    DrawRecorder recorder(network, scenario, static_cast<int>(m));
    path.run_chain(static_cast<int>(m), recorder);
    draws.chains.push_back(recorder.draws);
  }
  return draws;
}

/// Every draw of `before` is there again in `after`.
void expect_kept(const Scenario& before, const Scenario& after) {
  ASSERT_TRUE(validate(after).empty()) << format_complaints(validate(after));
  const std::size_t n_minerals = before.minerals.size();
  for (std::uint64_t path = 0; path < n_paths; ++path) {
    SCOPED_TRACE("path " + std::to_string(path));
    const Draws old_draws = draws_of(before, path, n_minerals);
    const Draws new_draws = draws_of(after, path, n_minerals);
    EXPECT_EQ(old_draws.events, new_draws.events);
    EXPECT_EQ(old_draws.regimes, new_draws.regimes);
    EXPECT_EQ(old_draws.shocks, new_draws.shocks);
    for (std::size_t m = 0; m < n_minerals; ++m) {
      for (const auto& [what, values] : old_draws.chains[m]) {
        const auto kept = new_draws.chains[m].find(what);
        ASSERT_NE(kept, new_draws.chains[m].end()) << what;
        EXPECT_EQ(values, kept->second) << what;
      }
    }
  }
}

NodeRow another_supplier(const Scenario& scenario, const std::string& country) {
  NodeRow row = scenario.nodes.front();
  row.country = country;
  row.output_t_per_yr *= 0.1;
  row.capacity_t_per_yr = row.output_t_per_yr * 2.0;
  row.inclusion_probability = 0.0;
  row.outage_per_yr = 2.0;
  row.outage_depth = 0.5;
  return row;
}

/// A random scenario with a country to spare.
Scenario roomy(int seed) {
  Scenario s = random_scenario(static_cast<std::uint64_t>(seed));
  s.countries.push_back({"NEW", "New", 1.0, {}});
  s.network.balance_tolerance = 0.5;
  resolve(s);
  return s;
}

class Address : public testing::TestWithParam<int> {};

TEST_P(Address, AnotherSupplierLeavesAllOtherDraws) {
  const Scenario before = roomy(GetParam());
  Scenario after = before;
  after.nodes.insert(after.nodes.begin(), another_supplier(before, "NEW"));
  resolve(after);
  expect_kept(before, after);
}

TEST_P(Address, AnotherMemberLeavesAllOtherDraws) {
  const Scenario before = roomy(GetParam());
  Scenario after = before;
  for (const Country& country : before.countries) {
    if (!before.is_member(before.country_index(country.id)))
      after.bloc.members.insert(after.bloc.members.begin(), country.id);
  }
  resolve(after);
  ASSERT_GT(after.bloc.members.size(), before.bloc.members.size());
  expect_kept(before, after);
}

TEST_P(Address, AnotherActorLeavesAllOtherDraws) {
  Scenario before = roomy(GetParam());
  for (Actor& actor : before.actors) actor.contagion = 0.0;  // whom others' events would reach
  Scenario after = before;
  Actor actor = before.actors.front();
  actor.country = "NEW";
  after.actors.insert(after.actors.end(), actor);
  resolve(after);
  const std::size_t n_minerals = before.minerals.size();
  const int newcomer = static_cast<int>(before.actors.size());
  for (std::uint64_t path = 0; path < n_paths; ++path) {
    Draws new_draws = draws_of(after, path, n_minerals);
    std::erase_if(new_draws.events,
                  [&](const EventRecord& event) { return event.actor == newcomer; });
    EXPECT_EQ(draws_of(before, path, n_minerals).events, new_draws.events);
  }
}

/// Appends a mineral with correlated prices and a chain of its own.
Scenario with_another_mineral(Scenario scenario) {
  const std::size_t n = scenario.minerals.size();
  std::vector<double> correlation((n + 1) * (n + 1), 0.1);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      correlation[a * (n + 1) + b] = scenario.correlation[a * n + b];
  correlation.back() = 1.0;
  Mineral law = scenario.minerals.front();
  law.id = law.name = "another";
  law.stages = {"refine"};
  scenario.minerals.push_back(law);
  scenario.correlation = correlation;
  NodeRow node = scenario.nodes.front();
  node.mineral = law.id;
  node.stage = "refine";
  node.output_t_per_yr = 500.0;
  node.capacity_t_per_yr = 600.0;
  scenario.nodes.push_back(node);
  DemandRow demand = scenario.demand.front();
  demand.mineral = law.id;
  demand.country = scenario.bloc.members.front();
  demand.demand_t_per_yr = 500.0;
  scenario.demand.push_back(demand);
  resolve(scenario);
  return scenario;
}

TEST_P(Address, AnAppendedMineralLeavesAllOtherDrawsAndResults) {
  const Scenario before = roomy(GetParam());
  Scenario after = with_another_mineral(before);
  // Scheduled events of all minerals now hit the new one too, which changes nothing for the others.
  expect_kept(before, after);
  const Network old_network = calibrate(before);
  const Network new_network = calibrate(after);
  const RunResult old_run = run_engine(old_network, 100);
  const RunResult new_run = run_engine(new_network, 100);
  for (int member = 0; member < static_cast<int>(before.bloc.members.size()); ++member) {
    for (int mineral = 0; mineral < static_cast<int>(before.minerals.size()); ++mineral) {
      for (int k = 0; k < n_measures; ++k) {
        const auto measure = static_cast<Measure>(k);
        EXPECT_EQ(values_of(old_run, measure, member, mineral),
                  values_of(new_run, measure, member, mineral))
            << measure_table[k].name;
      }
    }
  }
}

TEST_P(Address, PoliciesShareTheirDraws) {
  const Scenario before = roomy(GetParam());
  Scenario after = before;
  after.bloc.pooling = !before.bloc.pooling;
  after.price_floor.ratio.clear();
  after.stocks.clear();
  after.shared_stock.days.clear();
  for (Mineral& mineral : after.minerals) mineral.spot_fraction = 0.9;
  resolve(after);
  expect_kept(before, after);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Address, testing::Range(100, 112));

TEST(AddressTest, AnotherSeedChangesTheDraws) {
  const Scenario scenario = roomy(100);
  const Network network = calibrate(scenario);
  OnePath one(network, 1);
  OnePath other(network, 2);
  EXPECT_NE(one.sample_world(0).price_shock[0], other.sample_world(0).price_shock[0]);
  EXPECT_NE(one.sample_world(0).price_shock[1], one.sample_world(1).price_shock[0]);
}

}  // namespace
}  // namespace blocrisk
