// Special cases that must come out exactly: nothing happens, and scheduled restrictions on networks
// small enough to work out by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/unit/closed_forms.hpp"

namespace blocrisk::closed_forms {
namespace {

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
  const PathStory story = tell(s);
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
  const PathStory story = tell(s);
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

}  // namespace
}  // namespace blocrisk::closed_forms
