// Input that means no good: a message every time, never a crash, a hang or a full memory.
#include <sys/stat.h>

#include <cstdint>
#include <fstream>
#include <sstream>

#include "host/scenario/text_file.hpp"
#include "tests/support/spoil.hpp"
#include "tests/unit/tiny_scenario.hpp"

namespace blocrisk {
namespace {

using namespace testing_support;

std::string repeated(const std::string& text, std::size_t n) {
  std::string result;
  result.reserve(text.size() * n);
  for (std::size_t i = 0; i < n; ++i) result += text;
  return result;
}

/// The first complaint about the tiny scenario with one file replaced.
std::string first_complaint(const std::string& file, const std::string& text) {
  Files files = tiny_files();
  files[file] = text;
  const std::vector<Complaint> complaints = complaints_about(files);
  return complaints.empty() ? "" : format_complaint(complaints.front());
}

TEST(Hostile, BytesThatAreNoTextAreToldWithTheirLine) {
  EXPECT_EQ(first_complaint("nodes.csv", "mineral\n\xFF\xFE\n"), "nodes.csv:2: is not UTF-8 text");
  EXPECT_EQ(first_complaint("nodes.csv", std::string("mineral\n\n\0", 10)),
            "nodes.csv:3: has a NUL byte; a text file is expected");
  EXPECT_EQ(first_complaint("scenario.toml", "name = \"\xC0\xAF\"\n"),
            "scenario.toml:1: is not UTF-8 text");
  EXPECT_EQ(first_complaint("scenario.toml", std::string("\0\0", 2)),
            "scenario.toml:1: has a NUL byte; a text file is expected");
}

TEST(Hostile, Utf8IsCheckedToTheLetter) {
  for (const char* good : {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xED\x9F\xBF",
                           "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(first_bad_byte(good), std::string_view::npos) << good;
  }
  // Stray and missing continuations, overlong forms, surrogates, beyond U+10FFFF.
  for (const char* bad : {"\x80", "\xC3", "\xC3(", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}) {
    EXPECT_EQ(first_bad_byte(bad), 0U) << bad;
  }
}

TEST(Hostile, WhatIsNoRegularFileIsNotOpened) {
  Files files = tiny_files();
  const TemporaryFolder folder(files);
  const std::filesystem::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe.string(), std::string("/dev/zero"), std::string("/")}) {
    EXPECT_THROW((void)load_scenario(path), EnvironmentError) << path;
    const std::vector<Complaint> complaints =
        complaints_about(files, {"network.nodes=\"" + path + "\""});
    ASSERT_FALSE(complaints.empty());
    EXPECT_EQ(complaints[0].message,
              path == "/" ? "is a folder; a file is expected" : "is not a regular file")
        << path;
  }
}

TEST(Hostile, AGigabyteIsRefusedUnread) {
  const TemporaryFolder folder;
  folder.write("big.toml", "");
  std::filesystem::resize_file(folder / "big.toml", std::uintmax_t{1} << 30);
  EXPECT_EQ(read_text_file(folder / "big.toml", max_toml_bytes).problem, "is larger than 8 MiB");
  EXPECT_EQ(read_text_file(folder / "big.toml", max_csv_bytes).problem, "is larger than 64 MiB");
}

TEST(Hostile, LinesOfTenMegabytesAreShortened) {
  const std::string line(10'000'000, 'x');
  EXPECT_LT(first_complaint("nodes.csv", line + "\n").size(), 1000U);
  EXPECT_LT(
      first_complaint("nodes.csv",
                      "mineral,stage,country,output_t_per_yr,cash_cost_ratio\ngallium,refine,CHN," +
                          line + ",1\n")
          .size(),
      1000U);
  EXPECT_LT(
      first_complaint("scenario.toml", "name = \"" + line.substr(0, 8'000'000) + "\"\n").size(),
      1000U);
  EXPECT_LT(first_complaint("scenario.toml", line.substr(0, 8'000'000)).size(), 1000U);
}

TEST(Hostile, DeepNestingIsRefused) {
  EXPECT_NE(first_complaint("scenario.toml", "x = " + repeated("[", 1'000'000)).find("nest"),
            std::string::npos);
  EXPECT_NE(first_complaint("scenario.toml", "x = " + repeated("{a=", 1'000'000)).find("not TOML"),
            std::string::npos);
  EXPECT_EQ(first_complaint("scenario.toml", "\n[" + repeated("a.", 1'000'000) + "a]\n"),
            "scenario.toml:2: not TOML: a key with more than 16 dots");
  EXPECT_EQ(first_complaint("scenario.toml",
                            "s = '''\n...'''\n" + repeated("'a' . ", 1'000'000) + "a = 1\n"),
            "scenario.toml:3: not TOML: a key with more than 16 dots");
  EXPECT_EQ(first_complaint("scenario.toml",
                            "x = \"" + repeated(".", 100) + "\" # " + repeated(".", 100) + "\n")
                .find("dots"),
            std::string::npos);
  EXPECT_NE(first_complaint("scenario.toml", "x = " + repeated("{a.a.a.a.a.a.a.a.a.a.a.a.a=", 250) +
                                                 "1" + repeated("}", 250))
                .find("x"),
            std::string::npos);
}

TEST(Hostile, MalformedTomlIsToldAsSuch) {
  for (const char* text : {"[",
                           "[]",
                           "[=]",
                           "[\xC3\xA9]",
                           "[[a]",
                           "=1",
                           "\xC3\xA9 = 1",
                           "x",
                           "x=",
                           "x = {,}",
                           "x = {=1}",
                           "x = {\xC3\xA9=1}",
                           "x = {a=1,}",
                           "x = {a=1,\xC3\xA9=1}",
                           "x = \"",
                           "x = '''",
                           "x = [1,,2]",
                           "x = 01",
                           "x = 1 y = 2",
                           "x = \"\\q\"",
                           "x.=1",
                           ".x=1",
                           "x = 1\nx = 2",
                           "[x]\n[x]",
                           "x = 1__0"}) {
    EXPECT_NE(first_complaint("scenario.toml", text).find("not TOML"), std::string::npos) << text;
  }
}

TEST(Hostile, QuotesAtTheEndOfAMultiLineTextAreItsOwn) {
  const std::string text = "name = \"\"\"tiny\"\"\"\"\"\n\xC3\xA9 = 1\n";
  EXPECT_EQ(first_complaint("scenario.toml", text),
            "scenario.toml:2: not TOML: a character outside ASCII, which belongs in quotes or "
            "comments only");
  EXPECT_EQ(
      first_complaint("scenario.toml", "name = \"\"\"x\"\"\"\" # \xC3\xA9\n").find("not TOML"),
      std::string::npos);
}

TEST(Hostile, AMillionMistakesAreCountedAndAFewShown) {
  std::string nodes = "mineral,stage,country,output_t_per_yr,cash_cost_ratio\n";
  nodes += repeated("gallium,refine,XXX,-1,x\n", 100'000);
  Files files = tiny_files();
  files["nodes.csv"] = nodes;
  try {
    (void)load(files);
    FAIL();
  } catch (const ScenarioError& error) {
    const std::string message = error.what();
    EXPECT_LT(message.size(), 20'000U);
    EXPECT_NE(message.find("... and"), std::string::npos);
    EXPECT_LE(error.complaints().size(), 1000U);
  }
}

TEST(Hostile, HundredsOfThousandsOfUnknownKeysAreTold) {
  std::string text = tiny_files()["scenario.toml"] + "[set]\n";
  for (int i = 0; i < 100'000; ++i) text += "k" + std::to_string(i) + " = 1\n";
  EXPECT_NE(first_complaint("scenario.toml", text).find("more than 4096 addresses"),
            std::string::npos);
  text = tiny_files()["scenario.toml"];
  for (int i = 0; i < 100'000; ++i) text += "k" + std::to_string(i) + " = 1\n";
  EXPECT_NE(first_complaint("scenario.toml", text).find("unknown key"), std::string::npos);
}

TEST(Hostile, HugeListsAndManyEntriesAreTold) {
  Files files = tiny_files();
  replace(files, "scenario.toml", "exceedance = [0.01, 0.1]",
          "exceedance = [" + repeated("0.5,", 200'000) + "0.5]");
  EXPECT_FALSE(complaints_about(files).empty());
  EXPECT_FALSE(first_complaint("scenario.toml", repeated("[[actor]]\n", 20'000)).empty());
  EXPECT_FALSE(first_complaint("correlation.csv", "mineral" + repeated(",x", 300'000)).empty());
  EXPECT_FALSE(
      first_complaint("correlation.csv", "mineral,x\n" + repeated("x,1\n", 300'000)).empty());
}

TEST(Hostile, NumbersBeyondAllMeasureAreTold) {
  for (const char* number : {"1e400", "99999999999999999999", "0x7fffffffffffffff",
                             "9223372036854775807", "-inf", "1e308"}) {
    Files files = tiny_files();
    replace(files, "scenario.toml", "years = 2", std::string("years = ") + number);
    EXPECT_FALSE(complaints_about(files).empty()) << number;
    replace(files, "scenario.toml", std::string("years = ") + number, std::string("years = 2 #"));
    replace(files, "scenario.toml", "steps_per_year = 12",
            std::string("steps_per_year = ") + number);
    EXPECT_FALSE(complaints_about(files).empty()) << number;
  }
}

TEST(Hostile, OddOptionsAreTold) {
  for (const char* option : {"[",
                             "]=1",
                             "nodes[=1",
                             "nodes[]=1",
                             "nodes[].=1",
                             "nodes[,,].x=1",
                             "actor.=1",
                             "actor..=1",
                             ".=1",
                             "..x=1",
                             "actor.CHN.=1",
                             "actor.CHN.events_per_yr[=1",
                             "actor.CHN.events_per_yr[]=1",
                             "actor.CHN.events_per_yr[-1]=1",
                             "actor.CHN.events_per_yr[99999999999999999999]=1",
                             "clock.years=*",
                             "clock.years=*x",
                             "clock.years=+",
                             "set.x=1",
                             "extends=x",
                             "\"=1",
                             "nodes[\"gallium,refine,CHN].growth_per_yr=1",
                             "name=\n\n[x]"}) {
    EXPECT_FALSE(complaints_about(tiny_files(), {option}).empty()) << option;
  }
}

// ---- a few thousand random spoilings of the shipped tables

std::string file_text(const std::filesystem::path& path) {
  std::ostringstream stream;
  stream << std::ifstream(path, std::ios::binary).rdbuf();
  return stream.str();
}

const std::vector<std::string> pieces{",",           "\"",
                                      "\n",          "\r\n",
                                      "=",           "[",
                                      "]",           "{",
                                      "}",           ".",
                                      "#",           "'''",
                                      "\"\"\"",      "-",
                                      "1e999",       "nan",
                                      "\xFF",        std::string(1, '\0'),
                                      "\\",          ";",
                                      "0",           "9",
                                      "*",           " ",
                                      "[[actor]]\n", "extends = \"x\"\n"};

TEST(Hostile, ThousandsOfSpoiledScenariosAreReadOrRefused) {
  const std::vector<std::string> names{"scenario.toml", "countries.csv", "minerals.csv",
                                       "projects.csv",  "stocks.csv",    "correlation.csv",
                                       "trade.csv",     "nodes.csv",     "demand.csv"};
  Files sound;
  for (const std::string& name : names) sound[name] = file_text("configs/baseline/" + name);
  const TemporaryFolder folder(sound);
  Dice dice(20270101);
  int n_refused = 0;
  constexpr int n_rounds = 1000;
  for (int round = 0; round < n_rounds; ++round) {
    // Half of them in the scenario file, whose grammar is the richest.
    const std::string& name = names[dice.roll(2) == 0 ? 0 : dice.roll(names.size())];
    std::string text = sound[name];
    for (std::size_t n = 1 + dice.roll(3); n > 0; --n) spoil(text, dice, pieces);
    folder.write(name, text);
    try {
      (void)load_scenario(folder / "scenario.toml");
    } catch (const ScenarioError& error) {
      ++n_refused;
      EXPECT_FALSE(std::string(error.what()).empty());
    }
    folder.write(name, sound[name]);
  }
  EXPECT_GT(n_refused, n_rounds / 4);
}

}  // namespace
}  // namespace blocrisk
