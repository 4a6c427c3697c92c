// Files to a scenario: what is read, where complaints point, how files extend one another.
#include "host/scenario/parse.hpp"

#include "tests/unit/tiny_scenario.hpp"

namespace blocrisk {
namespace {

using namespace testing_support;

TEST(Parse, ReadsEveryPartOfAScenario) {
  const Scenario s = load(tiny_files());
  EXPECT_EQ(s.name, "tiny");
  EXPECT_EQ(s.clock.start_date, (CivilDate{2027, 1, 1}));
  EXPECT_EQ(s.n_steps(), 24);
  EXPECT_EQ(s.sampling.paths, 1000U);
  EXPECT_EQ(s.bloc.member_indices, (std::vector<int>{0, 1}));
  EXPECT_EQ(s.minerals[1].stages, (std::vector<std::string>{"mine", "refine"}));
  EXPECT_EQ(s.minerals[0].flooder_index, 2);
  EXPECT_EQ(s.minerals[1].flooder_index, no_index);
  EXPECT_EQ(s.nodes[3].stage_index, 1);
  EXPECT_EQ(s.nodes[3].mineral_index, 1);
  EXPECT_EQ(s.floor_ratio(0), 1.2);
  EXPECT_EQ(s.shared_stock_days(0), 30.0);
  EXPECT_EQ(s.shared_stock_days(1), 0.0);
  EXPECT_EQ(s.actors[0].target_weights, (std::vector<double>{0.75, 0.25}));
  EXPECT_EQ(s.target_groups[0].holds, (std::vector<std::uint8_t>{1, 1, 1}));
  EXPECT_EQ(s.target_groups[1].holds, (std::vector<std::uint8_t>{0, 1, 0}));
  EXPECT_EQ(s.scheduled[0].mineral_indices, (std::vector<int>{0}));
  EXPECT_EQ(s.stocks[0].days, 60.0);
  EXPECT_FALSE(s.stocks[0].tonnes.has_value());
  EXPECT_EQ(s.projects[0].name, "Smelter, phase 1");
  EXPECT_EQ(s.correlation_at(0, 1), 0.2);
}

TEST(Parse, EmptyCellsAndAbsentKeysTakeTheirDefaults) {
  const Scenario s = load(tiny_files());
  EXPECT_EQ(s.countries[1].purchasing_weight, 1.0);
  EXPECT_EQ(s.nodes[1].outage_per_yr, 0.0);
  EXPECT_FALSE(s.nodes[0].capacity_t_per_yr.has_value());
  EXPECT_DOUBLE_EQ(s.nodes[0].capacity_or_default_t_per_yr(), 600 / 0.9);
  EXPECT_EQ(s.demand[0].essential_fraction, 0.3);
  EXPECT_EQ(s.stocks[1].latency_months, 1.0);
  EXPECT_EQ(s.network.home_bias, 4.0);
  EXPECT_EQ(s.actors[0].memory_per_yr, 2.0);
  EXPECT_TRUE(s.bloc.pooling);
}

TEST(Parse, OptionalTablesMayBeAbsentAndAnAbsentCorrelationIsTheIdentity) {
  Files files = tiny_files();
  for (const char* table : {"trade", "stocks", "projects", "correlation"}) {
    replace(files, "scenario.toml", std::string(table) + " = \"" + table + ".csv\"\n", "");
  }
  const Scenario s = load(files);
  EXPECT_TRUE(s.trade.empty() && s.stocks.empty() && s.projects.empty());
  EXPECT_EQ(s.correlation, (std::vector<double>{1, 0, 0, 1}));
}

TEST(Parse, ACorrelationMayListTheMineralsInAnyOrder) {
  Files files = tiny_files();
  files["correlation.csv"] = "mineral,cobalt,gallium\ngallium,0.2,1\ncobalt,1,0.2\n";
  EXPECT_EQ(load(files), load(tiny_files()));
}

TEST(Parse, WindowsFilesWithByteOrderMarksReadTheSame) {
  Files files = tiny_files();
  for (auto& [name, text] : files) {
    std::string windows = "\xEF\xBB\xBF";
    for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    text = windows;
  }
  EXPECT_EQ(load(files), load(tiny_files()));
}

TEST(Parse, DatesAndWholeNumbersMayBeWrittenInSeveralWays) {
  Files files = tiny_files();
  replace(files, "scenario.toml", "\"2027-01-01\"", "2027-01-01");
  replace(files, "scenario.toml", "paths = 1000", "paths = 1e3");
  replace(files, "scenario.toml", "seed = 1", "seed = 0x1");
  EXPECT_EQ(load(files), load(tiny_files()));
}

TEST(Parse, AMissingScenarioFileIsNoMistakeInAScenario) {
  EXPECT_THROW((void)load_scenario("no/such/scenario.toml"), EnvironmentError);
}

// ---- complaints point at file, line and key

TEST(Parse, AnEntryWithoutItsNameIsOneMistake) {
  Files files = tiny_files();
  files["scenario.toml"] += "[[target_group]]\ncountries = [\"JPN\"]\n";
  const std::vector<Complaint> complaints = complaints_about(files);
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_EQ(complaints[0].key, "target_group..name");
  EXPECT_NE(complaints[0].message.find("missing"), std::string::npos);
}

TEST(Parse, ASectionThatIsNoneIsOneMistake) {
  Files files = tiny_files();
  replace(files, "scenario.toml", "name = \"tiny\"", "name = \"tiny\"\nbloc = 3");
  replace(files, "scenario.toml", "[bloc]\nmembers = [\"USA\", \"JPN\"]\n", "");
  const std::vector<Complaint> complaints = complaints_about(files);
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_NE(complaints[0].message.find("must be a section [bloc]"), std::string::npos);
}

struct Mistake {
  std::string file, from, to;
  std::string in_file;
  int line;
  std::string key, message;
  std::size_t n_complaints = 1;
};

void PrintTo(const Mistake& mistake, std::ostream* stream) {
  *stream << mistake.file << ": " << mistake.to;
}

class Mistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreToldWithFileLineAndKey) {
  const Mistake& mistake = GetParam();
  Files files = tiny_files();
  replace(files, mistake.file, mistake.from, mistake.to);
  const std::vector<Complaint> complaints = complaints_about(files);
  bool found = false;
  for (const Complaint& complaint : complaints) {
    found |= complaint.file == mistake.in_file && complaint.line == mistake.line &&
             complaint.key == mistake.key &&
             complaint.message.find(mistake.message) != std::string::npos;
  }
  EXPECT_TRUE(found) << "expected " << mistake.in_file << ":" << mistake.line << ": " << mistake.key
                     << " (" << mistake.message << ")\n"
                     << texts(complaints);
  EXPECT_EQ(complaints.size(), mistake.n_complaints) << texts(complaints);
}

const std::string toml = "scenario.toml";

INSTANTIATE_TEST_SUITE_P(
    Keys, Mistakes,
    ::testing::Values(
        Mistake{toml, "years = 2", "yaers = 2\nyears = 2", toml, 4, "clock.yaers",
                "unknown key; nearest: years"},
        Mistake{toml, "years = 2\n", "", toml, 2, "clock.years", "missing"},
        Mistake{toml, "years = 2", "years = \"2\"", toml, 4, "clock.years", "must be a number"},
        Mistake{toml, "years = 2", "years = nan", toml, 4, "clock.years", "must be a number"},
        Mistake{toml, "steps_per_year = 12", "steps_per_year = 12.5", toml, 5,
                "clock.steps_per_year", "whole number"},
        Mistake{toml, "[bloc]", "[blok]\nx = 1\n[bloc]", toml, 18, "blok", "nearest: bloc"},
        Mistake{toml, "[bloc]", "[bloc]\npooling = 1", toml, 19, "bloc.pooling", "true or false"},
        Mistake{toml, "[\"USA\", \"JPN\"]", "\"USA\"", toml, 19, "bloc.members", "list of texts"},
        Mistake{toml, "[bloc]", "[allocation]\nrule = \"fair\"\n[bloc]", toml, 19,
                "allocation.rule", "priority"},
        Mistake{toml, "name = \"tiny\"\n", "", toml, 0, "name", "missing"},
        Mistake{toml, "gallium = 1.2", "gallium = true", toml, 21, "price_floor.ratio.gallium",
                "must be a number"},
        Mistake{toml, "settling_months = 3\n", "", toml, 26, "instrument.ban.settling_months",
                "missing"},
        Mistake{toml, "self_excitation = 0.5", "self_exitation = 0.5", toml, 47,
                "actor.CHN.self_exitation", "nearest: self_excitation"},
        Mistake{toml, "nodes = \"nodes.csv\"", "nodes = \"nods.csv\"", toml, 12, "network.nodes",
                "no such file"},
        Mistake{toml, "nodes = \"nodes.csv\"\n", "", toml, 0, "network.nodes", "missing"},
        Mistake{toml, "nodes = \"nodes.csv\"", "nodes = \".\"", toml, 12, "network.nodes",
                "is a folder; a file is expected"}));

INSTANTIATE_TEST_SUITE_P(
    Tables, Mistakes,
    ::testing::Values(
        Mistake{"nodes.csv", "output_t_per_yr", "output", "nodes.csv", 1, "nodes.output",
                "nearest: output_t_per_yr", 2},
        Mistake{"nodes.csv", "cash_cost_ratio", "cash_cost", "nodes.csv", 1, "nodes.cash_cost",
                "nearest: cash_cost_ratio", 2},
        Mistake{"demand.csv", "country,demand_t_per_yr", "country,source,source,demand_t_per_yr",
                "demand.csv", 1, "demand.source", "twice", 6},
        Mistake{"nodes.csv", "JPN,20", "JPN,twenty", "nodes.csv", 4,
                "nodes[gallium,refine,JPN].output_t_per_yr", "must be a number"},
        Mistake{"nodes.csv", "JPN,20", "JPN,nan", "nodes.csv", 4,
                "nodes[gallium,refine,JPN].output_t_per_yr", "must be a number"},
        Mistake{"nodes.csv", "JPN,20", "JPN,inf", "nodes.csv", 4,
                "nodes[gallium,refine,JPN].output_t_per_yr", "must be 0 to"},
        Mistake{"nodes.csv", "JPN,20", "JPN,1e999", "nodes.csv", 4,
                "nodes[gallium,refine,JPN].output_t_per_yr", "must be a number"},
        Mistake{"nodes.csv", "JPN,20", "JPN,", "nodes.csv", 4,
                "nodes[gallium,refine,JPN].output_t_per_yr", "empty"},
        Mistake{"nodes.csv", "0.25,2,0.5", "0.25,2,", "nodes.csv", 2,
                "nodes[gallium,refine,CHN].outage_depth", "required where outage_per_yr"},
        Mistake{"nodes.csv", "JPN,20,0.9,,,,", "JPN,20,0.9", "nodes.csv", 4, "nodes",
                "5 cells under 9 columns"},
        Mistake{"nodes.csv", "\"two\nlines\"", "\"two\nlines", "nodes.csv", 2, "",
                "without a closing quote"},
        Mistake{"stocks.csv", "gallium,JPN,,60,0.05\ncobalt,USA,302,,",
                "gallium,JPN,,60,0.05\ncobalt,USA,302,,x", "stocks.csv", 3,
                "stocks[cobalt,USA].trigger_fraction", "must be a number"},
        Mistake{"correlation.csv", "cobalt,0.2,1", "cobalt,0.2,one", "correlation.csv", 3,
                "correlation[cobalt].cobalt", "must be a number"},
        Mistake{"correlation.csv", "cobalt,0.2,1", "cobolt,0.2,1", "correlation.csv", 3,
                "correlation", "nearest: cobalt"}));

TEST(Mistakes, AMissingColumnIsToldOnce) {
  Files files = tiny_files();
  files["demand.csv"] = "mineral,country\ngallium,USA\ncobalt,USA\n";
  const std::vector<Complaint> complaints = complaints_about(files);
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_EQ(complaints[0].key, "demand.demand_t_per_yr");
  EXPECT_EQ(complaints[0].message, "missing column");
}

TEST(Mistakes, AnEmptyTableIsTold) {
  Files files = tiny_files();
  files["demand.csv"] = "";
  EXPECT_EQ(complaints_about(files).at(0).message,
            "the table is empty; its first row is the column names");
  files["demand.csv"] = "mineral,country,demand_t_per_yr\n";
  EXPECT_EQ(complaints_about(files).at(0).message, "empty; at least one is needed");
}

TEST(Mistakes, SixInOneScenarioAreAllTold) {
  Files files = tiny_files();
  replace(files, toml, "seed = 1", "sead = 1");
  replace(files, toml, "start = [0.4, 0.6]", "start = [0.4, 0.7]");
  replace(files, toml, "target = \"japan\"", "target = \"japann\"");
  replace(files, "nodes.csv", "JPN,20,0.9", "JPN,20,-0.9");
  replace(files, "demand.csv", "cobalt,USA,50", "cobalt,US,50");
  replace(files, "correlation.csv", "gallium,1,0.2", "gallium,1,0.3");
  const std::vector<Complaint> complaints = complaints_about(files);
  const std::string text = texts(complaints);
  EXPECT_EQ(complaints.size(), 6U) << text;
  for (const char* expected :
       {"scenario.toml:8: sampling.sead (unknown key; nearest: seed)",
        "scenario.toml:44: actor.CHN.start = sum 1.1",
        "scenario.toml:56: scheduled.ban of 2028.target = japann (no such target_group; nearest: "
        "japan)",
        "nodes.csv:4: nodes[gallium,refine,JPN].cash_cost_ratio = -0.9 (must be > 0 and <= 100)",
        "demand.csv:5: demand[cobalt,US].country = US (no such country; nearest: USA)",
        "correlation.csv:3: correlation[cobalt].gallium = 0.2 (must be the same as"}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << "\nnot in\n" << text;
  }
}

// ---- extends

TEST(Extends, KeysOverrideAndNamedEntriesMerge) {
  Files files = tiny_files();
  files["variant/variant.toml"] = R"(extends = "../scenario.toml"
name = "variant"
[clock]
years = 1
[shared_stock]
days.cobalt = 10
[[actor]]
country = "CHN"
enforcement = 0.5
instruments = { tax = 1.0 }
[[instrument]]
name = "tax"
initial_severity = 0.1
settled_severity = 0.1
settling_months = 1
acute_probability = 0
acute_median_months = 1
acute_log_sd = 0
structural_median_months = 1
structural_log_sd = 0
[[scheduled]]
name = "ban of 2028"
month = 3
)";
  const TemporaryFolder folder(files);
  const Scenario s = load_scenario(folder / "variant/variant.toml");
  EXPECT_EQ(s.name, "variant");
  EXPECT_EQ(s.clock.years, 1.0);
  EXPECT_EQ(s.clock.steps_per_year, 12);
  EXPECT_EQ(s.shared_stock.days, (std::map<std::string, double>{{"cobalt", 10}, {"gallium", 30}}));
  ASSERT_EQ(s.actors.size(), 1U);
  EXPECT_EQ(s.actors[0].enforcement, 0.5);
  EXPECT_EQ(s.actors[0].events_per_yr, (std::vector<double>{0.4, 3.0}));
  EXPECT_EQ(s.actors[0].instruments, (std::map<std::string, double>{{"tax", 1.0}}));
  ASSERT_EQ(s.instruments.size(), 2U);
  EXPECT_EQ(s.scheduled[0].month, 3.0);
  EXPECT_EQ(s.nodes.size(), 5U) << "tables stay relative to the file that names them";
}

