// Addresses of `--set` and `[set]`: what they reach, and what is said where they reach nothing.
#include "host/scenario/overrides.hpp"

#include "tests/unit/tiny_scenario.hpp"

namespace blocrisk {
namespace {

using namespace testing_support;

Scenario with(const std::vector<std::string>& options) { return load(tiny_files(), options); }

TEST(Overrides, ReachKeysOfSections) {
  EXPECT_EQ(with({"name=other"}).name, "other");
  EXPECT_EQ(with({"clock.years=1.5"}).clock.years, 1.5);
  EXPECT_EQ(with({"bloc.retaliation=2"}).bloc.retaliation, 2.0) << "also keys that no file gives";
  EXPECT_EQ(with({"bloc.members=[\"JPN\"]"}).bloc.members, (std::vector<std::string>{"JPN"}));
  EXPECT_EQ(with({"shared_stock.days.cobalt=7"}).shared_stock_days(1), 7.0);
  EXPECT_EQ(with({"shared_stock.days.*=0"}).shared_stock_days(0), 0.0);
  EXPECT_EQ(with({"measures.exceedance[1]=0.2"}).measures.exceedance[1], 0.2);
  EXPECT_EQ(with({"sampling.seed=18446744073709551615"}).sampling.seed, 18446744073709551615U);
  EXPECT_EQ(with({" clock.years = 3 "}).clock.years, 3.0);
}

TEST(Overrides, ReachEntriesByName) {
  EXPECT_EQ(with({"actor.CHN.events_per_yr[1]=9"}).actors[0].events_per_yr[1], 9.0);
  EXPECT_EQ(with({"actor.CHN.switch_per_yr[1][0]=9"}).actors[0].switch_per_yr[1][0], 9.0);
  EXPECT_EQ(with({"actor.*.switch_per_yr[*][*]=0"}).actors[0].switch_per_yr[0][1], 0.0);
  EXPECT_EQ(with({"instrument.ban.initial_severity=0.5"}).instruments[0].initial_severity, 0.5);
  EXPECT_EQ(with({"scheduled.ban of 2028.probability=1"}).scheduled[0].probability, 1.0);
  EXPECT_EQ(with({"scheduled.\"ban of 2028\".probability=1"}).scheduled[0].probability, 1.0);
  EXPECT_EQ(with({"actor.CHN.targets.japan=0"}).actors[0].target_weights,
            (std::vector<double>{1, 0}));
}

TEST(Overrides, ReachCellsByTheirKeyColumns) {
  EXPECT_EQ(with({"nodes[gallium,refine,CHN].outage_per_yr=2"}).nodes[0].outage_per_yr, 2.0);
  EXPECT_EQ(with({"nodes[ gallium , refine , CHN ].outage_per_yr=2"}).nodes[0].outage_per_yr, 2.0);
  EXPECT_EQ(with({"nodes[gallium,refine,CHN].growth_per_yr=0.1"}).nodes[0].growth_per_yr, 0.1)
      << "a column the file lacks";
  EXPECT_EQ(with({"minerals[gallium].flooder="}).minerals[0].flooder, "");
  EXPECT_EQ(with({"minerals[gallium].name=Ga"}).minerals[0].name, "Ga");
  EXPECT_EQ(with({"trade[gallium,refine,USA,CHN].import_fraction=0.5"}).trade[0].import_fraction,
            0.5);
  EXPECT_EQ(
      with({"projects[Smelter, phase 1].success_probability=0"}).projects[0].success_probability,
      0.0);
  EXPECT_EQ(with({"projects[\"Smelter, phase 1\"].success_probability=0"})
                .projects[0]
                .success_probability,
            0.0);
}

TEST(Overrides, WildcardsReachAllThatMatch) {
  const Scenario s =
      with({"nodes[*,refine,CHN].cash_cost_ratio=0.5", "demand[*].growth_per_yr=0.02"});
  EXPECT_EQ(s.nodes[0].cash_cost_ratio, 0.5);
  EXPECT_EQ(s.nodes[1].cash_cost_ratio, 0.9);
  EXPECT_EQ(s.nodes[2].cash_cost_ratio, 0.6);
  EXPECT_EQ(s.nodes[3].cash_cost_ratio, 0.5);
  for (const DemandRow& row : s.demand) EXPECT_EQ(row.growth_per_yr, 0.02);
}

TEST(Overrides, MultiplyAndAdd) {
  EXPECT_DOUBLE_EQ(with({"clock.years=*1.5"}).clock.years, 3.0);
  EXPECT_DOUBLE_EQ(with({"clock.years=+1"}).clock.years, 3.0);
  EXPECT_EQ(with({"sampling.paths=*2"}).sampling.paths, 2000U);
  EXPECT_EQ(with({"actor.CHN.events_per_yr=*0"}).actors[0].events_per_yr,
            (std::vector<double>{0, 0}));
  EXPECT_DOUBLE_EQ(
      with({"nodes[gallium,refine,CHN].output_t_per_yr=*0.9"}).nodes[0].output_t_per_yr, 540.0);
  EXPECT_DOUBLE_EQ(with({"shared_stock.days.gallium=+15"}).shared_stock_days(0), 45.0);
  EXPECT_DOUBLE_EQ(with({"clock.years=*2", "clock.years=*2"}).clock.years, 8.0)
      << "in the order given";
}

TEST(Overrides, ChangeDefaultsWhereNothingIsWritten) {
  EXPECT_DOUBLE_EQ(with({"network.home_bias=*2"}).network.home_bias, 8.0);
  EXPECT_DOUBLE_EQ(with({"actor.CHN.memory_per_yr=+1"}).actors[0].memory_per_yr, 3.0);
  EXPECT_DOUBLE_EQ(with({"demand[*,*].commercial_stock_days=*2"}).demand[0].commercial_stock_days,
                   60.0);
  EXPECT_DOUBLE_EQ(
      *with({"nodes[gallium,refine,CHN].capacity_t_per_yr=*0.99"}).nodes[0].capacity_t_per_yr,
      0.99 * (600 / 0.9));
}

TEST(Overrides, ScalingManyRowsLeavesEmptyCellsEmpty) {
  const Scenario s = with({"stocks[*,*].days=*2"});
  EXPECT_EQ(s.stocks[0].days, 120.0);
  EXPECT_FALSE(s.stocks[1].days.has_value());
}

TEST(Overrides, KeepTheCorrelationSymmetric) {
  const Scenario s = with({"correlation[gallium].cobalt=0.5"});
  EXPECT_EQ(s.correlation, (std::vector<double>{1, 0.5, 0.5, 1}));
}

TEST(Overrides, MayNameAnotherTable) {
  const TemporaryFolder folder;
  folder.write("other.csv", "mineral,country,demand_t_per_yr\ngallium,USA,600\ncobalt,USA,90\n");
  const Scenario s = with({"network.demand=" + (folder / "other.csv").string(), "network.trade="});
  EXPECT_EQ(s.demand.size(), 2U);
  EXPECT_TRUE(s.trade.empty());
}

struct Wrong {
  std::string option, message;
};

void PrintTo(const Wrong& wrong, std::ostream* stream) { *stream << wrong.option; }

class WrongOverrides : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongOverrides, AreToldWithTheOptionAndTheNearest) {
  const std::vector<Complaint> complaints = complaints_about(tiny_files(), {GetParam().option});
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_EQ(complaints[0].file, "--set '" + GetParam().option + "'");
  EXPECT_NE(complaints[0].message.find(GetParam().message), std::string::npos) << texts(complaints);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongOverrides,
    ::testing::Values(
        Wrong{"clock.years", "address=value"}, Wrong{"=3", "address=value"},
        Wrong{"", "address=value"}, Wrong{"clok.years=3", "matches nothing; nearest: clock"},
        Wrong{"clock.yeers=3", "matches nothing; nearest: clock.years"},
        Wrong{"clock=3", "names no key"}, Wrong{"clock.years.x=3", "has no keys inside"},
        Wrong{"clock.years[0]=3", "no list"},
        Wrong{"actor.CHM.enforcement=0", "matches nothing; nearest: actor.CHN"},
        Wrong{"actor.CHN.enforcment=0", "matches nothing; nearest: actor.CHN.enforcement"},
        Wrong{"actor.CHN.events_per_yr[2]=0", "2 elements"},
        Wrong{"actor.CHN.events_per_yr[x]=0", "2 elements"},
        Wrong{"actor.CHN.country=JPN", "name cannot be changed"},
        Wrong{"actor.CHN.events_per_yr[0=1", "written [0]"},
        Wrong{"actor.CHN.targets.japan=-1", "must be 0 to"},
        Wrong{"actor.CHN.targets.jappan=1", "no such target_group; nearest: japan"},
        Wrong{"actor.CHN.targets.jappan=*2", "no value to change; nearest: japan"},
        Wrong{"allocation.rule=*2", "not a number"}, Wrong{"bloc.members=3", "list of texts"},
        Wrong{"nodes[gallium,refine,CHM].growth_per_yr=0", "nearest: nodes[gallium,refine,CHN]"},
        Wrong{"nodes[*,refin,CHN].growth_per_yr=0", "nearest: nodes[*,refine,CHN]"},
        Wrong{"nodes[gallium,CHN].growth_per_yr=0", "nodes[mineral,stage,country].column"},
        Wrong{"nodes.growth_per_yr=0", "nodes[mineral,stage,country].column"},
        Wrong{"nodes[gallium,refine,CHN].grwth_per_yr=0", "no such column; nearest: growth_per_yr"},
        Wrong{"nodes[gallium,refine,CHN].country=JPN", "key column"},
        Wrong{"nodes[gallium,refine,CHN].growth_per_yr=x", "must be a number"},
        Wrong{"nodes[gallium,refine,CHN].growth_per_yr={a=1}", "one value"},
        Wrong{"nodes[gallium,refine,CHN].yield_fraction=*3", "must be > 0 and <= 1"},
        Wrong{"stocks[cobalt,USA].days=*2", "the cell is empty"},
        Wrong{"minerals[gallium].flooder=*2", "not a number"},
        Wrong{"network.nodes=3", "path of a CSV file"},
        Wrong{"clock.years=1\nname='x'", "must be a number"},
        Wrong{"correlation[gallium].colbat=0", "no such column; nearest: cobalt"}));

TEST(WrongOverrides, InASetSectionPointAtTheirLine) {
  Files files = tiny_files();
  files["scenario.toml"] += "[set]\n\"clock.yeers\" = 3\n";
  const std::vector<Complaint> complaints = complaints_about(files);
  ASSERT_EQ(complaints.size(), 1U) << texts(complaints);
  EXPECT_EQ(complaints[0].file, "scenario.toml");
  EXPECT_EQ(complaints[0].line, 60);
}

}  // namespace
}  // namespace blocrisk
