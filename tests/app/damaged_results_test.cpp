// A result with a flipped byte or a lost end, at a thousand places: every command that reads one
// says so and ends with exit code 4, never by a signal and never late.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/program.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/spoil.hpp"

namespace blocrisk {
namespace {

using test::Ended;
using test::run_program;
using test::ScratchFolder;
using testing_support::Dice;

constexpr unsigned limit_s = 120;  // only a hang takes that long

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream stream;
  stream << std::ifstream(path, std::ios::binary).rdbuf();
  return stream.str();
}

/// A damaged file and what it was before.
struct Place {
  std::size_t at = 0;
  bool is_cut = false;  ///< else one byte is another
  std::string bytes;
};

Place damage(const std::string& sound, std::size_t at, Dice& dice) {
  Place place{at, dice.roll(4) == 0, sound};
  if (place.is_cut) {
    place.bytes.resize(at);
  } else {
    place.bytes[at] = static_cast<char>(place.bytes[at] ^ static_cast<char>(1 + dice.roll(255)));
  }
  return place;
}

/// Between them two results have every group there is: what is uncertain comes without
/// convergence.
struct Kind {
  const char* name;
  const char* more_scenario;
  int n_places;  ///< together a thousand
  bool has_convergence;
};

const std::array kinds{Kind{"certain_inputs", "", 700, true},
                       Kind{"uncertain_inputs",
                            "[sampling]\npaths_per_draw = 16\n"
                            "[[uncertain]]\nname = 'rate'\naddress = 'actor.CHN.events_per_yr[1]'\n"
                            "distribution = 'lognormal'\nmedian = 2\nlog_sd = 0.3\n",
                            300, false}};

/// A result, and the same without its seal, as another program that changes a file leaves it.
class DamagedResults : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    std::ofstream(folder_ / "scenario.toml")
        << "extends = '" << std::filesystem::absolute("tests/fuzz/base/scenario.toml").string()
        << "'\n"
        << GetParam().more_scenario;
    const Ended run =
        run_program({"run", path("scenario.toml"), "-o", path("sound.h5"), "--paths", "320",
                     "--samples", "160", "--attribution", "all", "--threads", "1", "--quiet"},
                    limit_s);
    ASSERT_EQ(run.exit_code, 0) << run.printed;
    sealed_ = text_of(path("sound.h5"));
    unsealed_ = sealed_.substr(0, sealed_.rfind("blocrisk seal"));
    ASSERT_LT(unsealed_.size(), sealed_.size());
    write(unsealed_);
    for (const auto& command : reading_commands()) {
      const Ended ended = run_program(command, limit_s);
      ASSERT_EQ(ended.exit_code, 0) << command.front() << ": " << ended.printed;
    }
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& bytes) const {
    std::ofstream(path("damaged.h5"), std::ios::binary) << bytes;
  }

  /// One line for each command that reads a result.
  std::vector<std::vector<std::string>> reading_commands() const {
    const std::string file = path("damaged.h5");
    std::vector<std::vector<std::string>> commands{
        {"show", file},
        {"show", file, "--json"},
        {"show", file, "--csv"},
        {"show", file, "--attribution"},
        {"show", file, "--measure", "member_annual_loss"},
        {"report", file, "-o", path("report.html"), "--overwrite"},
        {"replay", file, "--path", "3"},
        {"compare", file, path("sound.h5"), "--paths", "64", "--quiet"}};
    if (GetParam().has_convergence) commands.push_back({"show", file, "--convergence"});
    return commands;
  }

  ScratchFolder folder_;
  std::string sealed_;
  std::string unsealed_;
};

std::string told(const Place& place, const std::vector<std::string>& command, const Ended& ended) {
  return (place.is_cut ? "cut at " : "byte ") + std::to_string(place.at) + ", " + command.front() +
         " " + command.back() + ": exit code " + std::to_string(ended.exit_code) + ", signal " +
         std::to_string(ended.signal) + "\n" + ended.printed;
}

// The seal is looked at before anything else, so every command meets every tenth place, and one in
// turn the others.
TEST_P(DamagedResults, SealedOnesAreRefusedByEveryCommand) {
  const auto commands = reading_commands();
  Dice dice(1);
  for (int k = 0; k < GetParam().n_places; ++k) {
    const Place place = damage(sealed_, dice.roll(sealed_.size()), dice);
    write(place.bytes);
    // Without its seal alone it is a whole file still.
    const bool is_hurt = !place.is_cut || place.at != unsealed_.size();
    for (std::size_t c = 0; c < commands.size(); ++c) {
      if (k % 10 != 0 && c != static_cast<std::size_t>(k) % commands.size()) continue;
      const Ended ended = run_program(commands[c], limit_s);
      ASSERT_TRUE(ended.exit_code == 4 || (ended.exit_code == 0 && !is_hurt))
          << told(place, commands[c], ended);
      ASSERT_NE(ended.printed, "") << told(place, commands[c], ended);
    }
  }
}

/// Half of them where HDF5 keeps its own structures, which are a small part of the file.
std::size_t place_in(const std::string& bytes, Dice& dice) {
  constexpr std::array<std::string_view, 9> marks{"OHDR", "OCHK", "FRHP", "FHDB", "FHIB",
                                                  "BTHD", "BTLF", "GCOL", "TREE"};
  const std::size_t from = dice.roll(bytes.size());
  if (dice.roll(2) == 0) return from;
  const std::size_t mark = bytes.find(marks[dice.roll(marks.size())], from);
  return mark == std::string::npos ? from : std::min(mark + dice.roll(512), bytes.size() - 1);
}

// Nothing tells that a number is another one here; but nothing may break.
TEST_P(DamagedResults, UnsealedOnesAreReadOrRefused) {
  const auto commands = reading_commands();
  Dice dice(2);
  int n_refused = 0;
  for (int k = 0; k < GetParam().n_places; ++k) {
    const Place place = damage(unsealed_, place_in(unsealed_, dice), dice);
    write(place.bytes);
    const auto& command = commands[static_cast<std::size_t>(k) % commands.size()];
    const Ended ended = run_program(command, limit_s);
    // 6: `replay` finds that a path no longer has its bits.
    ASSERT_TRUE(ended.exit_code == 0 || ended.exit_code == 4 || ended.exit_code == 6)
        << told(place, command, ended);
    ASSERT_NE(ended.printed, "") << told(place, command, ended);
    n_refused += ended.exit_code == 0 ? 0 : 1;
  }
  EXPECT_GT(n_refused, GetParam().n_places / 4);
}

INSTANTIATE_TEST_SUITE_P(All, DamagedResults, testing::ValuesIn(kinds),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace blocrisk
