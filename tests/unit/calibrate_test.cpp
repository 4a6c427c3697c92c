#include "host/scenario/calibrate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "host/scenario/parse.hpp"
#include "host/support/error.hpp"
#include "kernels/random/address.hpp"

namespace blocrisk {
namespace {

NodeRow node(const std::string& stage, const std::string& country, double output_t_per_yr) {
  NodeRow row;
  row.mineral = "metal";
  row.stage = stage;
  row.country = country;
  row.output_t_per_yr = output_t_per_yr;
  row.cash_cost_ratio = 0.8;
  return row;
}

DemandRow demand(const std::string& country, double demand_t_per_yr) {
  DemandRow row;
  row.mineral = "metal";
  row.country = country;
  row.demand_t_per_yr = demand_t_per_yr;
  return row;
}

Mineral metal() {
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

Actor actor(const std::string& country) {
  Actor law;
  law.country = country;
  law.events_per_yr = {0.5};
  law.instruments = {{"ban", 1.0}, {"quota", 3.0}};
  law.targets = {{"everyone", 1.0}};
  return law;
}

Instrument instrument(const std::string& name) {
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

TargetGroup group(const std::string& name) {
  TargetGroup result;
  result.name = name;
  return result;
}

/// Two stages, three countries and the rest; A mines and refines most and is an actor, B and C are
/// the bloc. Refining yields 0.8 and takes a tenth of its feed from scrap: 100 t want 112.5 t of
/// ore.
Scenario small_scenario() {
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

Network calibrate_changed(const std::function<void(Scenario&)>& change) {
  Scenario s = small_scenario();
  change(s);
  resolve(s);
  return calibrate(s);
}

std::string complaint_of(const std::function<void(Scenario&)>& change) {
  try {
    calibrate_changed(change);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "";
}

bool reports(const Network& network, const std::string& stage, const std::string& subject,
             const std::string& text) {
  for (const Adjustment& at : network.adjustments) {
    if (at.stage == stage && at.subject == subject && at.message.find(text) != std::string::npos)
      return true;
  }
  return false;
}

float real(const Network& network, Offset table, int index) {
  return network.reals[table + static_cast<Offset>(index)];
}

std::int32_t integer(const Network& network, Offset table, int index) {
  return network.ints[table + static_cast<Offset>(index)];
}

double flow_of(const StageBase& base, std::size_t i, std::size_t j) {
  return base.flow_t[i * base.sink_want_t.size() + j];
}

void expect_balanced(const StageBase& base, double dt_yr) {
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

TEST(Calibrate, BaseFlowsAddUp) {
  const Network network = calibrate(small_scenario());
  ASSERT_EQ(network.base.size(), 1U);
  ASSERT_EQ(network.base[0].size(), 2U);
  for (const StageBase& base : network.base[0]) {
    expect_balanced(base, 1.0 / 12);
    EXPECT_NEAR(base.scale, 1.0, 1e-12);
  }
  const StageBase& mine = network.base[0][0];
  EXPECT_NEAR(mine.sink_want_t[0], 60.0 * 0.9 / 0.8 / 12, 1e-13);
  EXPECT_EQ(mine.sink_want_t[3], 0.0) << "a place without output wants no feed";
  EXPECT_TRUE(network.adjustments.empty());
}

TEST(Calibrate, OutputsAreScaledToWhatBuyersWant) {
  const Network network =
      calibrate_changed([](Scenario& s) { s.demand[1].demand_t_per_yr = 50.0; });
  EXPECT_NEAR(network.base[0][1].scale, 1.1, 1e-12);
  EXPECT_NEAR(network.base[0][0].scale, 1.1, 1e-12) << "the stage before feels it too";
  EXPECT_NEAR(network.base[0][1].output_t[0], 66.0, 1e-12);
  EXPECT_TRUE(reports(network, "refine", "", "scaled by 1.1"));
}

TEST(Calibrate, AnImbalanceBeyondToleranceNamesMineralStageAndTotals) {
  const std::string message = complaint_of([](Scenario& s) { s.demand[1].demand_t_per_yr = 60.0; });
  for (const char* part : {"metal", "refine", "120", "100", "0.15"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  }
  EXPECT_EQ(complaint_of([](Scenario& s) {
              s.demand[1].demand_t_per_yr = 60.0;
              s.network.balance_tolerance = 0.25;
            }),
            "");
}

TEST(Calibrate, EveryMineralOutOfBalanceIsNamedAtOnce) {
  const std::string message = complaint_of([](Scenario& s) {
    s.minerals.push_back(s.minerals[0]);
    s.minerals[1].id = "other";
    const auto nodes = s.nodes;
    const auto demands = s.demand;
    for (NodeRow row : nodes) s.nodes.push_back((row.mineral = "other", row));
    for (DemandRow row : demands) s.demand.push_back((row.mineral = "other", row));
    for (DemandRow& row : s.demand) row.demand_t_per_yr *= 2.0;
    s.correlation.clear();
  });
  EXPECT_NE(message.find("minerals[metal]"), std::string::npos) << message;
  EXPECT_NE(message.find("minerals[other]"), std::string::npos) << message;
}

TEST(Calibrate, CapacityIsOutputOverNinetyPercentAndNeverBelowBase) {
  const Network network =
      calibrate_changed([](Scenario& s) { s.nodes[3].capacity_t_per_yr = 20.0; });
  const StageBase& refine = network.base[0][1];
  EXPECT_NEAR(refine.capacity_t[0], 60.0 / 0.9, 1e-12);
  EXPECT_NEAR(refine.capacity_t[1], 30.0, 1e-12);
  EXPECT_TRUE(reports(network, "refine", "B", "capacity raised"));
}

TradeRow trade(const std::string& importer, const std::string& exporter, double import_fraction) {
  TradeRow row;
  row.mineral = "metal";
  row.stage = "refine";
  row.importer = importer;
  row.exporter = exporter;
  row.import_fraction = import_fraction;
  return row;
}

TEST(Calibrate, KnownImportsShapeTheFlows) {
  const auto imports_of_b_from_a = [](double fraction) {
    const Network network = calibrate_changed([&](Scenario& s) {
      s.trade = {trade("B", "A", fraction), trade("B", "C", 1.0 - fraction)};
    });
    return flow_of(network.base[0][1], 0, 1);
  };
  EXPECT_LT(imports_of_b_from_a(0.1), imports_of_b_from_a(0.5));
  EXPECT_LT(imports_of_b_from_a(0.5), imports_of_b_from_a(0.9));
}

TEST(Calibrate, KnownImportsThatAlreadyFitAreKept) {
  // A sells 30 at home, 10 to B, 10 to C, 10 to D; B and C keep their own.
  const Network network = calibrate_changed([](Scenario& s) {
    s.nodes = {node("mine", "A", 100.0), node("refine", "A", 60.0), node("refine", "B", 30.0),
               node("refine", "C", 10.0)};
    s.demand = {demand("B", 40.0), demand("C", 20.0), demand("D", 40.0)};
    s.trade = {trade("B", "A", 1.0), trade("C", "A", 1.0), trade("D", "A", 1.0)};
  });
  const StageBase& refine = network.base[0][1];
  EXPECT_NEAR(flow_of(refine, 0, 0), 10.0 / 12, 1e-4);
  EXPECT_NEAR(flow_of(refine, 1, 0), 30.0 / 12, 1e-4);
  EXPECT_NEAR(flow_of(refine, 0, 2), 40.0 / 12, 1e-4);
  EXPECT_GT(flow_of(refine, 2, 2), 0.0) << "the floor keeps every pair possible";
}

TEST(Calibrate, FractionsThatNameNobodyAreReportedAndDoNotCount) {
  const auto change = [](Scenario& s) { s.trade = {trade("B", "A", 0.4)}; };
  const Network plain = calibrate_changed(change);
  const Network with_absent = calibrate_changed([&](Scenario& s) {
    change(s);
    s.trade.push_back(trade("B", "D", 0.5));  // D's node has no output
    s.trade.push_back(trade("B", "B", 0.1));
  });
  EXPECT_EQ(plain.hash, with_absent.hash);
  EXPECT_TRUE(reports(with_absent, "refine", "D to B", "dropped"));
  EXPECT_TRUE(reports(with_absent, "refine", "B to B", "dropped"));
  EXPECT_FALSE(reports(plain, "refine", "A to B", ""));
}

TEST(Calibrate, FractionsAboveOneAreReported) {
  const Network network = calibrate_changed([](Scenario& s) {
    s.trade = {trade("B", "A", 0.8), trade("B", "C", 0.7)};
  });
  EXPECT_TRUE(reports(network, "refine", "B", "sum to 1.5, more than 1"));
}

TEST(Calibrate, MoneyBeyondSinglePrecisionIsRefusedByKeyAndValue) {
  const auto grown = [](double Mineral::*usd_per_t, double value) {
    return complaint_of([&](Scenario& s) {
      s.clock.years = 25.0;  // demand of B, 40 t/yr, grows elevenfold a year
      s.minerals[0].*usd_per_t = value;
      for (DemandRow& row : s.demand) row.growth_per_yr = 10.0;
    });
  };
  const std::string at_risk = grown(&Mineral::at_risk_usd_per_t, 1e12);
  for (const char* part : {"minerals[metal].at_risk_usd_per_t = 1e+12", "that B wants",
                           "single precision", "must be at most"}) {
    EXPECT_NE(at_risk.find(part), std::string::npos) << part << " in " << at_risk;
  }
  const std::string price = grown(&Mineral::price_usd_per_t, 1e12);
  EXPECT_NE(price.find("minerals[metal].price_usd_per_t = 1e+12"), std::string::npos) << price;
  EXPECT_EQ(grown(&Mineral::at_risk_usd_per_t, 1e6), "");
}

TEST(Calibrate, MoneyIsAllowedUpToTheValueTheComplaintNames) {
  const auto with_value = [](double usd_per_t) {
    return complaint_of([&](Scenario& s) {
      s.clock.years = 25.0;
      s.minerals[0].at_risk_usd_per_t = usd_per_t;
      for (DemandRow& row : s.demand) row.growth_per_yr = 10.0;
    });
  };
  const std::string refused = with_value(1e12);
  const std::string before = "must be at most ";
  const double allowed = std::stod(refused.substr(refused.find(before) + before.size()));
  EXPECT_GT(allowed, 0.0);
  EXPECT_EQ(with_value(0.999 * allowed), "");
}

TEST(Calibrate, ImportersWithoutNeedAreReported) {
  const Network network = calibrate_changed([](Scenario& s) {
    s.demand = {demand("A", 40.0), demand("B", 40.0), demand("C", 20.0)};
    s.trade = {trade("D", "A", 0.8)};
  });
  EXPECT_TRUE(reports(network, "refine", "A to D", "dropped"));
}

TEST(Calibrate, DemandOfZeroIsNoSink) {
  const Network network = calibrate_changed([](Scenario& s) {
    s.demand[0].demand_t_per_yr = 40.0;
    s.demand[2].demand_t_per_yr = 30.0;
    s.demand[1].demand_t_per_yr = 0.0;
    s.demand[3].demand_t_per_yr = 30.0;
  });
  const ChainSpec& chain = network.chains[0];
  EXPECT_EQ(chain.stages[1].n_sinks, 3);
  EXPECT_EQ(chain.n_cells, 1) << "B has no demand, so only C is measured";
  EXPECT_EQ(integer(network, chain.cell_member, 0), 0);
  EXPECT_EQ(integer(network, chain.cell_sink, 0), 1);
}

TEST(Calibrate, NoDemandAtAllIsAComplaint) {
  const std::string message = complaint_of([](Scenario& s) {
    for (DemandRow& row : s.demand) row.demand_t_per_yr = 0.0;
  });
  EXPECT_NE(message.find("metal"), std::string::npos) << message;
}

TEST(Calibrate, MembersAreCellsInTheOrderOfTheBloc) {
  const Network network = calibrate(small_scenario());
  const ChainSpec& chain = network.chains[0];
  ASSERT_EQ(chain.n_cells, 2);
  EXPECT_EQ(integer(network, chain.cell_member, 0), 0);
  EXPECT_EQ(integer(network, chain.cell_sink, 0), 2) << "the first member is C, the third sink";
  EXPECT_EQ(integer(network, chain.cell_sink, 1), 1);
  EXPECT_EQ(integer(network, chain.stages[1].member_sinks, 0), 0b0110);
  const auto pooled = [&](int stage, int node) {
    return network.reals[chain.stages[stage].pooled + static_cast<Offset>(node)];
  };
  EXPECT_EQ(pooled(1, 0), 0.0f);
  EXPECT_EQ(pooled(1, 1), 1.0f);
  EXPECT_EQ(pooled(1, 2), 1.0f);
  EXPECT_EQ(pooled(0, 0), 0.0f);
}

TEST(Calibrate, NodeConstantsFollowTheLaw) {
  const Network network = calibrate_changed([](Scenario& s) { s.nodes[2].growth_per_yr = 0.1; });
  const StageSpec& refine = network.chains[0].stages[1];
  const double base_t = 60.0 / 12;
  EXPECT_FLOAT_EQ(real(network, refine.utilisation, 0), 0.9F);
  EXPECT_FLOAT_EQ(real(network, refine.output_rate, 0), 0.95F);
  EXPECT_FLOAT_EQ(real(network, refine.contract_rate, 0), static_cast<float>(0.8 / base_t));
  EXPECT_FLOAT_EQ(real(network, refine.open_fraction, 0), 0.2F);
  EXPECT_FLOAT_EQ(real(network, refine.capacity_t, 0), static_cast<float>(base_t / 0.9));
  EXPECT_FLOAT_EQ(real(network, refine.capacity_t, 12 * 4), static_cast<float>(base_t / 0.9 * 1.1));
  EXPECT_FLOAT_EQ(real(network, refine.feed_per_output, 0), 1.125F);
  EXPECT_FLOAT_EQ(real(network, refine.feed_stock_t, 0), static_cast<float>(0.1 * 60.0 * 1.125));
  EXPECT_FLOAT_EQ(real(network, refine.base_share, 0), 0.6F);
  EXPECT_EQ(real(network, network.chains[0].stages[0].feed_per_output, 0), 0.0F);
}

TEST(Calibrate, APlaceWithoutOutputSellsAllItGetsWithoutContract) {
  const Network network = calibrate(small_scenario());
  const StageSpec& refine = network.chains[0].stages[1];
  ASSERT_EQ(refine.n_nodes, 4);
  EXPECT_EQ(real(network, refine.contract_rate, 3), 0.0F);
  EXPECT_EQ(real(network, refine.open_fraction, 3), 1.0F);
  EXPECT_EQ(real(network, refine.utilisation, 3), 0.0F);
  EXPECT_EQ(real(network, refine.target_fraction, 3), 1.0F);
  EXPECT_EQ(real(network, refine.capacity_t, 3), 0.0F);
}

TEST(Calibrate, TargetGroupsLeaveHomeOut) {
  const Network network = calibrate(small_scenario());
  const StageSpec& refine = network.chains[0].stages[1];
  const StageBase& base = network.base[0][1];
  const auto mask = [&](int at_group, int at_node) {
    return integer(network, refine.target_mask, (at_group * refine.n_nodes + at_node) * 2);
  };
  EXPECT_EQ(mask(0, 0), 0b1110);
  EXPECT_EQ(mask(0, 1), 0b1101);
  EXPECT_EQ(mask(1, 0), 0b0110);
  EXPECT_EQ(mask(1, 1), 0b0100);
  EXPECT_EQ(integer(network, refine.serves_outside, 0), 0);
  EXPECT_EQ(integer(network, refine.serves_outside, 1), 1);
  const double to_bloc_t = flow_of(base, 0, 1) + flow_of(base, 0, 2);
  EXPECT_FLOAT_EQ(real(network, refine.base_flow_t, 0), 5.0f);
  EXPECT_FLOAT_EQ(real(network, refine.target_fraction, refine.n_nodes),
                  static_cast<float>(to_bloc_t / 5.0));
}

TEST(Calibrate, AGroupOfEveryCountryIsEveryone) {
  const Network network = calibrate_changed([](Scenario& s) {
    s.target_groups.push_back(group("all by name"));
    s.target_groups.back().countries = {"A", "B", "C", "D"};
  });
  ASSERT_EQ(network.groups.size(), 3U);
  EXPECT_EQ(network.groups[0].everyone, 1);
  EXPECT_EQ(network.groups[1].everyone, 0);
  EXPECT_EQ(network.groups[2].everyone, 1);
}

TEST(Calibrate, OnlyWhatCanBeHitIsAStrike) {
  const Network drawn = calibrate(small_scenario());
  EXPECT_EQ(drawn.chains[0].stages[0].n_strikes, 0) << "the mine's inclusion is 0";
  ASSERT_EQ(drawn.chains[0].stages[1].n_strikes, 1);
  const StrikeSpec& strike = drawn.strikes[0];
  EXPECT_EQ(strike.include_cut, 0.0F);
  EXPECT_EQ(strike.include_stream, stream_id("include|metal|refine|A"));
  EXPECT_EQ(strike.leak_limit, 0.5F);
  EXPECT_EQ(integer(drawn, drawn.chains[0].stages[1].home_class, 0), 0);
  EXPECT_EQ(strike.final_sink, 0);

  const auto schedule = [](double probability) {
    return calibrate_changed([&](Scenario& s) {
      ScheduledEvent event;
      event.name = "stop";
      event.actor = "A";
      event.month = 4.0;
      event.probability = probability;
      event.instrument = "ban";
      event.target = "everyone";
      event.duration_months = 2.5;
      s.scheduled = {event};
    });
  };
  EXPECT_EQ(schedule(0.0).chains[0].stages[0].n_strikes, 0);
  const Network scheduled = schedule(0.5);
  EXPECT_EQ(scheduled.chains[0].stages[0].n_strikes, 1);
  EXPECT_EQ(scheduled.strikes[0].include_cut, -1e30F) << "drawn events never hit it";
  ASSERT_EQ(scheduled.scheduled.size(), 1U);
  EXPECT_EQ(scheduled.scheduled[0].step, 4);
  EXPECT_EQ(scheduled.scheduled[0].duration_steps, 3);
  EXPECT_EQ(scheduled.scheduled[0].threshold, 1U << 30);
  EXPECT_EQ(scheduled.scheduled[0].minerals_low, 1U);
}

TEST(Calibrate, InclusionBecomesACutOfTheNormal) {
  const auto cut = [](double inclusion) {
    return calibrate_changed([&](Scenario& s) { s.nodes[2].inclusion_probability = inclusion; })
        .strikes[0]
        .include_cut;
  };
  EXPECT_EQ(cut(1.0), 1e30F);
  EXPECT_NEAR(cut(0.975), 1.9599640F, 1e-6F);
  EXPECT_NEAR(cut(0.2), -0.8416212F, 1e-6F);
}

TEST(Calibrate, ScheduledEventsAreSortedByStepAndStayInFileOrder) {
  const Network network = calibrate_changed([](Scenario& s) {
    const std::vector<std::pair<std::string, double>> names{
        {"a", 5.0}, {"b", 0.0}, {"c", 5.0}, {"late", 24.0}};
    for (const auto& [name, month] : names) {
      ScheduledEvent event;
      event.name = name;
      event.actor = "A";
      event.month = month;
      event.probability = 1.0;
      event.instrument = "quota";
      event.target = "bloc";
      s.scheduled.push_back(event);
    }
  });
  ASSERT_EQ(network.scheduled.size(), 3U);
  EXPECT_EQ(network.header.n_scheduled, 3);
  EXPECT_EQ(network.scheduled[0].stream, stream_id("scheduled|b"));
  EXPECT_EQ(network.scheduled[1].stream, stream_id("scheduled|a"));
  EXPECT_EQ(network.scheduled[2].stream, stream_id("scheduled|c"));
  EXPECT_EQ(network.scheduled[0].duration_steps, 0) << "drawn from the instrument";
  EXPECT_EQ(network.scheduled[0].threshold, 1U << 31);
  EXPECT_TRUE(reports(network, "", "late", "horizon"));
}

TEST(Calibrate, MonthsRoundHalvesToEvenAndNegativeStaysNegative) {
  const auto decision = [](double month, int steps_per_year) {
    return calibrate_changed([&](Scenario& s) {
             s.clock.steps_per_year = steps_per_year;
             ProjectRow row;
             row.name = "p";
             row.mineral = "metal";
             row.stage = "refine";
             row.country = "D";
             row.capacity_t_per_yr = 12.0;
             row.decision_month = month;
             row.start_month = 2.5;
             row.delay_median_months = 3.0;
             row.delay_log_sd = 0.5;
             row.ramp_median_months = 6.0;
             row.ramp_log_sd = 0.5;
             row.success_probability = 0.75;
             row.incentive_price_ratio = 1.1;
             s.projects = {row};
           })
        .projects[0];
  };
  EXPECT_EQ(decision(2.5, 12).decision_step, 2);
  EXPECT_EQ(decision(3.5, 12).decision_step, 4);
  EXPECT_EQ(decision(-0.2, 12).decision_step, -1);
  EXPECT_EQ(decision(-0.2, 365).decision_step, -6);
  const ProjectSpec spec = decision(1.0, 24);
  EXPECT_EQ(spec.start_step, 5.0F);
  EXPECT_EQ(spec.delay_median_steps, 6.0F);
  EXPECT_EQ(spec.capacity_t, 0.5F);
  EXPECT_EQ(spec.node, 3);
  EXPECT_EQ(spec.in_bloc, 0);
  EXPECT_EQ(spec.success_threshold, 3U << 29);
}

TEST(Calibrate, EqualCostsAndBuyersShareAnOperatingClass) {
  const Network network = calibrate_changed([](Scenario& s) { s.nodes[1].cash_cost_ratio = 0.0; });
  const ChainSpec& chain = network.chains[0];
  ASSERT_EQ(chain.n_op_classes, 3);
  const auto class_of = [&](int stage, int at_node) {
    return integer(network, chain.stages[stage].op_class, at_node);
  };
  EXPECT_EQ(class_of(0, 0), class_of(1, 0));
  EXPECT_EQ(class_of(1, 1), class_of(1, 2)) << "B and C are members";
  EXPECT_NE(class_of(1, 0), class_of(1, 1));
  EXPECT_EQ(network.op_classes[static_cast<std::size_t>(class_of(0, 1))].inverse_cost, 1e6F)
      << "never closes";
  EXPECT_FLOAT_EQ(network.op_classes[static_cast<std::size_t>(class_of(0, 0))].inverse_cost, 1.25F);
}

TEST(Calibrate, OutagesAreThosePossible) {
  const Network network = calibrate_changed([](Scenario& s) {
    s.nodes[0].outage_per_yr = 1.2;
    s.nodes[0].outage_months = 4.0;
    s.nodes[0].outage_depth = 0.5;
    s.nodes[1].outage_per_yr = 1.2;  // without depth
    s.nodes[2].outage_per_yr = 0.5;
    s.nodes[2].outage_depth = 1.0;  // over at once
  });
  const ChainSpec& chain = network.chains[0];
  EXPECT_FLOAT_EQ(network.outages[0].up_steps, 10.0f);
  EXPECT_FLOAT_EQ(network.outages[0].down_steps, static_cast<float>(-1.0 / std::log(0.75)));
  EXPECT_EQ(network.outages[0].stream, stream_id("outage|metal|mine|A"));
  const OutageSpec* mine = &network.outages[chain.stages[0].outages];
  const OutageSpec* refine = &network.outages[chain.stages[1].outages];
  EXPECT_EQ(mine[0].happens, 1);
  EXPECT_EQ(mine[0].left, 0.5f);
  EXPECT_EQ(refine[0].happens + mine[1].happens, 1) << "one without depth, one that can happen";
}

TEST(Calibrate, PriceConstantsFollowTheLaw) {
  const Network network = calibrate(small_scenario());
  const ChainSpec& chain = network.chains[0];
  EXPECT_NEAR(chain.reversion_factor, std::exp(-0.5 / 12), 1e-7);
  EXPECT_NEAR(chain.shock_sd, 0.3 * std::sqrt((1.0 - std::exp(-1.0 / 12)) / 1.0), 1e-8);
  EXPECT_FLOAT_EQ(chain.scarcity_gain, 4.0F);
  EXPECT_FLOAT_EQ(chain.scarcity_rate, 0.5F);
  EXPECT_FLOAT_EQ(chain.earn_rate, 1.0F / 6);
  EXPECT_NEAR(chain.leak_rate, 1.0 - std::exp(-1.0 / 3), 1e-7);
  EXPECT_EQ(chain.log_initial_price, 0.0F);
  EXPECT_EQ(chain.inverse_close_span, 4.0F);
  EXPECT_EQ(chain.flooder, 0);

  const Network walk = calibrate_changed([](Scenario& s) { s.minerals[0].reversion_per_yr = 0.0; });
  EXPECT_EQ(walk.chains[0].reversion_factor, 1.0F);
  EXPECT_FLOAT_EQ(walk.chains[0].shock_sd, static_cast<float>(0.3 / std::sqrt(12.0)));
  const Network slow =
      calibrate_changed([](Scenario& s) { s.minerals[0].reversion_per_yr = 1e-13; });
  EXPECT_FLOAT_EQ(slow.chains[0].shock_sd, walk.chains[0].shock_sd) << "no cancellation";
}

TEST(Calibrate, TimesOfZeroMeanAtOnce) {
  const Network network = calibrate_changed([](Scenario& s) {
    s.minerals[0].leakage_months = 0.0;
    s.minerals[0].earn_smoothing_months = 0.0;
    s.minerals[0].scarcity_months = 0.0;
    s.instruments[0].settling_months = 0.0;
    s.demand[0].commercial_refill_yr = 0.0;
  });
  const ChainSpec& chain = network.chains[0];
  EXPECT_EQ(chain.leak_rate, 1.0F);
  EXPECT_EQ(chain.earn_rate, 1.0F);
  EXPECT_EQ(chain.scarcity_rate, 1.0F);
  EXPECT_EQ(network.instruments[0].settling_factor, 0.0F);
  EXPECT_EQ(real(network, chain.commercial_refill, 0), 1.0F);
}

TEST(Calibrate, AFloorRaisesTheOpeningOnlyFromTheStart) {
  const auto with_floor = [](double from_year, double ratio) {
    return calibrate_changed([&](Scenario& s) {
             s.price_floor.from_year = from_year;
             s.price_floor.ratio["metal"] = ratio;
           })
        .chains[0];
  };
  EXPECT_EQ(with_floor(0.0, 1.5).bloc_earned_start, 1.5F);
  EXPECT_EQ(with_floor(0.0, 0.5).bloc_earned_start, 1.0F);
  EXPECT_EQ(with_floor(0.5, 1.5).bloc_earned_start, 1.0F);
  EXPECT_EQ(with_floor(0.5, 1.5).floor_from_step, 6);
  EXPECT_EQ(with_floor(0.51, 1.5).floor_from_step, 7);
  EXPECT_EQ(with_floor(-1.0, 1.5).floor_from_step, 0);
}

TEST(Calibrate, FloodingFollowsTheRegimesOfTheFloodersCountry) {
  const auto flood = [](Scenario& s) {
    s.minerals[0].flooder = "A";
    s.minerals[0].flood_per_yr = 0.6;
    s.minerals[0].flood_months = 24.0;
  };
  const auto threshold = [](double hazard_per_yr) {
    return (1.0 - std::exp(-hazard_per_yr / 12)) * 2147483648.0;
  };
  const Network network = calibrate_changed([&](Scenario& s) {
    flood(s);
    s.actors[0].regimes = {"calm", "tense"};
    s.actors[0].start = {0.25, 0.75};
    s.actors[0].events_per_yr = {0.5, 2.0};
    s.actors[0].switch_per_yr = {{0.0, 1.0}, {2.0, 0.0}};
  });
  const ChainSpec& chain = network.chains[0];
  EXPECT_EQ(chain.flooder, 1);
  EXPECT_EQ(chain.flood_actor, 0);
  EXPECT_EQ(chain.stages[1].flooder_node, 0);
  EXPECT_NEAR(integer(network, chain.flood_thresholds, 0), threshold(0.6), 1.0);
  EXPECT_NEAR(integer(network, chain.flood_thresholds, 1), threshold(2.4), 1.0);
  EXPECT_NEAR(chain.flood_end_threshold, 2147483648.0 / 24, 1.0);
  const Network quiet = calibrate_changed([&](Scenario& s) {
    flood(s);
    s.actors[0].events_per_yr = {0.0};
  });
  EXPECT_NEAR(integer(quiet, quiet.chains[0].flood_thresholds, 0), threshold(0.6), 1.0);
}

TEST(Calibrate, ActorsCarryTheirRatesPerStep) {
  const Network network = calibrate_changed([](Scenario& s) {
    s.bloc.retaliation = 2.0;
    s.actors[0].start = {0.25, 0.75};
    s.actors[0].events_per_yr = {0.5, 2.0};
    s.actors[0].switch_per_yr = {{0.0, 1.0}, {2.0, 0.0}};
    s.actors[0].self_excitation = 0.6;
    s.actors[0].bundle_correlation = 0.36;
  });
  const ActorSpec& spec = network.actors[0];
  EXPECT_EQ(spec.n_regimes, 2);
  EXPECT_FLOAT_EQ(real(network, spec.event_rate, 1), 2.0F * 2.0F / 12);
  EXPECT_FLOAT_EQ(spec.self_step, 0.05F);
  EXPECT_NEAR(spec.memory_factor, std::exp(-2.0 / 12), 1e-7);
  EXPECT_FLOAT_EQ(spec.bundle_weight, 0.6F);
  EXPECT_FLOAT_EQ(spec.own_weight, 0.8F);
  EXPECT_EQ(static_cast<std::uint32_t>(integer(network, spec.start_thresholds, 0)), 1U << 29);
  EXPECT_EQ(static_cast<std::uint32_t>(integer(network, spec.start_thresholds, 1)), 1U << 31);
  const double leaves = (1.0 - std::exp(-3.0 / 12)) / 3.0;
  EXPECT_NEAR(integer(network, spec.switch_thresholds, 0), (1.0 - leaves) * 2147483648.0, 1.0);
  EXPECT_EQ(static_cast<std::uint32_t>(integer(network, spec.switch_thresholds, 3)), 1U << 31);
  EXPECT_EQ(static_cast<std::uint32_t>(integer(network, spec.instrument_thresholds, 0)), 1U << 29)
      << "ban 1, quota 3";
  EXPECT_EQ(static_cast<std::uint32_t>(integer(network, spec.group_thresholds, 0)), 1U << 31);
}

TEST(Calibrate, StocksAreTonnesOrDaysOfBaseDemand) {
  const Network network = calibrate_changed([](Scenario& s) {
    StockRow row;
    row.mineral = "metal";
    row.holder = "B";
    row.days = 73.0;
    row.latency_months = 1.5;
    s.stocks = {row};
    s.shared_stock.days["metal"] = 36.5;
  });
  const ChainSpec& chain = network.chains[0];
  EXPECT_EQ(chain.n_strategic, 1);
  EXPECT_EQ(real(network, chain.strategic_start_t, 0), 0.0F);
  EXPECT_FLOAT_EQ(real(network, chain.strategic_start_t, 1), 8.0F);
  EXPECT_EQ(real(network, chain.strategic_latency_steps, 1), 1.5F);
  EXPECT_EQ(chain.has_shared, 1);
  EXPECT_FLOAT_EQ(chain.shared_start_t, 6.0F);
  EXPECT_FLOAT_EQ(real(network, chain.commercial_start_t, 0),
                  static_cast<float>(30.0 * 30.0 / 365));
  EXPECT_EQ(real(network, chain.commercial_release, 0), 0.5F);
  EXPECT_FLOAT_EQ(real(network, chain.commercial_refill, 0), 1.0F / 12);
  EXPECT_FLOAT_EQ(real(network, chain.shared_share, 1), 2.0F / 3);
  EXPECT_EQ(real(network, chain.shared_share, 0), 0.0F);
}

TEST(Calibrate, AStockWithoutItsHoldersDemandIsReported) {
  const Network network = calibrate_changed([](Scenario& s) {
    s.demand = {demand("A", 40.0), demand("B", 40.0), demand("C", 20.0)};
    StockRow row;
    row.mineral = "metal";
    row.holder = "D";
    row.tonnes = 5.0;
    s.stocks = {row};
  });
  EXPECT_EQ(network.chains[0].n_strategic, 0);
  EXPECT_TRUE(reports(network, "", "D", "dropped"));
}

TEST(Calibrate, DemandGrowsByTheStep) {
  const Network network = calibrate_changed([](Scenario& s) { s.demand[1].growth_per_yr = 0.21; });
  const ChainSpec& chain = network.chains[0];
  EXPECT_FLOAT_EQ(real(network, chain.demand_t, 1), static_cast<float>(40.0 / 12));
  EXPECT_FLOAT_EQ(real(network, chain.demand_t, 6 * 4 + 1), static_cast<float>(44.0 / 12));
  EXPECT_FLOAT_EQ(real(network, chain.inverse_demand_t, 6 * 4 + 1), static_cast<float>(12 / 44.0));
  EXPECT_FLOAT_EQ(real(network, chain.cover_days_per_t, 6 * 4 + 1), static_cast<float>(365 / 44.0));
  EXPECT_FLOAT_EQ(real(network, chain.members_demand_t, 6), static_cast<float>(64.0 / 12));
  EXPECT_FLOAT_EQ(real(network, chain.shared_share, 6 * 4 + 1), static_cast<float>(44.0 / 64));
  double total_t = 0.0;
  for (int step = 0; step < 24; ++step) total_t += 40.0 / 12 * std::pow(1.21, step / 12.0);
  EXPECT_FLOAT_EQ(real(network, chain.total_demand_t, 1), static_cast<float>(total_t));
  EXPECT_FLOAT_EQ(real(network, chain.essential_total_t, 1), static_cast<float>(0.3 * total_t));
}

/// In single precision, contracts and what is sold on the spot in proportion to base flows meet
/// every need of the first step, without growth, events or idle capacity.
void expect_quiet(const Network& network, std::size_t mineral) {
  const ChainSpec& chain = network.chains[mineral];
  for (int stage = 0; stage < chain.n_stages; ++stage) {
    const StageSpec& spec = chain.stages[stage];
    const StageBase& base = network.base[mineral][static_cast<std::size_t>(stage)];
    for (int sink = 0; sink < spec.n_sinks; ++sink) {
      float delivered_t = 0.0F;
      for (int i = 0; i < spec.n_nodes; ++i) {
        const float contracted_t =
            real(network, spec.capacity_t, i) * real(network, spec.utilisation, i);
        const float flow_t = real(network, spec.flow_t, i * padded_sinks(spec.n_sinks) + sink);
        delivered_t += contracted_t * real(network, spec.contract_rate, i) * flow_t;
        delivered_t += real(network, spec.open_fraction, i) * flow_t;
      }
      const double want_t = base.sink_want_t[static_cast<std::size_t>(sink)];
      EXPECT_NEAR(delivered_t, want_t, 1e-6 * want_t) << "stage " << stage << " sink " << sink;
    }
  }
}

TEST(Calibrate, TheQuietWorldMeetsEveryNeed) { expect_quiet(calibrate(small_scenario()), 0); }

TEST(Calibrate, TheBaselineFitsAndIsQuiet) {
  const Scenario baseline = load_scenario("configs/baseline/scenario.toml");
  const Network network = calibrate(baseline);
  ASSERT_EQ(network.chains.size(), baseline.minerals.size());
  for (std::size_t mineral = 0; mineral < network.chains.size(); ++mineral) {
    SCOPED_TRACE(network.minerals[mineral]);
    for (const StageBase& base : network.base[mineral]) {
      EXPECT_LT(base.worst_residual, 1e-12);
      EXPECT_NEAR(base.scale, 1.0, baseline.network.balance_tolerance);
      expect_balanced(base, 1.0 / baseline.clock.steps_per_year);
    }
    expect_quiet(network, mineral);
  }
}

TEST(Calibrate, FixedPointUnitsArePowersOfTwoThatHoldTheLargestValue) {
  const Network network = calibrate(small_scenario());
  const double largest_units = std::ldexp(1.0, 46);
  ASSERT_EQ(network.measure_scale.size(), static_cast<std::size_t>(n_measures * 2));
  ASSERT_EQ(network.member_measure_scale.size(), static_cast<std::size_t>(n_member_measures * 2));
  for (const auto& scales : {network.measure_scale, network.member_measure_scale}) {
    for (const double scale : scales) {
      int exponent = 0;
      EXPECT_EQ(std::frexp(scale, &exponent), 0.5);
    }
  }
  EXPECT_EQ(network.measure_scale[0], std::ldexp(1.0, 44));
  const auto months = static_cast<std::size_t>(Measure::months_short) * 2;
  EXPECT_EQ(network.measure_scale[months], std::ldexp(1.0, 40))
      << "2 x 24 months are 48 units of 2^40 < 2^46";
  const auto loss = static_cast<std::size_t>(Measure::loss) * 2;
  const double worst_usd = 2.0 * 20.0 * 2 * (5000.0 + 1000.0 * std::exp(2.5));
  EXPECT_LE(network.measure_scale[loss] * worst_usd, largest_units * 1.000001);
  EXPECT_GT(network.measure_scale[loss] * worst_usd * 2.0, largest_units);
}

TEST(Calibrate, TheHashIsStableAndSeesEveryInput) {
  const std::string plain = calibrate(small_scenario()).hash;
  EXPECT_EQ(plain.size(), 64U);
  EXPECT_EQ(plain, calibrate(small_scenario()).hash);
  const std::vector<std::function<void(Scenario&)>> changes{
      [](Scenario& s) { s.clock.years = 3.0; },
      [](Scenario& s) { s.clock.steps_per_year = 52; },
      [](Scenario& s) { s.network.home_bias = 5.0; },
      [](Scenario& s) { s.bloc.pooling = false; },
      [](Scenario& s) {
        s.bloc.members = {"B", "C"};
      },
      [](Scenario& s) { s.bloc.retaliation = 1.5; },
      [](Scenario& s) { s.allocation.rule = AllocationRule::priority; },
      [](Scenario& s) { s.allocation.order = {"B"}; },
      [](Scenario& s) { s.measures.short_threshold = 0.1; },
      [](Scenario& s) { s.measures.exceedance = {0.2}; },
      [](Scenario& s) { s.countries[1].purchasing_weight = 1.2; },
      [](Scenario& s) { s.minerals[0].volatility_per_sqrt_yr = 0.4; },
      [](Scenario& s) { s.minerals[0].price_usd_per_t = 1001.0; },
      [](Scenario& s) { s.minerals[0].substitution_max = 0.3; },
      [](Scenario& s) { s.minerals[0].open_per_yr = 0.6; },
      [](Scenario& s) { s.nodes[0].growth_per_yr = 0.01; },
      [](Scenario& s) { s.nodes[3].cash_cost_ratio = 0.9; },
      [](Scenario& s) { s.nodes[3].feed_stock_days = 20.0; },
      [](Scenario& s) { s.demand[1].essential_fraction = 0.4; },
      [](Scenario& s) { s.demand[1].commercial_stock_days = 31.0; },
      [](Scenario& s) { s.trade = {trade("B", "A", 0.5)}; },
      [](Scenario& s) { s.actors[0].enforcement = 0.1; },
      [](Scenario& s) { s.actors[0].contagion = 0.1; },
      [](Scenario& s) { s.instruments[1].structural_log_sd = 0.61; },
      [](Scenario& s) { s.shared_stock.trigger_fraction = 0.06; },
      [](Scenario& s) { s.price_floor.ratio["metal"] = 1.1; },
  };
  std::vector<std::string> seen{plain};
  for (std::size_t k = 0; k < changes.size(); ++k) {
    const std::string changed = calibrate_changed(changes[k]).hash;
    for (const std::string& other : seen) EXPECT_NE(changed, other) << "change " << k;
    seen.push_back(changed);
  }
}

TEST(Calibrate, TheSeedIsNoPartOfTheNetwork) {
  EXPECT_EQ(calibrate(small_scenario()).hash,
            calibrate_changed([](Scenario& s) { s.sampling.seed = 7; }).hash);
}

TEST(Calibrate, NamesThatWouldShareTheirDrawsAreAComplaint) {
  const std::string message = complaint_of([](Scenario& s) { s.actors.push_back(s.actors[0]); });
  EXPECT_NE(message.find("event|A"), std::string::npos) << message;
}

TEST(Calibrate, ACorrelationThatIsNotPositiveDefiniteSaysByHowMuch) {
  const std::string message = complaint_of([](Scenario& s) { s.correlation = {-0.25}; });
  EXPECT_NE(message.find("-0.25"), std::string::npos) << message;
}

TEST(Calibrate, TonnagesBeyondSinglePrecisionAreAComplaint) {
  const std::string message = complaint_of([](Scenario& s) { s.demand[1].growth_per_yr = -1.0; });
  EXPECT_NE(message.find("metal"), std::string::npos) << message;
}

/// Random rows over several orders of magnitude, built from the last stage back.
class RandomScenario {
 public:
  explicit RandomScenario(unsigned seed) : engine_(seed), s_(small_scenario()) {
    s_.nodes.clear();
    s_.demand.clear();
    s_.countries.clear();
    const std::size_t n_countries = 2 + engine_() % 19;
    for (std::size_t c = 0; c < n_countries; ++c)
      s_.countries.push_back({"K" + std::to_string(c), "", 1.0, {}});
    s_.bloc.members = {"K0", "K1"};
    s_.actors[0].country = "K0";
    s_.minerals[0].stages = {"one", "two", "three", "four"};
    s_.minerals[0].stages.resize(1 + engine_() % 4);
  }

  Scenario build() {
    double want_t = 0.0;
    for (const Country& country : s_.countries) {
      s_.demand.push_back(demand(country.id, size_(engine_)));
      want_t += s_.demand.back().demand_t_per_yr;
    }
    const auto& stages = s_.minerals[0].stages;
    for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage)
      want_t = add_stage(*stage, want_t);
    resolve(s_);
    return s_;
  }

 private:
  bool chance(double probability) { return unit_(engine_) < probability; }

  /// Adds nodes whose output meets `want_t` within five percent; returns the feed they want.
  double add_stage(const std::string& stage, double want_t) {
    std::vector<NodeRow> rows;
    double output_t = 0.0, feed_t = 0.0;
    for (const Country& country : s_.countries) {
      if (!rows.empty() && chance(0.3)) continue;
      rows.push_back(node(stage, country.id, !rows.empty() && chance(0.1) ? 0.0 : size_(engine_)));
      rows.back().yield_fraction = 0.5 + 0.5 * unit_(engine_);
      rows.back().secondary_feed_fraction = 0.5 * unit_(engine_);
      output_t += rows.back().output_t_per_yr;
      add_trade(stage, country.id);
    }
    const double imbalance = 0.95 + 0.1 * unit_(engine_);
    for (NodeRow& row : rows) {
      const double base_t = row.output_t_per_yr * want_t / output_t;
      feed_t += base_t * (1.0 - row.secondary_feed_fraction) / row.yield_fraction;
      row.output_t_per_yr = base_t * imbalance;
      s_.nodes.push_back(row);
    }
    return feed_t;
  }

  void add_trade(const std::string& stage, const std::string& exporter) {
    for (const Country& importer : s_.countries) {
      if (importer.id == exporter || !chance(0.2)) continue;
      s_.trade.push_back(trade(importer.id, exporter, 0.4 * unit_(engine_)));
      s_.trade.back().stage = stage;
    }
  }

  std::mt19937_64 engine_;
  std::lognormal_distribution<double> size_{0.0, 2.5};
  std::uniform_real_distribution<double> unit_;
  Scenario s_;
};

TEST(Calibrate, RandomNetworksBalance) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    const Network network = calibrate(RandomScenario(seed).build());
    for (const StageBase& base : network.base[0]) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      expect_balanced(base, 1.0 / 12);
      EXPECT_LT(base.worst_residual, 1e-12);
      for (std::size_t i = 0; i < base.output_t.size(); ++i) {
        EXPECT_GE(base.capacity_t[i], base.output_t[i]);
        for (std::size_t j = 0; j < base.sink_want_t.size(); ++j) {
          const bool both = base.output_t[i] > 0.0 && base.sink_want_t[j] > 0.0;
          EXPECT_EQ(flow_of(base, i, j) > 0.0, both) << "any exporter may sell to anyone";
        }
      }
    }
  }
}

}  // namespace
}  // namespace blocrisk
