// Static diagnostics, worked by hand on the tiny scenario: gallium is refined by CHN (600 t/yr) and
// JPN (20) and wanted by CHN (400), JPN (200) and USA (20); cobalt is mined by CHN (100), refined
// by CHN (80) and USA (20) and wanted by CHN (50) and USA (50). The members are USA and JPN.
#include "host/analysis/diagnostics.hpp"

#include <cmath>

#include "host/analysis/diagnostics_table.hpp"
#include "host/scenario/calibrate.hpp"
#include "tests/unit/tiny_scenario.hpp"

namespace blocrisk {
namespace {

using namespace testing_support;

constexpr std::size_t gallium = 0, cobalt = 1, usa = 0, jpn = 1, mine = 0, refine = 1;

Diagnostics diagnose_with(const std::vector<std::string>& options) {
  const Scenario scenario = load(tiny_files(), options);
  return diagnose(scenario, calibrate(scenario));
}

double of_stage(const std::vector<double>& values, std::size_t mineral, std::size_t stage) {
  return values[2 * mineral + stage];
}

double reliance(const Diagnostics& found, std::size_t member, std::size_t mineral) {
  return found.import_reliance[2 * member + mineral];
}

TEST(Diagnostics, StagesAreThoseOfAllMineralsInTheirOrder) {
  EXPECT_EQ(diagnose_with({}).stages, (std::vector<std::string>{"mine", "refine"}));
}

TEST(Diagnostics, N1CoverageLeavesOutTheLargestSupplierAndItsDemand) {
  const Diagnostics found = diagnose_with({});
  EXPECT_DOUBLE_EQ(found.n1_coverage[gallium], 20.0 / 220.0);
  EXPECT_DOUBLE_EQ(found.n1_coverage[cobalt], 20.0 / 50.0);
}

TEST(Diagnostics, N1CoverageIsOfTheLastStage) {
  // The largest miner is another country than the largest refiner.
  const Diagnostics found = diagnose_with({"nodes[cobalt,refine,CHN].output_t_per_yr=30",
                                           "nodes[cobalt,refine,USA].output_t_per_yr=70"});
  EXPECT_DOUBLE_EQ(found.n1_coverage[cobalt], 30.0 / 50.0);
}

TEST(Diagnostics, N1CoverageIsNoNumberWhereNobodyElseWantsAny) {
  const Diagnostics found = diagnose_with(
      {"demand[cobalt,USA].demand_t_per_yr=0", "demand[cobalt,CHN].demand_t_per_yr=100"});
  EXPECT_TRUE(std::isnan(found.n1_coverage[cobalt]));
}

TEST(Diagnostics, HhiSumsSquaredSharesOfOutputByStage) {
  const Diagnostics found = diagnose_with({});
  EXPECT_TRUE(std::isnan(of_stage(found.hhi, gallium, mine)));
  EXPECT_DOUBLE_EQ(of_stage(found.hhi, gallium, refine),
                   (600.0 * 600.0 + 20.0 * 20.0) / (620.0 * 620.0));
  EXPECT_DOUBLE_EQ(of_stage(found.hhi, cobalt, mine), 1.0);
  EXPECT_DOUBLE_EQ(of_stage(found.hhi, cobalt, refine), 0.8 * 0.8 + 0.2 * 0.2);
}

TEST(Diagnostics, ImportRelianceIsWhatOwnOutputDoesNotCover) {
  const Diagnostics found = diagnose_with({});
  EXPECT_DOUBLE_EQ(reliance(found, usa, gallium), 1.0);
  EXPECT_DOUBLE_EQ(reliance(found, jpn, gallium), 1.0 - 20.0 / 200.0);
  EXPECT_DOUBLE_EQ(reliance(found, usa, cobalt), 1.0 - 20.0 / 50.0);
  EXPECT_TRUE(std::isnan(reliance(found, jpn, cobalt))) << "no demand";
}

TEST(Diagnostics, ImportRelianceIsZeroForAnExporter) {
  const Diagnostics found = diagnose_with({"nodes[cobalt,refine,CHN].output_t_per_yr=30",
                                           "nodes[cobalt,refine,USA].output_t_per_yr=70"});
  EXPECT_EQ(reliance(found, usa, cobalt), 0.0);
}

TEST(Diagnostics, TheScaleIsTheCalibrationsAndTheRestIsTheInputsAsGiven) {
  // 110 t of cobalt are wanted, 100 are refined, and as many mined.
  const Diagnostics found = diagnose_with({"demand[cobalt,USA].demand_t_per_yr=60"});
  EXPECT_TRUE(std::isnan(of_stage(found.calibration_scale, gallium, mine)));
  EXPECT_DOUBLE_EQ(of_stage(found.calibration_scale, gallium, refine), 1.0);
  EXPECT_DOUBLE_EQ(of_stage(found.calibration_scale, cobalt, refine), 1.1);
  EXPECT_DOUBLE_EQ(of_stage(found.calibration_scale, cobalt, mine), 1.1);
  EXPECT_DOUBLE_EQ(found.n1_coverage[cobalt], 20.0 / 60.0);
  EXPECT_DOUBLE_EQ(reliance(found, usa, cobalt), 1.0 - 20.0 / 60.0);
}

TEST(Diagnostics, EqualityKnowsWhatIsNoNumber) {
  Diagnostics changed = diagnose_with({});
  EXPECT_EQ(changed, diagnose_with({}));
  changed.hhi[0] = 0.5;
  EXPECT_FALSE(changed == diagnose_with({}));
}

ResultFacts tiny_facts() {
  const Scenario scenario = load(tiny_files());
  return facts_of(calibrate(scenario), scenario);
}

TEST(DiagnosticsTable, ShowsNumbersByEye) {
  EXPECT_EQ(text_diagnostics(tiny_facts()),
            "Supply of the base year: N-1 coverage, concentration, scale that balances it\n"
            "mineral   N-1 %  HHI mine  HHI refine  scale mine  scale refine\n"
            "gallium     9.1         -       0.938           -         1.000\n"
            "cobalt     40.0     1.000       0.680       1.000         1.000\n"
            "\n"
            "Import reliance of the base year, % of demand\n"
            "mineral   USA  JPN\n"
            "gallium   100   90\n"
            "cobalt     60    -\n");
}

TEST(DiagnosticsTable, BreaksIntoBlocksWhereMembersDoNotFitALine) {
  ResultFacts facts = tiny_facts();
  facts.members.clear();
  for (int member = 0; member < 64; ++member) facts.members.push_back("M" + std::to_string(member));
  facts.diagnostics.import_reliance.assign(64 * 2, 1.0);
  const std::string text = text_diagnostics(facts);
  std::size_t longest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  EXPECT_LE(longest, 100u);
  EXPECT_GT(longest, 80u);
  for (const std::string& member : facts.members)
    EXPECT_NE(text.find(" " + member), std::string::npos) << member;
}

TEST(DiagnosticsTable, CsvAndJsonHoldTheSameFigures) {
  const std::string csv = csv_diagnostics(tiny_facts());
  for (const char* line :
       {",cobalt,n1_coverage,1,0.4\n", ",gallium,hhi_mine,1,\n", ",cobalt,hhi_mine,1,1\n",
        ",cobalt,calibration_scale_refine,1,1\n", "JPN,gallium,import_reliance,1,0.9\n",
        "JPN,cobalt,import_reliance,1,\n"}) {
    EXPECT_NE(csv.find(line), std::string::npos) << line << csv;
  }
  const std::string json = json_diagnostics(tiny_facts());
  for (const char* part :
       {"{\"minerals\":[{\"mineral\":\"gallium\",\"n1_coverage\":0.0909", "\"hhi_mine\":null,",
        "{\"member\":\"USA\",\"mineral\":\"cobalt\",\"import_reliance\":0.6}"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << json;
  }
}

}  // namespace
}  // namespace blocrisk
