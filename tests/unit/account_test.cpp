// The account of a path in words, on stories that can be told by hand.
#include "host/replay/account.hpp"

#include <gtest/gtest.h>

#include "host/replay/phrases.hpp"
#include "host/replay/story_file.hpp"
#include "host/replay/story_table.hpp"
#include "host/scenario/calibrate.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/random_scenario.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk {
namespace {

struct Told {
  Scenario scenario;
  Story story;
};

Told tell(Scenario scenario) {
  resolve(scenario);
  scenario.countries[0].name = "Sellerland";
  scenario.countries[1].name = "Buyers";
  Story story = tell_story(scenario, calibrate(scenario), test_seed, 0, {{0}, {0}});
  return {std::move(scenario), std::move(story)};
}

/// How often `part` is in `text`.
int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Account, TellsWhoWentShortWhenAndWhy) {
  Scenario scenario = sole_supplier();
  schedule(scenario, 13.0, 4.0, 0.5);
  const Told told = tell(scenario);
  const std::string text = account_text(told.story, told.scenario);
  EXPECT_EQ(count(text,
                  "month 13 (2028-02): Sellerland restricts exports (refine) to everyone: cut 1 "
                  "(\"event 0\") for 4 months, until month 17 (2028-06), blocking 50 %."),
            1)
      << text;
  EXPECT_EQ(count(text,
                  "month 13 (2028-02): Buyers is short for 4 months, until month 17 (2028-06), at "
                  "worst by 50 % of demand in month 13 (2028-02); why: restrictions by Sellerland "
                  "100 %."),
            1)
      << text;
  // 200 of 3,600 t.
  EXPECT_EQ(count(text,
                  "In all Buyers goes without 5.6 % of its demand (200 t); why: "
                  "restrictions by Sellerland 100 %."),
            1)
      << text;
  EXPECT_EQ(count(text, "stock"), 0) << text;
}

TEST(Account, TellsWhenStocksGo) {
  Scenario scenario = sole_supplier();
  scenario.demand.front().commercial_stock_days = 60.0;
  scenario.demand.front().commercial_release_fraction = 1.0;
  scenario.demand.front().commercial_refill_yr = 1000.0;
  schedule(scenario, 5.0, 4.0, 1.0);
  const Told told = tell(scenario);
  const std::string text = account_text(told.story, told.scenario);
  // 60 days of 100 t a month are 197 t: two months' need but for 3 t.
  EXPECT_EQ(count(text, "month 5 (2027-06): Buyers' commercial stock is drawn on."), 1) << text;
  EXPECT_EQ(count(text, "month 6 (2027-07): Buyers' commercial stock is used up."), 1) << text;
  EXPECT_EQ(count(text, "month 7 (2027-08): Buyers is short for 2 months"), 1) << text;
}

TEST(Account, TellsAMeasureThatComesBackFromUnderneathAnother) {
  Scenario scenario = sole_supplier();
  schedule(scenario, 2.0, 18.0, 0.25);
  schedule(scenario, 5.0, 2.0, 1.0);
  const Told told = tell(scenario);
  const std::string text = account_text(told.story, told.scenario);
  EXPECT_EQ(count(text,
                  "month 5 (2027-06): Sellerland restricts exports (refine) to everyone: ban "
                  "(\"event 1\") for 2 months"),
            1)
      << text;
  EXPECT_EQ(count(text,
                  "month 7 (2027-08): Sellerland still restricts exports (refine) to everyone: "
                  "cut 1 for 13 months, until month 20 (2028-09), blocking 25 %."),
            1)
      << text;
  EXPECT_EQ(count(text,
                  "month 2 (2027-03): Buyers is short for 18 months, until month 20 "
                  "(2028-09), at worst by 100 % of demand in month 5 (2027-06)"),
            1)
      << text;
}

TEST(Account, SaysThatNothingIsMissing) {
  const Told told = tell(sole_supplier());
  const std::string text = account_text(told.story, told.scenario);
  EXPECT_EQ(count(text, "In all Buyers misses nothing."), 1) << text;
  EXPECT_EQ(count(text, "Nobody restricts anything."), 1) << text;
  EXPECT_EQ(count(text, "is short"), 0) << text;
}

TEST(Account, GivesDaysWhereStepsAreNotMonths) {
  Scenario scenario = sole_supplier();
  scenario.clock.steps_per_year = 52;
  schedule(scenario, 12.0, 1.0, 0.9);
  const Told told = tell(scenario);
  EXPECT_EQ(count(account_text(told.story, told.scenario), "month 12 (2028-01-01): "), 2);
  EXPECT_EQ(when(told.story.facts, 1), "month 0.23 (2027-01-08)");
  EXPECT_EQ(when(told.story.facts, 53), "month 12.23 (2028-01-08)");
}

TEST(Account, CanBeGivenOfAnyPathOfAnyNetwork) {
  int n_short = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Scenario scenario = random_scenario(seed);
    const Network network = calibrate(scenario);
    StorySelection all;
    for (int k = 0; k < network.header.n_members; ++k) all.members.push_back(k);
    for (int k = 0; k < network.header.n_minerals; ++k) all.minerals.push_back(k);
    const Story story = tell_story(scenario, network, test_seed, seed, all);
    const std::string text = account_text(story, scenario);
    EXPECT_EQ(count(text, "nan"), 0) << text;
    n_short += count(text, " is short ");
    for (std::size_t member = 0; member < story.members.size(); ++member)
      EXPECT_EQ(count(steps_text(story, static_cast<int>(member), 0), "nan"), 0);
    EXPECT_EQ(count(story_csv(story), ",nan"), 0);
  }
  EXPECT_GT(n_short, 20);
}

TEST(StoryFile, CanBeWrittenOfAnyNetwork) {
  const test::ScratchFolder folder;
  const auto write = [&](Scenario scenario, const std::string& name) {
    resolve(scenario);
    const Network network = calibrate(scenario);
    const Story story = tell_story(scenario, network, test_seed, 3, {{0}, {0}});
    write_story(folder / name, story, scenario, {}, Overwrite::refuse);
  };
  for (std::uint64_t seed = 1; seed <= 8; ++seed)
    write(random_scenario(seed), std::to_string(seed));
  write(wide_random_scenario(1), "wide");
  Scenario nobody = sole_supplier();
  nobody.actors.clear();
  nobody.instruments.clear();
  nobody.target_groups.clear();
  write(nobody, "nobody restricts");
  nobody.clock.years = 0.5;
  write(nobody, "no whole year");
  EXPECT_EQ(folder.n_entries(), 11u);
}

TEST(Spells, AreRunsOfTheSameKey) {
  const int keys[] = {-1, 2, 2, 3, -1, 3};
  EXPECT_EQ(spells_of(6, [&](int step) { return keys[step]; }),
            (std::vector<Spell>{{1, 3, 2}, {3, 4, 3}, {5, 6, 3}}));
}

}  // namespace
}  // namespace blocrisk
