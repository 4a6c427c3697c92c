// The canonical text: it stands alone, gives the scenario back, and depends on nothing else.
#include "host/scenario/canonical.hpp"

#include "host/scenario/number_text.hpp"
#include "tests/unit/tiny_scenario.hpp"

namespace blocrisk {
namespace {

using namespace testing_support;

TEST(Canonical, GivesBackAnEqualScenario) {
  const Scenario scenario = load(tiny_files());
  const std::string text = canonical_text(scenario);
  const Scenario again = load_canonical(text);
  EXPECT_TRUE(again == scenario);
  EXPECT_EQ(canonical_text(again), text);
}

TEST(Canonical, IsAScenarioFile) {
  const Scenario scenario = load(tiny_files());
  EXPECT_TRUE(load({{"scenario.toml", canonical_text(scenario)}}) == scenario);
}

TEST(Canonical, EveryShippedScenarioComesBack) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator("configs")) {
    if (entry.path().filename() != "scenario.toml") continue;
    const Scenario scenario = load_scenario(entry.path());
    EXPECT_TRUE(load_canonical(canonical_text(scenario)) == scenario) << entry.path();
  }
}

TEST(Canonical, KeepsHardNamesAndNumbers) {
  Scenario scenario = load(tiny_files());
  scenario.name = "a \"quoted\" \\ name, with \xC3\xA9";
  scenario.countries[0].name = "United, \"States\"";
  scenario.projects[0].name = "'''\"\"\"";
  scenario.sampling.seed = 18446744073709551615U;
  scenario.nodes[0].output_t_per_yr = 0.1 + 0.2;
  scenario.nodes[1].output_t_per_yr = 1e-300;
  scenario.nodes[0].capacity_t_per_yr = 700.0;
  scenario.allocation = {AllocationRule::priority, {"JPN"}, {1}};
  scenario.scheduled[0].minerals.reset();
  scenario.scheduled[0].duration_months.reset();
  resolve(scenario);
  const Scenario again = load_canonical(canonical_text(scenario));
  EXPECT_TRUE(again == scenario);
  EXPECT_EQ(again.sampling.seed, scenario.sampling.seed);
  EXPECT_EQ(again.projects[0].name, scenario.projects[0].name);
}

TEST(Canonical, IgnoresCommentsSourcesAndSpelling) {
  Files files = tiny_files();
  files["scenario.toml"] = "# a comment\n" + files["scenario.toml"];
  replace(files, "scenario.toml", "years = 2", "years = 2.000");
  replace(files, "nodes.csv", "\"two\nlines\"", "another source");
  replace(files, "nodes.csv", "600", " 6e2 ");
  EXPECT_EQ(canonical_text(load(files)), canonical_text(load(tiny_files())));
}

TEST(Canonical, DiffersWhereTheScenarioDoes) {
  const std::string text = canonical_text(load(tiny_files()));
  for (const char* option :
       {"clock.years=3", "sampling.seed=2", "correlation[gallium].cobalt=0.1", "bloc.pooling=false",
        "demand[gallium,USA].growth_per_yr=0.01", "actor.CHN.targets.japan=0.5"}) {
    EXPECT_NE(canonical_text(load(tiny_files(), {option})), text) << option;
  }
}

TEST(Canonical, ComplaintsAboutItsTablesPointAtTheirLines) {
  std::string text = canonical_text(load(tiny_files()));
  const std::size_t at = text.find("gallium,refine,JPN,20");
  ASSERT_NE(at, std::string::npos);
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  text.replace(at, 21, "gallium,refine,JPN,-2");
  try {
    (void)load_canonical(text, "attribute");
    FAIL() << "accepted a negative output";
  } catch (const ScenarioError& error) {
    ASSERT_EQ(error.complaints().size(), 1U) << error.what();
    EXPECT_EQ(error.complaints()[0].file, "attribute");
    EXPECT_EQ(error.complaints()[0].line, line);
  }
}

TEST(NumberText, IsTheShortestThatReadsBack) {
  for (const double value :
       {0.1, 1.0 / 3.0, 1e22, 5e-324, 1.7976931348623157e308, -2.5, 1e6, 123456789.0}) {
    EXPECT_EQ(parse_number(number_text(value)), value);
  }
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(15.0), "15");
}

TEST(NumberText, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"", " ", "1,5", "1 5", "0x10", "1e", "--1", "+-1", "1e999", "one", "1_000"}) {
    EXPECT_FALSE(parse_number(text).has_value()) << text;
  }
  EXPECT_EQ(parse_number(" +1.5 "), 1.5);
}

}  // namespace
}  // namespace blocrisk
