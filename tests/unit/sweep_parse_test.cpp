// Sweep files: what is read, and every mistake with file, line, key, value and what is allowed.
#include "host/sweep/load_sweep.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/scenario/number_text.hpp"
#include "host/support/error.hpp"
#include "host/sweep/parse_sweep.hpp"
#include "host/sweep/sweep_keys.hpp"
#include "tests/support/scratch_folder.hpp"

namespace blocrisk {
namespace {

using test::ScratchFolder;

/// A sweep over the shipped baseline, with these lines after the first three.
class SweepFile {
 public:
  explicit SweepFile(const std::string& lines) : path_(folder_ / "sweep.toml") {
    const auto base = std::filesystem::absolute("configs/baseline/scenario.toml");
    std::ofstream(path_) << "name = \"s\"\nbase = \"" << base.string() << "\"\npaths = 64\n"
                         << lines;
  }
  LoadedSweep load(const SweepChanges& changes = {}) const { return load_sweep(path_, changes); }
  std::string complaints() const {
    try {
      static_cast<void>(load());
    } catch (const ScenarioError& error) {
      return error.what();
    }
    return "none";
  }
  const std::filesystem::path& path() const { return path_; }
  const ScratchFolder& folder() const { return folder_; }

 private:
  ScratchFolder folder_;
  std::filesystem::path path_;
};

const std::string pooling =
    "[[axis]]\nname = \"pooling\"\naddress = \"bloc.pooling\"\nvalues = [false, true]\n";
const std::string days =
    "[[axis]]\nname = \"days\"\naddress = \"shared_stock.days.*\"\nvalues = [0, 60]\n";

std::string axis(const std::string& lines, const std::string& address = "bloc.retaliation") {
  return "[[axis]]\nname = \"x\"\naddress = \"" + address + "\"\n" + lines + "\n";
}

TEST(SweepFile, GivesMembersTheirValuesNamesAndScenarios) {
  const LoadedSweep loaded = SweepFile(days + pooling).load();
  const SweepMembers& members = loaded.members;
  ASSERT_EQ(members.count(), 4U);
  EXPECT_EQ(members.name(3), "days=60, pooling=true");
  EXPECT_EQ(members.changes(2), "shared_stock.days.*=60\nbloc.pooling=false");
  const Scenario scenario = members.scenario(2);
  EXPECT_FALSE(scenario.bloc.pooling);
  EXPECT_EQ(scenario.shared_stock_days(scenario.mineral_index("gallium")), 60.0);
  EXPECT_EQ(scenario.sampling.paths, 64U);
  EXPECT_EQ(members.scenario(0).shared_stock_days(0), 0.0);
}

TEST(SweepFile, ScaleMultipliesAndLinspaceKeepsItsEnds) {
  const std::string lines =
      axis("scale = [0.5, 2]", "actor.CHN.events_per_yr") +
      "[[axis]]\nname = \"y\"\naddress = \"bloc.retaliation\"\nlinspace = [0.1, 0.7, 4]\n";
  const SweepMembers members = SweepFile(lines).load().members;
  const Scenario& base = members.base();
  const auto china = static_cast<std::size_t>(base.actor_index("CHN"));
  EXPECT_EQ(members.scenario(4).actors[china].events_per_yr[0],
            2.0 * base.actors[china].events_per_yr[0]);
  EXPECT_EQ(members.scenario(0).bloc.retaliation, 0.1);
  EXPECT_EQ(members.scenario(3).bloc.retaliation, 0.7);
  EXPECT_NEAR(members.scenario(1).bloc.retaliation, 0.3, 1e-15);
  EXPECT_EQ(members.changes(7), "actor.CHN.events_per_yr=*2\nbloc.retaliation=0.7");
}

TEST(SweepFile, AValueMayGoToSeveralAddresses) {
  const SweepMembers members =
      SweepFile(
          "[[axis]]\nname = \"x\"\naddress = [\"shared_stock.days.gallium\", "
          "\"shared_stock.days.cobalt\"]\nvalues = [7]\n")
          .load()
          .members;
  const Scenario scenario = members.scenario(0);
  EXPECT_EQ(scenario.shared_stock_days(scenario.mineral_index("gallium")), 7.0);
  EXPECT_EQ(scenario.shared_stock_days(scenario.mineral_index("cobalt")), 7.0);
}

TEST(SweepFile, ListsAndTablesGoByTheirLabels) {
  const SweepMembers members =
      SweepFile(axis("values = [[0.1, 1], [0.2, 2]]\nlabels = [\"low\", \"high\"]",
                     "actor.CHN.events_per_yr"))
          .load()
          .members;
  EXPECT_EQ(members.name(1), "x=high");
  const Scenario scenario = members.scenario(1);
  const auto china = static_cast<std::size_t>(scenario.actor_index("CHN"));
  EXPECT_EQ(scenario.actors[china].events_per_yr, (std::vector{0.2, 2.0}));
}

TEST(SweepFile, ChangesNameOnlyWhatIsLongByItsLabel) {
  const auto changes = [](const std::string& lines, const std::string& address) {
    return SweepFile(axis(lines, address)).load().members.changes(0);
  };
  EXPECT_EQ(changes("values = [0.5]\nlabels = [\"half\"]", "bloc.retaliation"),
            "bloc.retaliation=0.5");
  EXPECT_EQ(changes("scale = [0.5]\nlabels = [\"half\"]", "bloc.retaliation"),
            "bloc.retaliation=*0.5");
  EXPECT_EQ(changes("values = [\"*0.5\"]\nlabels = [\"half\"]", "bloc.retaliation"),
            "bloc.retaliation=*0.5");
  EXPECT_EQ(changes("values = [false]\nlabels = [\"no\"]", "bloc.pooling"), "bloc.pooling=false");
  EXPECT_EQ(changes("values = [\"\"]", "network.stocks"), "network.stocks=");
  EXPECT_EQ(changes("values = [[0.1, 1]]\nlabels = [\"low\"]", "actor.CHN.events_per_yr"),
            "actor.CHN.events_per_yr=low");
  const SweepFile file(axis("values = [\"none.csv\"]", "network.stocks"));
  std::ofstream(file.folder() / "none.csv") << "mineral,holder,tonnes\n";
  EXPECT_EQ(file.load().members.changes(0), "network.stocks=none.csv");
}

/// The first 300 characters of both tables are the same.
void write_tables(const ScratchFolder& folder) {
  const std::string same = "mineral,holder,tonnes,note\n" + std::string(300, '\n');
  std::ofstream(folder / "a.csv") << same << "gallium,JPN,1,\n";
  std::ofstream(folder / "again.csv") << same << "gallium,JPN,1,\n";
  std::ofstream(folder / "b.csv") << same << "gallium,JPN,2,\n";
}

TEST(SweepFile, ValuesOfAGridDifferWhateverTheirLabels) {
  const auto told = [](const std::string& lines, const std::string& address = "bloc.retaliation") {
    const SweepFile file(axis(lines, address));
    write_tables(file.folder());
    return file.complaints();
  };
  EXPECT_EQ(told("values = [1, 2]\nlabels = [\"a\", \"b\"]"), "none");
  EXPECT_EQ(told("values = [\"a.csv\", \"b.csv\"]", "network.stocks"), "none");
  const std::string apart = "values of a grid have to differ";
  for (const std::string& complaint :
       {told("values = [1, 1]\nlabels = [\"a\", \"b\"]"),
        told("values = [[1, 2], [1.0, 2.0]]\nlabels = [\"a\", \"b\"]", "actor.CHN.events_per_yr")})
    EXPECT_NE(complaint.find("sweep.toml:7: axis.x = b (is the same as a; " + apart),
              std::string::npos)
        << complaint;
  for (const std::string& twice :
       {told("values = [1, 1.0]\nlabels = [\"a\", \"a\"]"), told("values = [2, 2.0]"),
        told("values = [\"a.csv\", \"a.csv\"]", "network.stocks")})
    EXPECT_NE(twice.find("comes twice; " + apart), std::string::npos) << twice;
  const std::string tables = told("values = [\"a.csv\", \"again.csv\"]", "network.stocks");
  EXPECT_NE(tables.find("axis.x = again.csv (is the same as a.csv; "), std::string::npos) << tables;
}

TEST(SweepFile, ALabelIsOfOneValueInEveryDesign) {
  const std::string lines = "values = [1, 2]\nlabels = [\"a\", \"a\"]";
  for (const std::string design :
       {"", "[design]\nkind = \"list\"\n", "[design]\nkind = \"random\"\npoints = 3\n"}) {
    const std::string told = SweepFile(design + axis(lines)).complaints();
    EXPECT_NE(told.find("axis.x.labels = a (comes twice, for values that differ)"),
              std::string::npos)
        << told;
  }
}

TEST(SweepFile, ListsAndSampledDesignsRepeatValuesLabelledOrNot) {
  const auto members = [](const std::string& design, const std::string& lines,
                          const std::string& address) {
    const SweepFile file("[design]\n" + design + axis(lines, address));
    write_tables(file.folder());
    return file.load().members;
  };
  const std::string list = "kind = \"list\"\nnames = [\"p\", \"q\", \"r\"]\n";
  EXPECT_EQ(members(list, "values = [1, 2, 1]", "bloc.retaliation").scenario(2).bloc.retaliation,
            1);
  const SweepMembers labelled =
      members(list, "values = [1, 2, 1]\nlabels = [\"one\", \"two\", \"one\"]", "bloc.retaliation");
  EXPECT_EQ(labelled.scenario(2).bloc.retaliation, 1);
  EXPECT_EQ(*labelled.coordinates(2).front().as<std::string>(), "one");
  const SweepMembers tables =
      members(list, "values = [\"a.csv\", \"b.csv\", \"a.csv\"]", "network.stocks");
  EXPECT_EQ(tables.scenario(0).stocks, tables.scenario(2).stocks);
  EXPECT_NE(tables.scenario(0).stocks, tables.scenario(1).stocks);
  EXPECT_EQ(
      members("kind = \"random\"\npoints = 4\n", "values = [1, 2, 1]", "bloc.retaliation").count(),
      4U);
}

TEST(SweepFile, TablesAreReadWithTheSweepAndRelativeToIt) {
  const SweepFile file(axis("values = [\"none.csv\"]", "network.stocks"));
  std::ofstream(file.folder() / "none.csv") << "mineral,holder,tonnes\n";
  const LoadedSweep loaded = file.load();
  EXPECT_TRUE(loaded.members.scenario(0).stocks.empty());
  EXPECT_FALSE(loaded.members.base().stocks.empty());
  EXPECT_EQ(loaded.members.name(0), "x=none.csv");
}

TEST(SweepFile, AnAbsentTableIsToldOnce) {
  const std::string told =
      SweepFile(axis("values = [\"\", \"none.csv\"]", "network.stocks")).complaints();
  EXPECT_NE(told.find("1 mistake"), std::string::npos) << told;
  EXPECT_NE(told.find("sweep.toml:7: axis.x.values = none.csv (no such file)"), std::string::npos)
      << told;
}

TEST(SweepFile, SampledAxesTakeLawsOrValues) {
  const SweepMembers members =
      SweepFile("[design]\nkind = \"latin_hypercube\"\npoints = 30\n" + pooling +
                axis("distribution = \"triangular\"\nlow = 0.5\nmode = 1\nhigh = 2"))
          .load()
          .members;
  ASSERT_EQ(members.count(), 30U);
  int n_pooling = 0;
  for (std::uint64_t k = 0; k < 30; ++k) {
    const Scenario scenario = members.scenario(k);
    n_pooling += scenario.bloc.pooling ? 1 : 0;
    EXPECT_GE(scenario.bloc.retaliation, 0.5);
    EXPECT_LE(scenario.bloc.retaliation, 2.0);
  }
  EXPECT_EQ(n_pooling, 15);  // strata are shared out evenly
  EXPECT_EQ(members.name(7), "point 7");
}

TEST(SweepFile, TheReferenceIsANumberANameOrValues) {
  const auto reference = [](const std::string& text) {
    return SweepFile(days + pooling + "[differences]\nreference = " + text + "\n").load().reference;
  };
  EXPECT_EQ(reference("3"), 3U);
  EXPECT_EQ(reference("\"days=60, pooling=false\""), 2U);
  EXPECT_EQ(reference("{ days = 0, pooling = true }"), 1U);
  EXPECT_EQ(reference("{ pooling = false, days = 60.0 }"), 2U);
}

TEST(SweepFile, TheCommandLineWinsOverFilesAndBase) {
  SweepChanges changes;
  changes.overrides = {"shared_stock.days.gallium=999"};
  changes.paths = 5;
  changes.seed = 77;
  const SweepMembers members = SweepFile(pooling).load(changes).members;
  const Scenario scenario = members.scenario(1);
  EXPECT_EQ(scenario.shared_stock_days(scenario.mineral_index("gallium")), 999.0);
  EXPECT_EQ(scenario.sampling.paths, 5U);
  EXPECT_EQ(scenario.sampling.seed, 77U);
  changes.paths.reset();
  EXPECT_EQ(SweepFile(pooling).load(changes).members.base().sampling.paths, 64U);
  changes.overrides = {"sampling.paths=7"};
  EXPECT_EQ(SweepFile(pooling).load(changes).members.base().sampling.paths, 7U);
}

struct Mistake {
  std::string lines;               ///< after the first three
  std::vector<std::string> words;  ///< in the complaint
};

TEST(SweepFile, EveryMistakeIsToldWithItsLineAndWhatIsAllowed) {
  const std::vector<Mistake> mistakes{
      {"", {"sweep.toml", "axis", "missing"}},
      {"[[axis]]\nname = \"x\"\n", {"axis.x.address", "missing", "axis.x.values"}},
      {axis("values = []"), {"sweep.toml:7: axis.x.values = []", "1 to 65536"}},
      {axis("values = [1]\nscale = [1]"), {"only one can be"}},
      {axis("valeus = [1]"), {"axis.x.valeus", "unknown key; nearest: values"}},
      {axis("values = [-1]"), {"sweep.toml:7: axis.x = -1", "at bloc.retaliation", "0 to 1000"}},
      {axis("values = [\"much\"]"), {"axis.x = \"much\"", "at bloc.retaliation"}},
      {axis("values = [1]", "bloc.retaliaton"),
       {"at bloc.retaliaton: matches nothing; nearest: bloc.retaliation"}},
      {axis("values = [1]", "clock.years"), {"clock.years", "cannot be an axis"}},
      {axis("values = [1]", "sampling.seed"), {"sampling.seed", "cannot be an axis"}},
      {axis("values = [[1]]"), {"labels", "missing"}},
      {axis("values = [1, 2]\nlabels = [\"a\"]"), {"labels", "as many as the values, 2"}},
      {axis("values = [1, 2, 1]"), {"sweep.toml:7: axis.x = 1", "comes twice"}},
      {axis("linspace = [0, 1]"), {"linspace", "[first, last, count]"}},
      {axis("linspace = [0, 1, 1]"), {"linspace", "2 to 65536"}},
      {axis("scale = [\"2\"]"), {"scale", "numbers"}},
      {axis("scale = [2]\napply = \"add\""), {"apply", "not for scale"}},
      {axis("values = [2]\napply = \"divide\""), {"apply", "divide", "set, multiply, add"}},
      {axis("distribution = \"uniform\"\nlow = 0\nhigh = 1"), {"for sampled designs"}},
      {"[design]\nkind = \"random\"\npoints = 9\n" + axis("distribution = \"uniform\"\nlow = 0"),
       {"axis.x.high", "required by the distribution"}},
      {"[design]\nkind = \"random\"\npoints = 9\n" +
           axis("distribution = \"uniform\"\nlow = 0\nhigh = 2000"),
       {"axis.x", "2000", "0 to 1000"}},
      {"[design]\nkind = \"griddy\"\n" + pooling, {"design.kind = griddy", "nearest: grid"}},
      {"[design]\nkind = \"random\"\n" + pooling, {"design.points", "missing"}},
      {"[design]\nkind = \"sobol\"\npoints = 100\n" + pooling, {"100", "power of two"}},
      {"[design]\npoints = 16\n" + pooling, {"design.points", "sampled designs"}},
      {"[design]\nkind = \"list\"\n" + pooling + axis("values = [1]"),
       {"axis.x = 1 values", "\"pooling\" has 2"}},
      {"[design]\nkind = \"list\"\nnames = [\"a\"]\n" + pooling, {"design.names", "2"}},
      {pooling + pooling, {"axis.name = pooling", "comes twice"}},
      {"[[axis]]\nname = \"9 days\"\naddress = \"bloc.pooling\"\nvalues = [true]\n",
       {"9 days", "letter"}},
      {"[[axis]]\nname = \"status\"\naddress = \"bloc.pooling\"\nvalues = [true]\n",
       {"status", "already the name"}},
      {"[[axis]]\nname = \"loss_mean\"\naddress = \"bloc.pooling\"\nvalues = [true]\n",
       {"loss_mean", "already the name"}},
      {"[[axis]]\nname = \"time\"\naddress = \"bloc.pooling\"\nvalues = [true]\n",
       {"time", "already the name"}},
      {pooling + "[differences]\nreference = 2\n", {"differences.reference = 2", "0 to 1"}},
      {pooling + "[differences]\nreference = \"poling\"\n", {"no member has this name"}},
      {pooling + "[differences]\nreference = {poling = true}\n", {"nearest: pooling"}},
      {pooling + days + "[differences]\nreference = {pooling = true}\n", {"2 members"}},
      {pooling + "[keep]\nmeasures = [\"shortfal\"]\n", {"keep.measures", "nearest: shortfall"}},
      {pooling + "[keep]\nfigures = [\"median\"]\n", {"keep.figures", "median"}},
      {pooling + "[differnces]\n", {"differnces", "nearest: differences"}},
      {"axis = = 3\n", {"sweep.toml:4", "not TOML"}},
  };
  for (const Mistake& mistake : mistakes) {
    const std::string told = SweepFile(mistake.lines).complaints();
    for (const std::string& word : mistake.words)
      EXPECT_NE(told.find(word), std::string::npos)
          << mistake.lines << "\nlacks \"" << word << "\":\n"
          << told;
  }
}

TEST(SweepFile, AllMistakesAreToldInOnePassThoseOfTheBaseToo) {
  const ScratchFolder folder;
  std::ofstream(folder / "base.toml")
      << "extends = \"" << std::filesystem::absolute("configs/baseline/scenario.toml").string()
      << "\"\n[bloc]\nretaliation = -3\n";
  std::ofstream(folder / "sweep.toml")
      << "name = \"s\"\nbase = \"base.toml\"\ncolour = 1\n"
      << axis("linspace = 1") << pooling << "[keep]\ntimelines = 1\n";
  try {
    static_cast<void>(load_sweep(folder / "sweep.toml", {}));
    FAIL();
  } catch (const ScenarioError& error) {
    const std::string told = error.what();
    for (const char* word : {"colour", "linspace", "keep.timelines", "bloc.retaliation = -3"})
      EXPECT_NE(told.find(word), std::string::npos) << word << "\n" << told;
  }
}

TEST(SweepFile, AnAbsentBaseIsToldAndAnAbsentFileThrown) {
  const ScratchFolder folder;
  std::ofstream(folder / "sweep.toml") << "name = \"s\"\nbase = \"none.toml\"\n" << pooling;
  EXPECT_THROW(static_cast<void>(load_sweep(folder / "sweep.toml", {})), ScenarioError);
  EXPECT_THROW(static_cast<void>(load_sweep(folder / "none.toml", {})), EnvironmentError);
}

TEST(SweepFile, TooManyMembersAreRefused) {
  const std::string told =
      SweepFile(axis("linspace = [0, 1, 300]") +
                "[[axis]]\nname = \"y\"\naddress = \"bloc.retaliation\"\nlinspace = [0, 1, 300]\n")
          .complaints();
  EXPECT_NE(told.find("90000 members"), std::string::npos) << told;
}

TEST(SweepFile, IsToldFromAScenario) {
  EXPECT_TRUE(is_sweep_file(SweepFile(pooling).path()));
  EXPECT_FALSE(is_sweep_file("configs/baseline/scenario.toml"));
  EXPECT_FALSE(is_sweep_file("configs/baseline/nodes.csv"));
}

TEST(SweepFile, ShippedOnesLoad) {
  int n_sweeps = 0;
  for (const auto& entry : std::filesystem::directory_iterator("configs/sweeps")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_NO_THROW(static_cast<void>(load_sweep(entry.path(), {}))) << entry.path();
    ++n_sweeps;
  }
  EXPECT_GE(n_sweeps, 3);
}

TEST(SweepReadme, NamesEveryKeyWithWhatIsAllowedDefaultAndMeaning) {
  std::ostringstream readme;
  readme << std::ifstream("configs/README.md").rdbuf();
  const std::string text = readme.str();
  for (const SweepKey& key : sweep_keys()) {
    const std::string section = key.section.empty()     ? "top level"
                                : key.section == "axis" ? "`[[axis]]`"
                                                        : "`[" + std::string(key.section) + "]`";
    const std::string row = "| " + section + " | `" + std::string(key.name) + "` | " +
                            std::string(key.allowed) + " | " + std::string(key.default_text) +
                            " | " + std::string(key.meaning) + " |";
    EXPECT_NE(text.find(row), std::string::npos) << "configs/README.md lacks:\n" << row;
  }
}

}  // namespace
}  // namespace blocrisk
