// What the fuzzer found stays mended, and ten thousand bad scenarios are refused with a message:
// no crash, no hang, and nothing but a refusal thrown.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fuzz/read_input.hpp"
#include "tests/support/spoil.hpp"

namespace blocrisk::fuzz {
namespace {

using testing_support::Dice;
using testing_support::spoil;

struct Input {
  std::string name;
  std::string text;
};

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream stream;
  stream << std::ifstream(path, std::ios::binary).rdbuf();
  return stream.str();
}

/// In the order of their names, for a folder has none.
std::vector<Input> inputs_in(const std::filesystem::path& folder) {
  std::vector<Input> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    inputs.push_back({entry.path().filename().string(), text_of(entry.path())});
  std::ranges::sort(inputs, {}, &Input::name);
  return inputs;
}

/// A line of libFuzzer's dictionary without its quotes: \\, \" and \xNN stand for one byte.
std::string unescaped(const std::string& line) {
  std::string word;
  for (std::size_t at = 1; at + 1 < line.size(); ++at) {
    if (line[at] != '\\') {
      word += line[at];
    } else if (line[++at] == 'x') {
      word += static_cast<char>(std::stoi(line.substr(at + 1, 2), nullptr, 16));
      at += 2;
    } else {
      word += line[at];
    }
  }
  return word;
}

std::vector<std::string> dictionary() {
  std::vector<std::string> words;
  std::istringstream lines(text_of("tests/fuzz/scenario.dict"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('"')) words.push_back(unescaped(line));
  }
  return words;
}

TEST(Corpus, EveryInputIsReadOrRefused) {
  for (const Input& input : inputs_in("tests/fuzz/corpus")) {
    const Reading reading = read_scenario(input.text);
    if (!input.name.starts_with("found-")) {
      EXPECT_TRUE(reading.valid) << input.name << ": " << reading.message;
    }
  }
  for (const Input& input : inputs_in("tests/fuzz/csv_corpus")) read_csv(input.text);
}

TEST(BadScenarios, TenThousandAreRefusedWithAMessage) {
  const std::vector<Input> corpus = inputs_in("tests/fuzz/corpus");
  const std::vector<std::string> words = dictionary();
  ASSERT_GT(words.size(), 100U);
  Dice dice(20270102);
  constexpr int n_wanted = 10'000;
  int n_refused = 0;
  int n_valid = 0;
  while (n_refused < n_wanted && n_valid < n_wanted) {
    std::string text = corpus[dice.roll(corpus.size())].text;
    for (std::size_t n = 1 + dice.roll(4); n > 0; --n) spoil(text, dice, words);
    try {
      ++(read_scenario(text).valid ? n_valid : n_refused);
    } catch (const std::exception& error) {
      FAIL() << error.what() << "\nwith this input:\n" << text;
    }
  }
  EXPECT_EQ(n_refused, n_wanted);
  EXPECT_GT(n_valid, n_wanted / 100);  // some spoilings hit a comment: not everything is refused
}

}  // namespace
}  // namespace blocrisk::fuzz
