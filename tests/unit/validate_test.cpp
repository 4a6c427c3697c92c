// What makes a scenario invalid, one mistake at a time.
#include "host/scenario/validate.hpp"

#include <cmath>

#include "host/scenario/findings.hpp"
#include "tests/unit/tiny_scenario.hpp"

namespace blocrisk {
namespace {

using namespace testing_support;

TEST(Validate, AcceptsTheTinyScenario) { EXPECT_TRUE(validate(load(tiny_files())).empty()); }

// ---- mistakes as one option each; the complaint names the key and what is allowed

struct Invalid {
  std::string option, key, message;
};

void PrintTo(const Invalid& invalid, std::ostream* stream) { *stream << invalid.option; }

class InvalidValues : public ::testing::TestWithParam<Invalid> {};

TEST_P(InvalidValues, AreToldOnceWithKeyAndRange) {
  const std::vector<Complaint> complaints = complaints_about(tiny_files(), {GetParam().option});
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_EQ(complaints[0].key, GetParam().key);
  EXPECT_NE(complaints[0].message.find(GetParam().message), std::string::npos) << texts(complaints);
}

INSTANTIATE_TEST_SUITE_P(
    Sections, InvalidValues,
    ::testing::Values(
        Invalid{"name=\"\"", "name", "must not be empty"}, Invalid{"name=\"a|b\"", "name", "'|'"},
        Invalid{"name=\"a\\u0007\"", "name", "control characters"},
        Invalid{"clock.start=2027", "clock.start", "must be text"},
        Invalid{"clock.start=2027-02-29", "clock.start", "must be a date"},
        Invalid{"clock.start=2027-1-1", "clock.start", "must be a date"},
        Invalid{"clock.years=0", "clock.years", "must be > 0"},
        Invalid{"clock.years=-1", "clock.years", "must be > 0"},
        Invalid{"clock.years=inf", "clock.years", "must be > 0"},
        Invalid{"clock.years=0.01", "clock.years", "makes 0 steps"},
        Invalid{"clock.years=400", "clock.years", "makes 4800 steps; must be 1 to 4096"},
        Invalid{"clock.years=1", "scheduled.ban of 2028.month",
                "before the end of the horizon, month 12"},
        Invalid{"sampling.paths=0", "sampling.paths", "must be 1 to"},
        Invalid{"sampling.paths=-1", "sampling.paths", "whole number"},
        Invalid{"sampling.paths=1.5", "sampling.paths", "whole number"},
        Invalid{"sampling.paths=1e13", "sampling.paths", "must be 1 to"},
        Invalid{"sampling.seed=-1", "sampling.seed", "whole number"},
        Invalid{"sampling.seed=18446744073709551616", "sampling.seed", "whole number"},
        Invalid{"network.home_bias=-1", "network.home_bias", "must be 0 to"},
        Invalid{"network.balance_tolerance=-0.1", "network.balance_tolerance", "must be 0 to"},
        Invalid{"bloc.members=[]", "bloc.members", "at least one"},
        Invalid{"bloc.members=[\"USA\",\"USA\"]", "bloc.members[1]", "comes twice"},
        Invalid{"bloc.members=[\"UAS\"]", "bloc.members[0]", "no such country; nearest: USA"},
        Invalid{"bloc.retaliation=-1", "bloc.retaliation", "must be 0 to"},
        Invalid{"allocation.rule=priority", "allocation.order", "required by the rule"},
        Invalid{"allocation.order=[\"XYZ\"]", "allocation.order[0]", "no such country"},
        Invalid{"price_floor.circumvention_fraction=1.1", "price_floor.circumvention_fraction",
                "must be 0 to 1"},
        Invalid{"price_floor.ratio.galium=1", "price_floor.ratio.galium",
                "no such mineral; nearest: gallium"},
        Invalid{"price_floor.ratio.gallium=-1", "price_floor.ratio.gallium", "must be 0 to 100"},
        Invalid{"shared_stock.tonnes.gallium=5", "shared_stock.tonnes.gallium", "not both"},
        Invalid{"shared_stock.days.gallium=-5", "shared_stock.days.gallium", "must be 0 to"},
        Invalid{"shared_stock.days.tin=5", "shared_stock.days.tin", "no such mineral"},
        Invalid{"measures.exceedance=[]", "measures.exceedance", "at least one"},
        Invalid{"measures.exceedance=[0.1,0.1]", "measures.exceedance[1]", "above the one before"},
        Invalid{"measures.exceedance=[1.5]", "measures.exceedance[0]", "must be 0 to 1"},
        Invalid{"measures.short_threshold=2", "measures.short_threshold", "must be 0 to 1"}));

INSTANTIATE_TEST_SUITE_P(
    Actors, InvalidValues,
    ::testing::Values(
        Invalid{"instrument.ban.initial_severity=1.01", "instrument.ban.initial_severity",
                "must be 0 to 1"},
        Invalid{"instrument.ban.settling_months=0", "instrument.ban.settling_months",
                "must be > 0"},
        Invalid{"instrument.ban.acute_log_sd=-1", "instrument.ban.acute_log_sd", "must be 0 to"},
        Invalid{"target_group.japan.countries=[]", "target_group.japan.countries",
                "at least one country"},
        Invalid{"target_group.japan.countries=[\"JAP\"]", "target_group.japan.countries[0]",
                "nearest: JPN"},
        Invalid{"target_group.everyone.countries=[\"JPN\"]", "target_group.everyone.countries",
                "takes no list"},
        Invalid{"actor.CHN.start=[0.4,0.7]", "actor.CHN.start", "must sum to 1"},
        Invalid{"actor.CHN.start=[1.0]", "actor.CHN.start", "as many as there are regimes, 2"},
        Invalid{"actor.CHN.events_per_yr=[1]", "actor.CHN.events_per_yr",
                "as many as there are regimes"},
        Invalid{"actor.CHN.events_per_yr[0]=-1", "actor.CHN.events_per_yr[0]", "must be 0 to"},
        Invalid{"actor.CHN.switch_per_yr=[[0,1],[0]]", "actor.CHN.switch_per_yr", "square"},
        Invalid{"actor.CHN.switch_per_yr[0][1]=-1", "actor.CHN.switch_per_yr[0][1]",
                "must be 0 to"},
        Invalid{"actor.CHN.regimes=[\"a\",\"a\"]", "actor.CHN.regimes", "comes twice"},
        Invalid{"actor.CHN.instruments={}", "actor.CHN.instruments", "sum to more than 0"},
        Invalid{"actor.CHN.instruments.ban=0", "actor.CHN.instruments", "sum to more than 0"},
        Invalid{"actor.CHN.instruments.tax=1", "actor.CHN.instruments.tax",
                "no such instrument; nearest: ban"},
        Invalid{"actor.CHN.memory_per_yr=0", "actor.CHN.memory_per_yr", "must be > 0"},
        Invalid{"actor.CHN.self_excitation=2", "actor.CHN.self_excitation", "branching ratio 1,"},
        Invalid{"scheduled.ban of 2028.probability=1.1", "scheduled.ban of 2028.probability",
                "must be 0 to 1"},
        Invalid{"scheduled.ban of 2028.month=24", "scheduled.ban of 2028.month",
                "before the end of the horizon"},
        Invalid{"scheduled.ban of 2028.actor=JPN", "scheduled.ban of 2028.actor",
                "no such actor; nearest: CHN"},
        Invalid{"scheduled.ban of 2028.instrument=bann", "scheduled.ban of 2028.instrument",
                "nearest: ban"},
        Invalid{"scheduled.ban of 2028.minerals=[]", "scheduled.ban of 2028.minerals",
                "at least one"},
        Invalid{"scheduled.ban of 2028.minerals=[\"tin\"]", "scheduled.ban of 2028.minerals[0]",
                "no such mineral"},
        Invalid{"scheduled.ban of 2028.duration_months=0", "scheduled.ban of 2028.duration_months",
                "must be > 0"}));

INSTANTIATE_TEST_SUITE_P(
    Cells, InvalidValues,
    ::testing::Values(
        Invalid{"countries[USA].purchasing_weight=0", "countries[USA].purchasing_weight",
                "must be > 0"},
        Invalid{"minerals[gallium].price_usd_per_t=0", "minerals[gallium].price_usd_per_t",
                "must be > 0"},
        Invalid{"minerals[gallium].volatility_per_sqrt_yr=-0.2",
                "minerals[gallium].volatility_per_sqrt_yr", "must be 0 to"},
        Invalid{"minerals[gallium].close_ratio=1", "minerals[gallium].close_ratio",
                "must be >= 0 and < 1"},
        Invalid{"minerals[gallium].stages=refine;refine", "minerals[gallium].stages",
                "comes twice"},
        Invalid{"minerals[gallium].stages=refine;smelt", "minerals[gallium].stages",
                "no node of this stage"},
        Invalid{"minerals[gallium].flooder=CHM", "minerals[gallium].flooder",
                "no such country; nearest: CHN"},
        Invalid{"minerals[gallium].jumps_per_yr=inf", "minerals[gallium].jumps_per_yr",
                "must be 0 to"},
        Invalid{"nodes[gallium,refine,CHN].yield_fraction=0",
                "nodes[gallium,refine,CHN].yield_fraction", "must be > 0 and <= 1"},
        Invalid{"nodes[gallium,refine,CHN].outage_months=0",
                "nodes[gallium,refine,CHN].outage_months", "must be > 0 where"},
        Invalid{"nodes[gallium,refine,CHN].growth_per_yr=-1",
                "nodes[gallium,refine,CHN].growth_per_yr", "must be > -1"},
        Invalid{"nodes[gallium,refine,CHN].inclusion_probability=1.01",
                "nodes[gallium,refine,CHN].inclusion_probability", "must be 0 to 1"},
        Invalid{"nodes[cobalt,mine,CHN].output_t_per_yr=0", "minerals[cobalt].stages",
                "no node of this stage has output"},
        Invalid{"demand[gallium,*].demand_t_per_yr=0", "minerals[gallium]",
                "no country has demand"},
        Invalid{"demand[gallium,USA].essential_fraction=-0.1",
                "demand[gallium,USA].essential_fraction", "must be 0 to 1"},
        Invalid{"trade[gallium,refine,USA,CHN].import_fraction=1.01",
                "trade[gallium,refine,USA,CHN].import_fraction", "must be 0 to 1"},
        Invalid{"stocks[gallium,JPN].tonnes=3", "stocks[gallium,JPN].tonnes", "not both"},
        Invalid{"stocks[gallium,JPN].days=", "stocks[gallium,JPN].days",
                "tonnes or days is needed"},
        Invalid{"projects[Smelter, phase 1].country=JPN", "projects[Smelter, phase 1]",
                "needs the row nodes[cobalt,refine,JPN]"},
        Invalid{"projects[Smelter, phase 1].stage=smelt", "projects[Smelter, phase 1].stage",
                "no such stage of cobalt"},
        Invalid{"projects[Smelter, phase 1].ramp_median_months=-1",
                "projects[Smelter, phase 1].ramp_median_months", "must be 0 to 49152"},
        Invalid{"correlation[gallium].gallium=0.9", "correlation[gallium].gallium",
                "must be 1 on the diagonal"},
        Invalid{"correlation[gallium].cobalt=1.1", "correlation[cobalt].gallium",
                "must be -1 to 1"},
        Invalid{"correlation[gallium].cobalt=1", "correlation",
                "not positive definite: its smallest eigenvalue is"}));

// ---- what is no mistake

TEST(Validate, AcceptsImportFractionsWhateverTheirSum) {
  const std::vector<Complaint> complaints =
      complaints_about(tiny_files(), {"trade[gallium,refine,USA,CHN].import_fraction=1",
                                      "trade[gallium,refine,USA,JPN].import_fraction=1"});
  EXPECT_TRUE(complaints.empty()) << texts(complaints);
}

// ---- mistakes that take more than one cell

TEST(Validate, DuplicateRowsAreToldWithBothLines) {
  Files files = tiny_files();
  files["demand.csv"] += "gallium,USA,30\n";
  const std::vector<Complaint> complaints = complaints_about(files);
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_EQ(complaints[0].line, 7);
  EXPECT_EQ(complaints[0].key, "demand[gallium,USA]");
  EXPECT_EQ(complaints[0].message, "comes twice; first in line 2");
}

TEST(Validate, UnknownIdsInRowsAreToldWithTheirLine) {
  Files files = tiny_files();
  files["nodes.csv"] +=
      "galium,refine,USA,1,1,0,0,0,\ngallium,smelt,USA,1,1,0,0,0,\ngallium,refine,UAS,1,1,0,0,0,\n";
  const std::string text = texts(complaints_about(files));
  EXPECT_NE(text.find("nodes.csv:8: nodes[galium,refine,USA].mineral = galium (no such mineral; "
                      "nearest: gallium)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("nodes.csv:9: nodes[gallium,smelt,USA].stage = smelt (no such stage of "
                      "gallium; nearest: refine)"),
            std::string::npos)
      << text;
  EXPECT_NE(
      text.find(
          "nodes.csv:10: nodes[gallium,refine,UAS].country = UAS (no such country; nearest: USA)"),
      std::string::npos)
      << text;
}

TEST(Validate, TooManyOfAThingIsTold) {
  Files files = tiny_files();
  for (int i = 0; i < max_countries; ++i)
    files["countries.csv"] += "C" + std::to_string(i) + ",Country,1,\n";
  const std::vector<Complaint> complaints = complaints_about(files);
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_EQ(complaints[0].key, "countries");
  EXPECT_EQ(complaints[0].message, "at most 64");
}

TEST(Validate, SubstitutionTooFastForItsStepsIsTold) {
  struct Speed {
    double per_yr, most, reversal_per_yr;
    bool is_slow_enough;
  };
  for (const Speed& speed :
       {Speed{1.0, 0.3, 0.1, true}, Speed{3.0, 0.25, 0.0, true}, Speed{0.0, 1.0, 12.0, true},
        Speed{5000.0, 0.0, 5000.0, true}, Speed{5000.0, 0.3, 0.1, false},
        Speed{7.0, 0.25, 0.0, false}, Speed{1.0, 0.5, 13.0, false}}) {
    Scenario scenario = load(tiny_files());
    scenario.minerals[0].substitution_per_yr = speed.per_yr;
    scenario.minerals[0].substitution_max = speed.most;
    scenario.minerals[0].substitution_reversal_per_yr = speed.reversal_per_yr;
    const std::vector<Complaint> complaints = validate(scenario);
    ASSERT_EQ(complaints.empty(), speed.is_slow_enough) << speed.per_yr << texts(complaints);
    if (complaints.empty()) continue;
    EXPECT_EQ(complaints[0].key, "minerals[gallium].substitution_per_yr");
    EXPECT_NE(complaints[0].message.find("too fast for 12 steps a year"), std::string::npos);
  }
}

TEST(Validate, MissingNumbersOfAScenarioBuiltByHandAreTold) {
  Scenario scenario = load(tiny_files());
  scenario.nodes[0].cash_cost_ratio = missing;
  scenario.instruments[0].settling_months = missing;
  const std::vector<Complaint> complaints = validate(scenario);
  ASSERT_EQ(complaints.size(), 2U) << texts(complaints);
  EXPECT_EQ(complaints[0].message, "missing");
  EXPECT_FALSE(validate(Scenario{}).empty());
}

TEST(Validate, AnImporterCannotImportFromItself) {
  Files files = tiny_files();
  files["trade.csv"] += "gallium,refine,JPN,JPN,0.5\n";
  EXPECT_EQ(complaints_about(files).at(0).key, "trade[gallium,refine,JPN,JPN].exporter");
}

TEST(Validate, ContagionCountsInTheBranchingRatio) {
  Files files = tiny_files();
  files["scenario.toml"] +=
      "[[actor]]\ncountry = \"JPN\"\nevents_per_yr = [0.1]\nself_excitation = 0.5\ncontagion = "
      "1.5\n"
      "memory_per_yr = 1.0\ninstruments = { ban = 1 }\ntargets = { everyone = 1 }\n";
  // [[0.5/2, 0.8/1], [1.5/2, 0.5/1]] has eigenvalues 0.375 +- sqrt(0.125^2 + 0.6): above 1 by 0.16.
  const std::vector<Complaint> complaints = complaints_about(files, {"actor.CHN.contagion=0.8"});
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_NE(complaints[0].message.find("branching ratio 1.15962,"), std::string::npos)
      << texts(complaints);
  EXPECT_TRUE(complaints_about(files, {"actor.CHN.contagion=0.1"}).empty());
}

TEST(SpectralRadius, MatchesClosedForms) {
  EXPECT_NEAR(spectral_radius({0.5, 0.0, 0.0, 0.25}, 2), 0.5, 1e-12);
  EXPECT_NEAR(spectral_radius({0.0, 4.0, 1.0, 0.0}, 2), 2.0, 1e-12);
  EXPECT_NEAR(spectral_radius({0.3, 5.0, 0.0, 0.3}, 2), 0.3, 1e-6) << "not diagonalisable";
  EXPECT_NEAR(spectral_radius(std::vector<double>(9, 0.2), 3), 0.6, 1e-12);
  EXPECT_EQ(spectral_radius({0.0}, 1), 0.0);
}

TEST(SmallestEigenvalue, MatchesClosedForms) {
  EXPECT_NEAR(smallest_eigenvalue({1, 0, 0, 1}, 2), 1.0, 1e-12);
  EXPECT_NEAR(smallest_eigenvalue({1, 0.4, 0.4, 1}, 2), 0.6, 1e-12);
  EXPECT_NEAR(smallest_eigenvalue({1, 1.3, 1.3, 1}, 2), -0.3, 1e-12);
  // Equal correlations r of n have 1 - r, n - 1 times; and 1 + (n - 1) r.
  EXPECT_NEAR(smallest_eigenvalue({1, -0.6, -0.6, -0.6, 1, -0.6, -0.6, -0.6, 1}, 3), -0.2, 1e-12);
}

// ---- uncertain inputs: the entry's text, then what is told of it

struct InvalidInput {
  const char* keys;  ///< beside name and address
  std::string key, message;
};

TEST(Validate, TellsEveryMistakeOfAnUncertainInput) {
  const std::vector<InvalidInput> table{
      {"distribution = 'gauss'", "distribution",
       "must be one of uniform, triangular, normal, lognormal, beta"},
      {"distribution = 'uniform'\nlow = 0", "high", "missing; required by"},
      {"distribution = 'uniform'\nhigh = 0", "low", "missing; required by"},
      {"distribution = 'uniform'\nlow = 1\nhigh = 0", "low", "must be at most the upper end, 0"},
      {"distribution = 'uniform'\nlow = 0\nhigh = inf", "high", "must be"},
      {"distribution = 'uniform'\nlow = 0\nhigh = 'much'", "high", "must be a number"},
      {"distribution = 'uniform'\nlow = 0\nhigh = 1\nmode = 0.5", "mode", "is no parameter of"},
      {"distribution = 'uniform'\nlow = 0\nhigh = 1\napply = 'divide'", "apply",
       "must be one of set, multiply, add"},
      {"distribution = 'triangular'\nlow = 0\nhigh = 1", "mode", "missing; required by"},
      {"distribution = 'triangular'\nlow = 0\nhigh = 1\nmode = 2", "mode", "between low and high"},
      {"distribution = 'normal'\nmean = 0", "sd", "missing; required by"},
      {"distribution = 'normal'\nmean = 0\nsd = -1", "sd", "must be >= 0"},
      {"distribution = 'normal'\nmean = 0\nsd = 1\nlow = 9", "low", "at most the upper end, 3"},
      {"distribution = 'normal'\nmean = 0\nsd = 1\nlow = 9\nhigh = 10", "mean", "next to nothing"},
      {"distribution = 'normal'\nmean = 0\nsd = 1\nlow = 1\nhigh = 1", "mean", "next to nothing"},
      {"distribution = 'lognormal'\nmedian = 0\nlog_sd = 1", "median", "must be > 0"},
      {"distribution = 'lognormal'\nmedian = 1\nlog_sd = 11", "log_sd", "must be 0 to 10"},
      {"distribution = 'lognormal'\nmedian = 1\nlog_sd = 1\nlow = -1", "low", "must be > 0"},
      {"distribution = 'beta'\nalpha = 1", "beta", "missing; required by"},
      {"distribution = 'beta'\nalpha = 0.01\nbeta = 1", "alpha", "must be 0.1 to 1000"},
      {"distribution = 'beta'\nalpha = 2\nbeta = 2\nlow = 3", "low", "at most the upper end, 1"},
      {"distribution = 'uniform'\nlow = 0\nhigh = 1\nwidth = 2", "width", "unknown key"},
  };
  for (const InvalidInput& invalid : table) {
    Files files = tiny_files();
    files["scenario.toml"] +=
        "\n[[uncertain]]\nname = 'x'\naddress = 'bloc.retaliation'\n" + std::string(invalid.keys);
    const std::vector<Complaint> complaints = complaints_about(files, {});
    ASSERT_EQ(complaints.size(), 1U) << invalid.keys << "\n" << texts(complaints);
    EXPECT_EQ(complaints[0].key, "uncertain.x." + invalid.key) << texts(complaints);
    EXPECT_NE(complaints[0].message.find(invalid.message), std::string::npos) << texts(complaints);
  }
}

TEST(Validate, RefusesUncertainInputsThatShapeTheResult) {
  for (const char* address :
       {"clock.years", " clock.steps_per_year", "sampling.seed", "measures.short_threshold",
        "network.balance_tolerance", "uncertain.x.low"}) {
    Files files = tiny_files();
    files["scenario.toml"] +=
        "\n[[uncertain]]\nname = 'x'\ndistribution = 'uniform'\nlow = 0\n"
        "high = 1\naddress = '" +
        std::string(address) + "'";
    const std::vector<Complaint> complaints = complaints_about(files, {});
    ASSERT_EQ(complaints.size(), 1U) << address << texts(complaints);
    EXPECT_EQ(complaints[0].key, "uncertain.x.address");
    EXPECT_NE(complaints[0].message.find("cannot be uncertain"), std::string::npos);
  }
}

TEST(Validate, WantsAPowerOfTwoOfPathsPerDraw) {
  for (const char* option : {"sampling.paths_per_draw=1000", "sampling.paths_per_draw=1",
                             "sampling.paths_per_draw=131072", "sampling.paths_per_draw=0"})
    EXPECT_EQ(complaints_about(tiny_files(), {option}).size(), 1U) << option;
  EXPECT_EQ(load(tiny_files(), {"sampling.paths_per_draw=64"}).sampling.paths_per_draw, 64);
}

}  // namespace
}  // namespace blocrisk