TEST(Extends, ATableOfTheVariantReplacesTheOneOfTheBase) {
  Files files = tiny_files();
  files["variant/variant.toml"] =
      "extends = \"../scenario.toml\"\n[network]\nstocks = \"stocks.csv\"\ntrade = \"\"\n";
  files["variant/stocks.csv"] = "mineral,holder,days\ngallium,USA,5\n";
  const TemporaryFolder folder(files);
  const Scenario s = load_scenario(folder / "variant/variant.toml");
  ASSERT_EQ(s.stocks.size(), 1U);
  EXPECT_EQ(s.stocks[0].days, 5.0);
  EXPECT_TRUE(s.trade.empty());
}

TEST(Extends, TheSetOfTheOuterFileComesLastAndOptionsAfterIt) {
  Files files = tiny_files();
  files["base.toml"] =
      "extends = \"scenario.toml\"\n[set]\n\"clock.years\" = "
      "3\n\"nodes[*,refine,CHN].cash_cost_ratio\" = \"*0.5\"\n";
  files["outer.toml"] =
      "extends = \"base.toml\"\n[clock]\nyears = "
      "4\n[set]\n\"nodes[gallium,refine,CHN].cash_cost_ratio\" = \"*0.5\"\nclock.steps_per_year = "
      "4\n";
  const TemporaryFolder folder(files);
  const Scenario s = load_scenario(folder / "outer.toml");
  EXPECT_EQ(s.clock.years, 4.0);
  EXPECT_EQ(s.clock.steps_per_year, 4);
  EXPECT_DOUBLE_EQ(s.nodes[0].cash_cost_ratio, 0.15);
  EXPECT_DOUBLE_EQ(s.nodes[3].cash_cost_ratio, 0.3);
  const std::vector<std::string> options{"clock.years=5"};
  EXPECT_EQ(load_scenario(folder / "outer.toml", options).clock.years, 5.0);
}

TEST(Extends, CyclesAndMissingBasesAreTold) {
  Files files = tiny_files();
  files["scenario.toml"] = "extends = \"b.toml\"\n";
  files["b.toml"] = "\nextends = \"scenario.toml\"\n";
  const std::vector<Complaint> cycle = complaints_about(files);
  EXPECT_EQ(cycle.at(0).file, "b.toml");
  EXPECT_EQ(cycle.at(0).line, 2);
  EXPECT_NE(cycle.at(0).message.find("leads back"), std::string::npos);
  files["scenario.toml"] = "extends = \"c.toml\"\n";
  EXPECT_EQ(complaints_about(files).at(0).message, "no such file");
  files["scenario.toml"] = "extends = 3\n";
  EXPECT_EQ(complaints_about(files).at(0).key, "extends");
}

TEST(Extends, ANameThatComesTwiceInOneFileIsTold) {
  Files files = tiny_files();
  files["scenario.toml"] += "[[target_group]]\nname = \"japan\"\ncountries = [\"JPN\"]\n";
  const std::vector<Complaint> complaints = complaints_about(files);
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_EQ(complaints[0].line, 59);
  EXPECT_EQ(complaints[0].message, "comes twice; first in line 38");
}

}  // namespace
}  // namespace blocrisk
