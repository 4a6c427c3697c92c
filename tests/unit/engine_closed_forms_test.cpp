// Special cases that must come out exactly: scheduled restrictions, stocks, closure, projects and
// pooling on networks small enough to work out by hand; and what more stock does on the same draws.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "host/replay/one_path.hpp"
#include "host/scenario/validate.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/random_scenario.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk {
namespace {

constexpr double close = 2e-6;  // some roundings of single precision

/// What a path showed, step by step.
struct Story final : PathWatcher {
  std::vector<double> unmet;  ///< first member: U/D
  std::vector<double> cover_days, price, restricted;
  std::vector<std::vector<double>> sink_unmet;  ///< [step][sink] U/N
  std::vector<std::vector<double>> need_t;      ///< [step][sink] N
  std::vector<std::vector<double>> operating;   ///< [step][class]
  std::vector<double> first_node_extra_t;       ///< of the last stage
  int n_stages = 1, n_sinks = 1, n_classes = 0;
  double output_rate = 1.0;  ///< of the last stage's first node

  void end_step(int, const ChainState<OneLane>& state) override {
    const StageState<OneLane>& last = state.stage[n_stages - 1];
    auto& parts = sink_unmet.emplace_back();
    for (int j = 0; j < n_sinks; ++j)
      parts.push_back(static_cast<double>(last.sink[j].gap_t) /
                      static_cast<double>(last.sink[j].need_t));
    auto& needs = need_t.emplace_back();
    for (int j = 0; j < n_sinks; ++j) needs.push_back(last.sink[j].need_t);
    auto& running = operating.emplace_back();
    for (int k = 0; k < n_classes; ++k) running.push_back(state.operating[k]);
    first_node_extra_t.push_back(static_cast<double>(last.node[0].output_t) -
                                 static_cast<double>(last.node[0].capacity_t) * output_rate);
  }
  void cell(int, int c, float unmet_fraction, float days) override {
    if (c != 0) return;
    unmet.push_back(unmet_fraction);
    cover_days.push_back(days);
  }
  void market(int, float p, float part) override {
    price.push_back(p);
    restricted.push_back(part);
  }
};

Network calibrated(Scenario scenario) {
  resolve(scenario);
  const std::vector<Complaint> complaints = validate(scenario);
  EXPECT_TRUE(complaints.empty()) << format_complaints(complaints);
  return calibrate(scenario);
}

Story tell(const Scenario& scenario, std::uint64_t path_number = 0) {
  const Network network = calibrated(scenario);
  OnePath path(network, test_seed);
  path.sample_world(path_number);
  Story story;
  const ChainSpec& chain = network.chains.front();
  story.n_stages = chain.n_stages;
  story.n_sinks = chain.stages[chain.n_stages - 1].n_sinks;
  story.n_classes = chain.n_op_classes;
  story.output_rate = network.reals[chain.stages[chain.n_stages - 1].output_rate];
  path.run_chain(0, story);
  return story;
}

/// expected(step) for every step.
void expect_steps(const std::vector<double>& found, const std::function<double(int)>& expected,
                  double tolerance = close) {
  for (std::size_t step = 0; step < found.size(); ++step)
    EXPECT_NEAR(found[step], expected(static_cast<int>(step)), tolerance) << "step " << step;
}

bool between(int step, int first, int last) { return step >= first && step < last; }

// Zero rates.

TEST(ZeroRates, NothingIsUnmet) {
  expect_steps(
      tell(sole_supplier()).unmet, [](int) { return 0.0; }, 0.0);
}

// Restrictions.

class Quota : public testing::TestWithParam<std::tuple<double, double>> {};

TEST_P(Quota, OnEveryoneCutsEveryForeignSinkByIt) {
  const auto [severity, spot] = GetParam();
  Scenario s = sole_supplier();
  s.minerals.front().spot_fraction = spot;
  add_demand(s, "S", 600.0);
  add_demand(s, "N", 150.0);
  schedule(s, 6, 12, severity);
  const Story story = tell(s);
  for (int step = 0; step < 36; ++step) {
    const double cut = between(step, 6, 18) ? severity : 0.0;
    const auto& unmet = story.sink_unmet[static_cast<std::size_t>(step)];
    EXPECT_NEAR(unmet[0], cut, close) << "M, step " << step;
    EXPECT_NEAR(unmet[1], 0.0, close) << "home, step " << step;
    EXPECT_NEAR(unmet[2], cut, close) << "N, step " << step;
  }
  expect_steps(story.restricted, [&](int step) { return between(step, 6, 18) ? severity : 0.0; });
}

INSTANTIATE_TEST_SUITE_P(Values, Quota,
                         testing::Combine(testing::Values(0.1, 0.25, 0.6, 1.0),
                                          testing::Values(0.0, 0.2, 1.0)));

TEST(Quota, OnOneBuyerSparesTheOthers) {
  Scenario s = sole_supplier();
  s.minerals.front().spot_fraction = 0.0;
  add_demand(s, "N", 1200.0);
  s.target_groups.push_back({});
  s.target_groups.back().name = "only M";
  s.target_groups.back().countries = {{"M"}};
  schedule(s, 0, 36, 0.5);
  s.scheduled.back().target = "only M";
  const Story story = tell(s);
  for (const auto& unmet : story.sink_unmet) {
    EXPECT_NEAR(unmet[0], 0.5, close);
    EXPECT_NEAR(unmet[1], 0.0, close);
  }
}

// What is kept from M makes up for what another supplier no longer sends to N.
TEST(Quota, WithheldGoodsGoToThoseOutsideTheGroup) {
  Scenario s = sole_supplier();
  s.minerals.front().spot_fraction = 0.0;
  add_demand(s, "N", 1200.0);
  s.target_groups.resize(3);
  s.target_groups[1].name = "only M";
  s.target_groups[1].countries = {{"M"}};
  s.target_groups[2].name = "only N";
  s.target_groups[2].countries = {{"N"}};
  NodeRow other = s.nodes.front();
  other.country = "T";
  s.countries.push_back({"T", "T", 1.0, {}});
  for (NodeRow* node : {&s.nodes.front(), &other}) {
    node->output_t_per_yr = 1200.0;
    node->capacity_t_per_yr = 1200.0;
  }
  s.nodes.push_back(other);
  Actor actor = s.actors.front();
  actor.country = "T";
  s.actors.push_back(actor);
  schedule(s, 0, 36, 0.5);
  s.scheduled.back().target = "only M";
  schedule(s, 0, 36, 0.5);
  s.scheduled.back().actor = "T";
  s.scheduled.back().target = "only N";
  // Each buyer gets half its tonnes from each supplier, so each loses a quarter; S's withheld
  // quarter goes to N and T's to M.
  for (const auto& unmet : tell(s).sink_unmet) {
    EXPECT_NEAR(unmet[0], 0.0, close);
    EXPECT_NEAR(unmet[1], 0.0, close);
  }
}

TEST(Restriction, AShortBanOverALongQuotaGivesTheQuotaBack) {
  Scenario s = sole_supplier();
  schedule(s, 6, 24, 0.3);
  schedule(s, 10, 3, 1.0);
  expect_steps(tell(s).unmet, [](int step) {
    return between(step, 10, 13) ? 1.0 : between(step, 6, 30) ? 0.3 : 0.0;
  });
}

TEST(Restriction, AWeakerNewcomerThatLastsLongerFollows) {
  Scenario s = sole_supplier();
  schedule(s, 6, 6, 1.0);
  schedule(s, 8, 12, 0.3);
  expect_steps(tell(s).unmet, [](int step) {
    return between(step, 6, 12) ? 1.0 : between(step, 12, 20) ? 0.3 : 0.0;
  });
}

TEST(Restriction, AWeakerNewcomerThatEndsFirstIsForgotten) {
  Scenario s = sole_supplier();
  schedule(s, 6, 12, 1.0);
  schedule(s, 8, 3, 0.3);
  expect_steps(tell(s).unmet, [](int step) { return between(step, 6, 18) ? 1.0 : 0.0; });
}

TEST(Restriction, OnlyTheLongestLiesUnderneath) {
  Scenario s = sole_supplier();
  schedule(s, 2, 20, 0.3);  // to 22
  schedule(s, 4, 10, 0.5);  // to 14; 0.3 underneath
  schedule(s, 6, 2, 1.0);   // to 8; 0.5 has less time left than 0.3, which stays
  expect_steps(tell(s).unmet, [](int step) {
    return between(step, 6, 8) ? 1.0 : between(step, 4, 6) ? 0.5 : between(step, 2, 22) ? 0.3 : 0.0;
  });
}

TEST(Restriction, TheOneUnderneathHasItsLastStep) {
  Scenario s = sole_supplier();
  schedule(s, 2, 9, 0.3);  // to 11
  schedule(s, 4, 6, 1.0);  // to 10
  expect_steps(tell(s).unmet, [](int step) {
    return between(step, 4, 10) ? 1.0 : between(step, 2, 11) ? 0.3 : 0.0;
  });
}

TEST(Restriction, EventsOfOneStepApplyInFileOrder) {
  Scenario s = sole_supplier();
  schedule(s, 6, 12, 0.3);
  schedule(s, 6, 3, 0.8);
  expect_steps(tell(s).unmet, [](int step) {
    return between(step, 6, 9) ? 0.8 : between(step, 9, 18) ? 0.3 : 0.0;
  });
}

TEST(Restriction, PartsOfAStepCountAsWhole) {
  Scenario s = sole_supplier();
  schedule(s, 6, 2.25, 0.5);
  schedule(s, 20, 0.1, 0.5);
  expect_steps(tell(s).unmet,
               [](int step) { return between(step, 6, 9) || between(step, 20, 21) ? 0.5 : 0.0; });
}

TEST(Restriction, SettlesAndLeaks) {
  Scenario s = sole_supplier();
  s.minerals.front().leakage_fraction = 0.5;
  s.minerals.front().leakage_months = 5.0;
  s.actors.front().enforcement = 0.2;
  Instrument& ban = s.instruments.front();
  ban.initial_severity = 0.9;
  ban.settled_severity = 0.4;
  ban.settling_months = 3.0;
  schedule(s, 6, 24, 1.0);  // an instrument of its own, replaced:
  s.scheduled.back().instrument = "ban";
  s.instruments.resize(1);
  expect_steps(tell(s).unmet, [](int step) {
    if (!between(step, 6, 30)) return 0.0;
    const double severity = 0.4 + 0.5 * std::exp(-(step - 6) / 3.0);
    const double leaked = 0.5 * 0.8 * (1.0 - std::exp(-(step - 6) / 5.0));
    return severity * (1.0 - leaked);
  });
}

// The measure underneath comes back settled, and what had begun to leak goes on leaking.
TEST(Restriction, TheOneUnderneathComesBackSettledAndLeaksOn) {
  Scenario s = sole_supplier();
  s.minerals.front().leakage_fraction = 0.5;
  s.minerals.front().leakage_months = 5.0;
  Instrument quota = s.instruments.front();
  quota.name = "quota";
  quota.initial_severity = 0.6;
  quota.settled_severity = 0.3;
  quota.settling_months = 3.0;
  s.instruments.push_back(quota);
  schedule(s, 6, 24, 1.0);
  s.scheduled.back().instrument = "quota";
  schedule(s, 10, 4, 1.0);
  const auto leaked = [](int steps) { return 0.5 * (1.0 - std::exp(-steps / 5.0)); };
  expect_steps(tell(s).unmet, [&](int step) {
    if (between(step, 6, 10))
      return (0.3 + 0.3 * std::exp(-(step - 6) / 3.0)) * (1.0 - leaked(step - 6));
    if (between(step, 10, 14)) return 1.0 - leaked(step - 10);
    // In the step of the return v is v_settled, and settling and leaking go on.
    if (between(step, 14, 30)) return 0.3 * (1.0 - leaked(step - 10));
    return 0.0;
  });
}

// Stocks.

enum class Kind { commercial, strategic, shared };

/// `tonnes` of one kind of stock of M that can all be used at once.
Scenario with_stock(Scenario s, Kind kind, double tonnes) {
  switch (kind) {
    case Kind::commercial:
      s.demand.front().commercial_stock_days =
          tonnes / s.demand.front().demand_t_per_yr * days_per_yr;
      s.demand.front().commercial_release_fraction = 1.0;
      break;
    case Kind::strategic: {
      StockRow row;
      row.mineral = "metal";
      row.holder = "M";
      row.tonnes = tonnes;
      row.trigger_fraction = 0.0;
      row.latency_months = 0.0;
      row.release_rate = 1.0;
      s.stocks = {row};
      break;
    }
    case Kind::shared:
      s.shared_stock.tonnes = {{"metal", tonnes}};
      s.shared_stock.trigger_fraction = 0.0;
      s.shared_stock.latency_months = 0.0;
      s.shared_stock.release_rate = 1.0;
      break;
  }
  return s;
}

class StockOfDays : public testing::TestWithParam<std::tuple<Kind, int>> {};

TEST_P(StockOfDays, LastsThatLongUnderAFullBan) {
  const auto [kind, steps_per_year] = GetParam();
  Scenario s = with_stock(sole_supplier(), kind, 440.0);  // 4.4 months of 100 t
  s.clock.steps_per_year = steps_per_year;
  schedule(s, 6, 12, 1.0);
  const Network network = calibrated(s);
  const RunResult result = run_engine(network, 3);
  const double per_month = steps_per_year / 12.0;
  const int first = static_cast<int>(std::nearbyint(6.0 * per_month));
  const int last = first + static_cast<int>(std::ceil(12.0 * per_month - 1e-6));
  const double held_steps = 4.4 * per_month;
  const int dry = first + static_cast<int>(held_steps);  // partly covered: short by more than 5 %
  for (std::size_t path = 0; path < 3; ++path) {
    EXPECT_NEAR(values_of(result, Measure::first_short)[path], dry / per_month, 1e-4);
    EXPECT_NEAR(values_of(result, Measure::months_short)[path], (last - dry) / per_month, 1e-4);
    EXPECT_NEAR(values_of(result, Measure::longest_spell)[path], (last - dry) / per_month, 1e-4);
    const double horizon = 36.0 * per_month;
    EXPECT_NEAR(values_of(result, Measure::shortfall)[path], (last - first - held_steps) / horizon,
                1e-5);
    EXPECT_NEAR(values_of(result, Measure::drawn)[path], held_steps / horizon, 1e-5);
  }
  const std::vector<double> cover = tell(s).cover_days;
  EXPECT_NEAR(cover.front(), 440.0 / 1200.0 * 365.0, 1e-3);
  EXPECT_NEAR(cover[static_cast<std::size_t>(dry)], 0.0, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Kinds, StockOfDays,
                         testing::Combine(testing::Values(Kind::commercial, Kind::strategic,
                                                          Kind::shared),
                                          testing::Values(12, 52, 365)));

TEST(StrategicStock, OpensAfterItsLatencyAndReleasesAtItsRate) {
  Scenario s = with_stock(sole_supplier(), Kind::strategic, 1e4);
  s.stocks.front().latency_months = 2.0;
  s.stocks.front().release_rate = 0.4;
  s.stocks.front().trigger_fraction = 0.1;
  schedule(s, 6, 12, 1.0);
  schedule(s, 24, 6, 0.09);  // stays under the trigger
  expect_steps(tell(s).unmet, [](int step) {
    if (between(step, 6, 8)) return 1.0;  // the count exceeds 2 at the third step
    if (between(step, 8, 18)) return 0.6;
    return between(step, 24, 30) ? 0.09 : 0.0;
  });
}

TEST(SharedStock, OpensAfterItsLatencyAndReleasesAtItsRate) {
  Scenario s = with_stock(sole_supplier(), Kind::shared, 1e4);
  s.shared_stock.latency_months = 2.0;
  s.shared_stock.release_rate = 0.4;
  s.shared_stock.trigger_fraction = 0.1;
  schedule(s, 6, 12, 1.0);
  schedule(s, 24, 6, 0.09);
  expect_steps(tell(s).unmet, [](int step) {
    if (between(step, 6, 8)) return 1.0;
    if (between(step, 8, 18)) return 0.6;
    return between(step, 24, 30) ? 0.09 : 0.0;
  });
}

// Both count the steps at which commercial stocks left more than the trigger; the shared stock gets
// what the member's own leaves.
TEST(SharedStock, ComesAfterTheMembersOwn) {
  Scenario s = with_stock(with_stock(sole_supplier(), Kind::strategic, 1e4), Kind::shared, 1e4);
  s.stocks.front().release_rate = 0.5;
  s.shared_stock.release_rate = 0.3;
  s.shared_stock.latency_months = 1.0;
  schedule(s, 6, 6, 1.0);
  expect_steps(tell(s).unmet, [](int step) {
    return step == 6 ? 0.5 : between(step, 7, 12) ? 0.2 : 0.0;
  });
}

TEST(CommercialStock, GivesItsFractionOfWhatIsLeftEachMonth) {
  Scenario s = with_stock(sole_supplier(), Kind::commercial, 100.0);
  s.demand.front().commercial_release_fraction = 0.4;
  schedule(s, 6, 6, 1.0);
  s.clock.years = 1.0;
  expect_steps(
      tell(s).unmet, [](int step) { return step < 6 ? 0.0 : 1.0 - 0.4 * std::pow(0.6, step - 6); },
      1e-5);
}

TEST(SharedStock, IsSplitByGapsAmongMembers) {
  Scenario s = with_stock(sole_supplier(), Kind::shared, 1e4);
  add_demand(s, "N", 600.0);
  add_demand(s, "O", 600.0);  // no member
  s.bloc.members = {"M", "N"};
  s.shared_stock.release_rate = 0.25;
  schedule(s, 6, 6, 0.5);
  const Story story = tell(s);
  for (int step = 6; step < 12; ++step) {
    // A quarter of all members' demand on gaps of half of it.
    const auto& unmet = story.sink_unmet[static_cast<std::size_t>(step)];
    EXPECT_NEAR(unmet[0], 0.25, close);
    EXPECT_NEAR(unmet[1], 0.25, close);
    EXPECT_NEAR(unmet[2], 0.5, close);
  }
}

TEST(Stocks, AreBoughtBackFromTheLeftover) {
  Scenario s = with_stock(sole_supplier(), Kind::strategic, 120.0);
  s.stocks.front().buy_below = 1.5;
  s.nodes.front().capacity_t_per_yr = 2400.0;  // as much again idle,
  s.minerals.front().surge_fraction = 0.5;     // of which half can run
  schedule(s, 0, 1, 1.0);
  const Story story = tell(s);
  // A ban holds back the spare as well, so 100 of 120 t are drawn. The step after is too dear; then
  // a twelfth of what is missing comes back in every step.
  const auto left = [](int step) {
    return 120.0 - 100.0 * std::pow(11.0 / 12.0, std::max(step - 1, 0));
  };
  expect_steps(
      story.cover_days, [&](int step) { return left(step) / 1200.0 * 365.0; }, 1e-3);
}

// Supply.

TEST(Closure, FollowsItsRateToWhatTheMarginSupports) {
  Scenario s = sole_supplier();
  s.minerals.front().initial_price_ratio = 0.7;
  s.minerals.front().close_ratio = 0.6;
  s.minerals.front().close_per_yr = 1.2;
  s.minerals.front().supply_elasticity = 100.0;        // scarcity hardly moves the price,
  s.minerals.front().earn_smoothing_months = 49152.0;  // and that does not reach the producer
  s.nodes.front().cash_cost_ratio = 0.7 / 0.8;  // the price is 0.8 of the cost: half of 0.6 .. 1
  expect_steps(
      tell(s).unmet, [](int step) { return std::min(0.5, 0.1 * (step + 1)); }, 1e-4);
}

TEST(Closure, AFloorKeepsABlocProducerOpen) {
  Scenario s = sole_supplier();
  s.countries.push_back({"P", "P", 1.0, {}});
  NodeRow node = s.nodes.front();
  node.country = "P";
  node.cash_cost_ratio = 0.9;
  node.output_t_per_yr = node.capacity_t_per_yr.emplace(600.0);
  s.nodes.front().output_t_per_yr = 600.0;
  s.nodes.front().capacity_t_per_yr = 1200.0;  // S can step in, so the price stays
  s.minerals.front().surge_fraction = 1.0;
  s.nodes.push_back(node);
  s.minerals.front().initial_price_ratio = 0.6;  // the bloc's producer earns nothing at this price
  s.bloc.members = {"M", "P"};
  const auto operating = [](const Scenario& scenario) {
    return tell(scenario).operating.back()[1];
  };
  EXPECT_NEAR(operating(s), 0.0, close);
  s.price_floor.ratio["metal"] = 0.95;
  EXPECT_NEAR(operating(s), 1.0, close);
  s.price_floor.circumvention_fraction = 1.0;
  EXPECT_NEAR(operating(s), 0.0, 1e-3);  // smoothed from the floor down
}

// Floods start for certain and last a step: on at 1, 3, 5, .. for there are no rivals before step 0
// and a flood does not restart in the step it ends.
TEST(Flooding, PressesThePriceAndSellsWhatRivalsHaveClosed) {
  Scenario s = sole_supplier();
  Mineral& law = s.minerals.front();
  law.flooder = "S";
  law.flood_per_yr = 1e4;
  law.flood_months = 1.0;
  law.flood_depth = 0.5;
  law.flood_trigger_fraction = 0.2;
  law.earn_smoothing_months = 1.0;  // producers feel today's price
  law.close_per_yr = 1.2;
  law.open_per_yr = 0.6;
  law.surge_fraction = 1.0;
  NodeRow rival = s.nodes.front();
  rival.country = "T";
  rival.output_t_per_yr = rival.capacity_t_per_yr.emplace(600.0);
  rival.cash_cost_ratio = 0.9;
  s.countries.push_back({"T", "T", 1.0, {}});
  s.nodes.front().output_t_per_yr = 600.0;
  s.nodes.front().capacity_t_per_yr = 1200.0;  // can all run, so nobody goes short
  s.nodes.push_back(rival);
  s.clock.years = 0.5;
  const Story story = tell(s);
  double open = 1.0;
  for (int step = 0; step < 6; ++step) {
    const auto at = static_cast<std::size_t>(step);
    const bool flooded = step % 2 == 1;
    open = flooded ? open - 0.1 : std::min(open + 0.05, 1.0);
    EXPECT_NEAR(story.price[at], flooded ? std::exp(-0.5) : 1.0, close) << "step " << step;
    EXPECT_NEAR(story.operating[at][1], open, close) << "step " << step;
    EXPECT_NEAR(story.first_node_extra_t[at], flooded ? 50.0 * (1.0 - open) : 0.0, 1e-4)
        << "step " << step;
  }
  law.flood_trigger_fraction = 0.4;  // rivals make a third of what could be sold
  expect_steps(tell(s).price, [](int) { return 1.0; });
}

TEST(Project, RampsUpFromItsDelayedStart) {
  Scenario s = sole_supplier();
  ProjectRow project;
  project.name = "mine";
  project.mineral = "metal";
  project.stage = "refine";
  project.country = "S";
  project.capacity_t_per_yr = 120.0;
  project.decision_month = -1.0;
  project.start_month = 3.0;
  project.delay_median_months = 2.5;
  project.delay_log_sd = 0.0;
  project.ramp_median_months = 8.0;
  project.ramp_log_sd = 0.0;
  project.success_probability = 1.0;
  project.incentive_price_ratio = 100.0;  // not tested: already taken
  s.projects = {project};
  const auto ramp = [](int step) { return 10.0 * std::clamp((step - 5.5) / 8.0, 0.0, 1.0); };
  expect_steps(tell(s).first_node_extra_t, ramp, 1e-4);
  s.projects.front().decision_month = 0.0;
  expect_steps(
      tell(s).first_node_extra_t, [](int) { return 0.0; }, 0.0);
  s.projects.front().incentive_price_ratio = 1.0;
  expect_steps(tell(s).first_node_extra_t, ramp, 1e-4);
  s.projects.front().success_probability = 0.0;
  expect_steps(
      tell(s).first_node_extra_t, [](int) { return 0.0; }, 0.0);
}

// S, banned towards everyone, leaves M and N to the spare tonnes of P, a member.
TEST(Pooling, MembersServeMembersFirst) {
  Scenario s = sole_supplier();
  s.minerals.front().spot_fraction = 0.0;
  s.minerals.front().surge_fraction = 1.0;
  add_demand(s, "N", 1200.0);
  s.countries.push_back({"P", "P", 1.0, {}});
  NodeRow node = s.nodes.front();
  node.country = "P";
  node.output_t_per_yr = 240.0;
  node.capacity_t_per_yr = 840.0;
  s.nodes.front().output_t_per_yr = s.nodes.front().capacity_t_per_yr.emplace(2160.0);
  s.nodes.push_back(node);
  s.bloc.members = {"M", "P"};
  schedule(s, 0, 36, 1.0);
  // Each buyer has 120 t of 1,200 from P by contract, 1,080 missing; P can sell 600 more.
  const auto alone = tell(s).sink_unmet.front();
  EXPECT_NEAR(alone[0], 480.0 / 1200.0, close);
  EXPECT_NEAR(alone[1], 1080.0 / 1200.0, close);
  s.bloc.pooling = false;
  const auto all = tell(s).sink_unmet.front();
  EXPECT_NEAR(all[0], 780.0 / 1200.0, close);
  EXPECT_NEAR(all[1], 780.0 / 1200.0, close);
  s.countries[0].purchasing_weight = 1.0;
  s.countries[1].purchasing_weight = 1.5;  // M; 3 : 2
  const auto weighted = tell(s).sink_unmet.front();
  EXPECT_NEAR(weighted[0], 720.0 / 1200.0, close);
  EXPECT_NEAR(weighted[1], 840.0 / 1200.0, close);
  s.allocation.rule = AllocationRule::priority;
  s.allocation.order = {"N"};
  const auto ordered = tell(s).sink_unmet.front();
  EXPECT_NEAR(ordered[0], 1080.0 / 1200.0, close);
  EXPECT_NEAR(ordered[1], 480.0 / 1200.0, close);
}

TEST(Feed, AStockBridgesTheGapAndScrapIsAlwaysThere) {
  Scenario s = sole_supplier();
  s.minerals.front().stages = {"mine", "refine"};
  s.minerals.front().spot_fraction = 0.0;
  s.nodes.front().stage = "mine";
  NodeRow refinery = s.nodes.front();
  refinery.stage = "refine";
  refinery.country = "M";
  refinery.inclusion_probability = 0.0;
  refinery.yield_fraction = 0.5;
  refinery.secondary_feed_fraction = 0.25;
  refinery.feed_stock_days = 365.0 / 8.0;  // 1.5 steps
  s.nodes.push_back(refinery);
  s.nodes.front().output_t_per_yr = s.nodes.front().capacity_t_per_yr.emplace(1800.0);
  schedule(s, 6, 12, 1.0);
  s.clock.years = 1.5;
  expect_steps(tell(s).unmet, [](int step) {
    return step < 7 ? 0.0 : step == 7 ? 0.75 * 0.5 : 0.75;
  });
}

// Demand and price.

TEST(Scarcity, RaisesThePriceAndPricesCutDemand) {
  Scenario s = sole_supplier();
  s.minerals.front().demand_elasticity = 0.25;
  s.minerals.front().supply_elasticity = 0.25;  // p = (1-s)^-2
  s.minerals.front().max_response_fraction = 0.25;
  schedule(s, 6, 1, 0.36);
  const Story story = tell(s);
  // s is the gap of the step before: p = 0.64^-2 at step 7, which demand answers at step 8.
  expect_steps(
      story.price, [](int step) { return step == 7 ? 1.0 / (0.64 * 0.64) : 1.0; }, 1e-5);
  schedule(s, 7, 2, 0.5);
  // Need at step 8 is 0.64^(2 x 0.25) = 0.8 of the reference, of which contracts bring half a
  // reference.
  EXPECT_NEAR(tell(s).unmet[8], 0.8 - 0.5, 1e-5);
}

TEST(Scarcity, DoesNotReachBuyersWhoRestrict) {
  Scenario s = sole_supplier();
  add_demand(s, "S", 1200.0);
  s.bloc.members = {"S", "M"};
  schedule(s, 6, 4, 0.5);
  // S is served at home; its need does not dilute the scarcity of M.
  expect_steps(tell(s).price, [](int step) { return between(step, 7, 11) ? 2.0 : 1.0; });
  const RunResult result = run_engine(calibrated(s), 1);
  // Once the ban is over S pays 2 like others, for a step: the memory is of one step.
  EXPECT_NEAR(values_of(result, Measure::extra_cost, 0).front(), 100.0 * 1000.0, 1.0);
  // M pays 2 at steps 7 to 9 for half its need, then like S.
  EXPECT_NEAR(values_of(result, Measure::extra_cost, 1).front(), (3 * 0.5 + 1) * 100.0 * 1000.0,
              1.0);
}

/// S refines nothing but mines all there is, and restricts that; M refines. Both then lack half of
/// what they want, S 50 t and M 100 t a month.
Scenario restricted_mine() {
  Scenario s = sole_supplier();
  add_demand(s, "S", 600.0);
  s.minerals.front().stages = {"mine", "refine"};
  NodeRow mine = s.nodes.front();
  mine.stage = "mine";
  s.nodes.front().country = "M";
  s.nodes.front().inclusion_probability = 0.0;
  s.nodes.push_back(mine);
  s.bloc.members = {"S", "M"};
  schedule(s, 6, 4, 0.5);
  return s;
}

// A member that restricts an early stage is inside R as a buyer of the last one.
TEST(Scarcity, KnowsRestrictionsAtAnyStage) {
  const RunResult result = run_engine(calibrated(restricted_mine()), 1);
  EXPECT_NEAR(values_of(result, Measure::shortfall, 0).front(), 2.0 / 36.0, 1e-5);
  EXPECT_NEAR(values_of(result, Measure::shortfall, 1).front(), 2.0 / 36.0, 1e-5);
  // The price is 2 from step 7 to 10; S pays it once its restriction is over.
  EXPECT_NEAR(values_of(result, Measure::extra_cost, 0).front(), 50.0 * 1000.0, 1.0);
  EXPECT_NEAR(values_of(result, Measure::extra_cost, 1).front(), 2.5 * 100.0 * 1000.0, 1.0);
}

TEST(Demand, AnswersThePriceThatItsCountryPaid) {
  Scenario s = restricted_mine();
  s.minerals.front().demand_elasticity = 0.25;
  s.minerals.front().supply_elasticity = 0.25;
  s.minerals.front().max_response_fraction = 0.25;
  const auto need = tell(s).need_t;
  // A price of 4 at step 7 asks for more than the largest response at step 8; not of S, which was
  // in R up to step 9.
  EXPECT_NEAR(need[7][0], 100.0, 1e-4);
  EXPECT_NEAR(need[8][0], 75.0, 1e-4);
  for (std::size_t step = 0; step <= 10; ++step) EXPECT_NEAR(need[step][1], 50.0, 1e-4);
  EXPECT_LT(need[11][1], 45.0);
}

// Pathwise: the same draws, one mineral, one member, one kind of stock.

class MoreStock : public testing::TestWithParam<std::tuple<Kind, int>> {};

TEST_P(MoreStock, NeverMeansMoreShortfall) {
  const auto [kind, spread] = GetParam();
  Scenario s = sole_supplier();
  s.clock.years = 4.0;
  add_demand(s, "S", 400.0);
  add_demand(s, "N", 500.0);
  s.instruments.front().structural_median_months = 6.0;
  s.instruments.front().structural_log_sd = 1.0;
  s.instruments.front().settled_severity = 0.4;
  s.actors.front().events_per_yr = {1.0};
  s.nodes.front().outage_per_yr = 1.0;
  s.nodes.front().outage_months = 2.0;
  s.nodes.front().outage_depth = 0.5;
  s.nodes.front().capacity_t_per_yr = *s.nodes.front().capacity_t_per_yr * 1.2;
  s.minerals.front().surge_fraction = 0.5;
  s.minerals.front().leakage_fraction = 0.3;
  s.minerals.front().volatility_per_sqrt_yr = 0.1 * spread;
  s.minerals.front().demand_elasticity = 0.1 * spread;
  s.minerals.front().supply_elasticity = 0.2;
  s.minerals.front().max_response_fraction = 0.3;
  constexpr std::uint64_t n_paths = 20000;
  std::vector<float> before;
  bool matters = false;
  for (const double months : {0.0, 0.5, 1.0, 3.0, 9.0}) {
    Scenario stocked = with_stock(s, kind, months * 100.0);
    stocked.demand.front().commercial_release_fraction = 0.5;
    stocked.demand.front().commercial_refill_yr = 0.5;
    for (StockRow& row : stocked.stocks) {
      row.latency_months = 1.0;
      row.release_rate = 0.7;
      row.buy_below = 2.0;
      row.trigger_fraction = 0.05;
    }
    stocked.shared_stock.buy_below = 2.0;
    stocked.shared_stock.latency_months = 1.0;
    const Network network = calibrated(stocked);
    const std::vector<float> after = values_of(run_engine(network, n_paths), Measure::shortfall);
    std::size_t n_worse = 0;
    float worst = 0.0f;
    for (std::size_t path = 0; path < before.size(); ++path) {
      worst = std::max(worst, after[path] - before[path]);
      n_worse += after[path] > before[path] + 1e-6f;
      matters = matters || after[path] < before[path];
    }
    EXPECT_EQ(n_worse, 0u) << months << " months; worst by " << worst;
    before = after;
  }
  EXPECT_TRUE(matters);
}

INSTANTIATE_TEST_SUITE_P(Kinds, MoreStock,
                         testing::Combine(testing::Values(Kind::commercial, Kind::strategic,
                                                          Kind::shared),
                                          testing::Values(0, 1, 2)));

}  // namespace
}  // namespace blocrisk
