// Constants of nodes, prices, stocks and demand, the units of sums, the hash, and what is refused.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kernels/random/address.hpp"
#include "tests/unit/calibration.hpp"

namespace blocrisk::calibration {
namespace {

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

TEST(Calibrate, MembersClassesComeFirst) {
  const Network network = calibrate(small_scenario());
  const StageSpec& last = network.chains[0].stages[1];
  ASSERT_EQ(last.n_sinks, 4) << "A, then the members B and C, then D";
  ASSERT_EQ(last.n_classes, 3);
  ASSERT_EQ(last.n_member_classes, 1);
  const std::array<int, 4> class_of_sink = {1, 0, 0, 2};
  for (int sink = 0; sink < last.n_sinks; ++sink)
    EXPECT_EQ(integer(network, last.class_of_sink, sink),
              class_of_sink[static_cast<std::size_t>(sink)]);
  ASSERT_EQ(last.n_classes_of_several, 1);
  EXPECT_EQ(integer(network, last.classes_of_several, 0), 0);
}

TEST(Calibrate, NodeConstantsFollowTheLaw) {
  const Network network = calibrate_changed([](Scenario& s) { s.nodes[2].growth_per_yr = 0.1; });
  const StageSpec& refine = network.chains[0].stages[1];
  const double base_t = 60.0 / 12;
  EXPECT_FLOAT_EQ(rates(network, refine, 0).utilisation, 0.9F);
  EXPECT_FLOAT_EQ(rates(network, refine, 0).output_rate, 0.95F);
  EXPECT_FLOAT_EQ(rates(network, refine, 0).contract_rate, static_cast<float>(0.8 / base_t));
  EXPECT_FLOAT_EQ(rates(network, refine, 0).open_fraction, 0.2F);
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
  EXPECT_EQ(rates(network, refine, 3).contract_rate, 0.0F);
  EXPECT_EQ(rates(network, refine, 3).open_fraction, 1.0F);
  EXPECT_EQ(rates(network, refine, 3).utilisation, 0.0F);
  EXPECT_EQ(real(network, refine.target_fraction, 3), 1.0F);
  EXPECT_EQ(real(network, refine.capacity_t, 3), 0.0F);
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
  EXPECT_FLOAT_EQ(sink_step(network, chain, 0, 1).shared_share, 2.0F / 3);
  EXPECT_EQ(sink_step(network, chain, 0, 0).shared_share, 0.0F);
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
  EXPECT_FLOAT_EQ(sink_step(network, chain, 6, 1).per_reference, static_cast<float>(12 / 44.0));
  EXPECT_FLOAT_EQ(sink_step(network, chain, 6, 1).cover_days_per_t, static_cast<float>(365 / 44.0));
  EXPECT_FLOAT_EQ(real(network, chain.members_demand_t, 6), static_cast<float>(64.0 / 12));
  EXPECT_FLOAT_EQ(sink_step(network, chain, 6, 1).shared_share, static_cast<float>(44.0 / 64));
  double total_t = 0.0;
  for (int step = 0; step < 24; ++step) total_t += 40.0 / 12 * std::pow(1.21, step / 12.0);
  EXPECT_FLOAT_EQ(real(network, chain.total_demand_t, 1), static_cast<float>(total_t));
  EXPECT_FLOAT_EQ(real(network, chain.essential_total_t, 1), static_cast<float>(0.3 * total_t));
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

}  // namespace
}  // namespace blocrisk::calibration
