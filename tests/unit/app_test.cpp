// The parts of the command line that can be asked without a process: numbers, JSON, output paths.
// What a user sees is in tests/app/cli_test.py.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "host/app/checkpoint.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

TEST(Numbers, CountsAreExactHoweverTheyAreWritten) {
  EXPECT_EQ(parse_count("--paths", "1e6"), 1'000'000u);
  EXPECT_EQ(parse_count("--paths", "10M"), 10'000'000u);
  EXPECT_EQ(parse_count("--paths", "1_000_000"), 1'000'000u);
  EXPECT_EQ(parse_count("--paths", "0.25k"), 250u);
  EXPECT_EQ(parse_count("--paths", "100e-2"), 1u);
  EXPECT_EQ(parse_count("--paths", "1.500e3"), 1500u);
  EXPECT_EQ(parse_count("--paths", "1e3k"), 1'000'000u);
  EXPECT_EQ(parse_count("--paths", "007"), 7u);
  constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
  // Beyond 2^53 a detour through double would round.
  EXPECT_EQ(parse_count("--seed", "9007199254740993", {0, top}), 9007199254740993u);
  EXPECT_EQ(parse_count("--seed", "18446744073709551615", {0, top}), top);
  EXPECT_EQ(parse_count("--seed", "0", {.least = 0}), 0u);
  EXPECT_EQ(parse_count("--seed", "0e99", {.least = 0}), 0u);
}

TEST(Numbers, WhatIsNoCountIsRefusedByName) {
  for (const char* text : {"",
                           "0",
                           "-1",
                           "+1",
                           " 1",
                           "1 ",
                           "1.5",
                           "1e-1",
                           "1000000000001",
                           "1e20",
                           "18446744073709551616",
                           "1__0",
                           "_1",
                           "1_",
                           "1._5",
                           ".",
                           "1.",
                           "e6",
                           "1e",
                           "1e6e6",
                           "0x10",
                           "1,000",
                           "1kk",
                           "k",
                           "ten",
                           "1e99999999999"}) {
    try {
      parse_count("--paths", text);
      ADD_FAILURE() << "'" << text << "' was taken";
    } catch (const UsageError& error) {
      EXPECT_EQ(std::string(error.what()).rfind("--paths = ", 0), 0u) << error.what();
    }
  }
}

TEST(Numbers, PathRangesHoldAtLeastOnePath) {
  EXPECT_EQ(parse_path_range("--path-range", "0:1"), (PathRange{0, 1}));
  EXPECT_EQ(parse_path_range("--path-range", "1M:2e6"), (PathRange{1'000'000, 2'000'000}));
  for (const char* text :
       {"", ":", "1", "1:", ":1", "1:1", "2:1", "1:2:3", "a:b", "-1:1", "0:2e12"}) {
    EXPECT_THROW(parse_path_range("--path-range", text), UsageError) << text;
  }
}

TEST(Numbers, DevicesAreNumbersAndMayRepeat) {
  EXPECT_EQ(parse_devices("--devices", "0,1"), (std::vector<int>{0, 1}));
  EXPECT_EQ(parse_devices("--devices", "3"), (std::vector<int>{3}));
  EXPECT_EQ(parse_devices("--devices", "0,0,1"), (std::vector<int>{0, 0, 1}));
  for (const char* text : {"", ",", "0,", ",0", "-1", "a", "0;1", "99999999999"}) {
    EXPECT_THROW(parse_devices("--devices", text), UsageError) << text;
  }
}

TEST(Numbers, AreWrittenForPeople) {
  EXPECT_EQ(format_digest(0xABCu), "0000000000000abc");
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'000), "1,000");
  EXPECT_EQ(format_count(1'234'567), "1,234,567");
  EXPECT_EQ(format_bytes(512), "512 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(300.0 * 1024 * 1024), "300 MiB");
  EXPECT_EQ(format_duration(0.25), "0.25 s");
  EXPECT_EQ(format_duration(59.4), "59 s");
  EXPECT_EQ(format_duration(61), "1 min 1 s");
  EXPECT_EQ(format_duration(7322), "2 h 2 min");
  EXPECT_EQ(format_duration(10 * 86400.0), "10.0 days");
}

TEST(Json, SeparatesNestsAndEscapes) {
  JsonWriter json;
  json.begin_object()
      .member("a", 1)
      .key("b")
      .begin_array()
      .value(true)
      .value("x\"\\\n")
      .begin_array();
  json.end_array().end_array().member("c", 0.1).member("d", std::nan("")).end_object();
  EXPECT_EQ(json.text(), R"({"a":1,"b":[true,"x\"\\\u000a",[]],"c":0.1,"d":null})");
}

TEST(Json, IsTextWhateverBytesItIsGiven) {
  const auto quoted = [](const char* bytes) { return JsonWriter().value(bytes).text(); };
  EXPECT_EQ(quoted("Çé€𝄞"), "\"Çé€𝄞\"");
  EXPECT_EQ(quoted("a\xff"
                   "b"),
            "\"a\uFFFD"
            "b\"");
  EXPECT_EQ(quoted("\xc3"), "\"\uFFFD\"");
  EXPECT_EQ(quoted("\xed\xa0\x80").find('\xed'), std::string::npos);  // a surrogate
  EXPECT_EQ(quoted("\xc0\xaf").find('\xc0'), std::string::npos);      // an overlong slash
}

TEST(OutputFile, DefaultsToAFileNamedAfterTheScenario) {
  EXPECT_EQ(output_path("", "baseline-2027"), "outputs/baseline-2027.h5");
  EXPECT_EQ(output_path("", "../escape"), "outputs/.._escape.h5");
  EXPECT_EQ(output_path("x/y.h5", "name"), "x/y.h5");
}

std::string given_up(std::uint64_t paths_kept) {
  const ResultFacts facts;
  const RunWatch watch(facts, 0);
  const CheckpointWriter writer({"out.h5", 600, 0, paths_kept}, facts, watch,
                                [](const RunResult&) { return RunOrigin{}; });
  try {
    writer.give_up(EnvironmentError("device lost"));
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

TEST(Checkpoints, ARunWhoseDeviceIsLostSaysWhatIsLeftOfIt) {
  EXPECT_EQ(given_up(0), "device lost; nothing was written");
  EXPECT_EQ(given_up(12000),
            "device lost; 12,000 paths are kept in out.h5.checkpoint, and the same command with "
            "--resume goes on from there");
}

}  // namespace
}  // namespace blocrisk
