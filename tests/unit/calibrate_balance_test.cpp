// Base flows: they add up, keep what is known of trade, and meet every need of a quiet world.
#include <gtest/gtest.h>

#include <random>

#include "host/scenario/parse.hpp"
#include "tests/unit/calibration.hpp"

namespace blocrisk::calibration {
namespace {

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
            real(network, spec.capacity_t, i) * rates(network, spec, i).utilisation;
        const float flow_t = real(network, spec.flow_t, i * padded_sinks(spec.n_sinks) + sink);
        delivered_t += contracted_t * rates(network, spec, i).contract_rate * flow_t;
        delivered_t += rates(network, spec, i).open_fraction * flow_t;
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
}  // namespace blocrisk::calibration
