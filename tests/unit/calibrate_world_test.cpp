// What the world layer is given: targets, strikes, inclusion, scheduled events, floods and actors.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/random/address.hpp"
#include "tests/unit/calibration.hpp"

namespace blocrisk::calibration {
namespace {

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
  EXPECT_EQ(integer(drawn, drawn.chains[0].stages[1].home_class, 0), 1) << "after the members'";
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

}  // namespace
}  // namespace blocrisk::calibration
