/// What the fuzzers and the test of ten thousand bad scenarios feed: one text through everything
/// that `validate` does with a scenario, and one through the reader of tables.
#pragma once

#include <string>
#include <string_view>

namespace blocrisk::fuzz {

struct Reading {
  bool valid = false;
  std::string message;  ///< what a user would read; empty where valid
};

/// Parses, extends, sets, converts, validates, calibrates, and writes the canonical text of what is
/// valid, which has to read back as the same scenario. Lines `#--set ADDRESS=VALUE` anywhere in the
/// text are given as options too. Paths in it are relative to the working directory. Throws
/// whatever is not a refusal, and std::logic_error where a refusal says nothing or the canonical
/// text is another scenario.
[[nodiscard]] Reading read_scenario(std::string_view text);

/// Throws std::logic_error where a cell does not survive being written and read again.
void read_csv(std::string_view text);

}  // namespace blocrisk::fuzz
