/// The program inside a test: its `main` in a child process, which costs a hundredth of starting
/// it anew.
#pragma once

#include <string>
#include <vector>

namespace blocrisk::test {

struct Ended {
  int exit_code = -1;  ///< -1: ended by a signal
  int signal = 0;
  std::string printed;  ///< on either stream
};

/// Runs `blocrisk ARGUMENTS`; SIGXCPU ends it after that many seconds of processor time.
[[nodiscard]] Ended run_program(const std::vector<std::string>& arguments, unsigned limit_s);

}  // namespace blocrisk::test
