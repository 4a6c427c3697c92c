// The shipped scenarios, and configs/README.md against the code: every key with its range and
// default. With BLOCRISK_PRINT_REFERENCE set, the tables of the README are printed instead of
// compared.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "host/scenario/certainty.hpp"
#include "host/scenario/fields.hpp"
#include "host/scenario/parse.hpp"
#include "tests/unit/tiny_scenario.hpp"

namespace blocrisk {
namespace {

std::string default_cell(const KeySpec& key) {
  if (key.presence == Presence::key) return "key";
  if (key.presence == Presence::required) return "required";
  if (!key.default_column.empty()) {
    std::ostringstream text;
    text << "`" << key.default_column << "` / " << key.default_divisor;
    return text.str();
  }
  std::string text = key.default_text.empty() ? "none" : "`" + key.default_text + "`";
  if (!key.required_with.empty())
    text += "; required where `" + std::string(key.required_with) + "` is above 0";
  return text;
}

std::string range_cell(const KeySpec& key) {
  switch (key.kind) {
    case Kind::boolean:
      return "`true`, `false`";
    case Kind::rule:
      return "`pro_rata`, `priority`";
    case Kind::text:
    case Kind::text_list:
      return "text";
    case Kind::integer:
    case Kind::real:
    case Kind::real_list:
    case Kind::real_matrix:
    case Kind::real_map:
      return describe(key.range);
  }
  return "";
}

std::string reference_row(const KeySpec& key) {
  std::string row = "| `" + std::string(key.name) + "` | " + std::string(key.unit) + " | " +
                    range_cell(key) + " | " + default_cell(key);
  return row + " | " + std::string(key.meaning) + " |";
}

std::string heading(const SectionSpec& section) {
  switch (section.shape) {
    case Shape::root:
      return "### Top level";
    case Shape::section:
      return "### `[" + std::string(section.name) + "]`";
    case Shape::array:
      return "### `[[" + std::string(section.name) + "]]`";
    case Shape::table:
      return "### `" + std::string(section.name) + ".csv`";
  }
  return "";
}

TEST(ConfigsReadme, NamesEveryKeyWithItsUnitRangeDefaultAndMeaning) {
  const bool print = std::getenv("BLOCRISK_PRINT_REFERENCE") != nullptr;
  std::ostringstream readme;
  readme << std::ifstream("configs/README.md").rdbuf();
  const std::string text = readme.str();
  for (const SectionSpec& section : schema()) {
    if (print)
      std::cout
          << "\n"
          << heading(section)
          << "\n\n| key | unit | range | default | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const KeySpec& key : section.keys) {
      if (print) std::cout << reference_row(key) << "\n";
    }
    if (print) continue;
    const std::size_t at = text.find(heading(section) + "\n");
    ASSERT_NE(at, std::string::npos) << heading(section);
    const std::string part = text.substr(at, text.find("\n### ", at) - at);
    for (const KeySpec& key : section.keys) {
      EXPECT_NE(part.find(reference_row(key)), std::string::npos)
          << "not under " << heading(section) << ":\n"
          << reference_row(key);
    }
  }
}

Scenario shipped(const std::string& name) {
  return load_scenario("configs/" + name + "/scenario.toml");
}

TEST(Configs, EveryScenarioIsValid) {
  int n_scenarios = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("configs")) {
    if (entry.path().filename() != "scenario.toml") continue;
    const Scenario scenario = load_scenario(entry.path());
    EXPECT_EQ(scenario.minerals.size(), 13U) << entry.path();
    ++n_scenarios;
  }
  EXPECT_GE(n_scenarios, 10);
}

TEST(Configs, NothingHappensInTheQuietWorld) {
  const Scenario s = shipped("quiet");
  for (const Actor& actor : s.actors) {
    for (const double rate : actor.events_per_yr) EXPECT_EQ(rate, 0.0);
    EXPECT_EQ(actor.self_excitation + actor.contagion, 0.0);
  }
  for (const ScheduledEvent& event : s.scheduled) EXPECT_EQ(event.probability, 0.0);
  for (const Mineral& m : s.minerals) {
    EXPECT_EQ(m.volatility_per_sqrt_yr + m.jumps_per_yr + m.flood_per_yr + m.close_per_yr, 0.0);
    EXPECT_EQ(m.initial_price_ratio, 1.0);
  }
  for (const NodeRow& node : s.nodes) EXPECT_EQ(node.outage_per_yr + node.growth_per_yr, 0.0);
  for (const DemandRow& demand : s.demand) EXPECT_EQ(demand.growth_per_yr, 0.0);
  for (const ProjectRow& project : s.projects) EXPECT_EQ(project.success_probability, 0.0);
  for (std::size_t m = 0; m < s.minerals.size(); ++m)
    EXPECT_EQ(s.floor_ratio(static_cast<int>(m)), 0.0);
}

TEST(Configs, TheEmergencyIsTheQuietWorldAndOneCertainEmbargo) {
  const Scenario s = shipped("emergency");
  int n_certain = 0;
  for (const ScheduledEvent& event : s.scheduled) {
    EXPECT_TRUE(event.probability == 0.0 || event.probability == 1.0);
    if (event.probability == 0.0) continue;
    ++n_certain;
    EXPECT_EQ(event.actor, "CHN");
    EXPECT_EQ(event.target, "everyone");
    EXPECT_EQ(event.duration_months, 12.0);
    EXPECT_EQ(event.mineral_indices.size(), s.minerals.size());
    EXPECT_EQ(s.instruments[static_cast<std::size_t>(event.instrument_index)].initial_severity,
              1.0);
    EXPECT_EQ(s.instruments[static_cast<std::size_t>(event.instrument_index)].settled_severity,
              1.0);
  }
  EXPECT_EQ(n_certain, 1);
  for (const Actor& actor : s.actors)
    EXPECT_EQ(actor.self_excitation + actor.contagion, 0.0) << "an event would breed others";
}

TEST(Configs, VariantsChangeWhatTheySay) {
  const Scenario base = shipped("baseline");
  EXPECT_EQ(base.name, "baseline-2027");
  EXPECT_EQ(base.n_steps(), 60);
  EXPECT_EQ(shipped("weekly").n_steps(), 260);
  const Scenario alone = shipped("no_bloc");
  const Scenario vault = shipped("vault_90");
  EXPECT_FALSE(alone.bloc.pooling);
  for (int m = 0; m < 13; ++m) {
    EXPECT_EQ(alone.shared_stock_days(m) + alone.shared_stock_tonnes(m) + alone.floor_ratio(m),
              0.0);
    EXPECT_EQ(vault.shared_stock_days(m), 90.0);
  }
  EXPECT_EQ(alone.nodes, base.nodes);
  EXPECT_EQ(vault.stocks, base.stocks);
}

TEST(Certainty, IsThatOfScenariosWithoutAnyDraw) {
  const auto is_certain_with = [](const char* name, std::vector<std::string> overrides) {
    return is_certain(
        load_scenario("configs/" + std::string(name) + "/scenario.toml", std::move(overrides)));
  };
  EXPECT_TRUE(is_certain_with("quiet", {}));
  EXPECT_TRUE(is_certain_with("emergency", {}));
  EXPECT_FALSE(is_certain_with("baseline", {}));
  for (const char* chance :
       {"minerals[gallium].volatility_per_sqrt_yr=0.1", "minerals[gallium].jumps_per_yr=0.1",
        "actor.CHN.events_per_yr[0]=0.1", "actor.CHN.self_excitation=0.1",
        "scheduled.full embargo.probability=0.5", "nodes[gallium,refine,CHN].outage_per_yr=0.1",
        "projects[*].success_probability=1"})
    EXPECT_FALSE(is_certain_with("emergency", {chance})) << chance;
}

}  // namespace
}  // namespace blocrisk
