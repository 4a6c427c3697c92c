#include "tests/support/program.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

int blocrisk_main(int argc, char** argv);  // main() of host/app/main.cpp, renamed by the compiler

namespace blocrisk::test {
namespace {

[[noreturn]] void become_program(std::vector<std::string> arguments, unsigned limit_s, int output) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  const rlimit time{limit_s, limit_s};
  ::setrlimit(RLIMIT_CPU, &time);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int code = blocrisk_main(static_cast<int>(arguments.size()), argv.data());
  std::fflush(nullptr);
  ::_exit(code);
}

std::string text_of(std::FILE* file) {
  std::rewind(file);
  std::string text;
  char piece[4096];
  for (std::size_t n; (n = std::fread(piece, 1, sizeof piece, file)) > 0;) text.append(piece, n);
  return text;
}

}  // namespace

Ended run_program(const std::vector<std::string>& arguments, unsigned limit_s) {
  std::vector<std::string> with_name{"blocrisk"};
  with_name.insert(with_name.end(), arguments.begin(), arguments.end());
  std::FILE* output = std::tmpfile();
  if (output == nullptr) throw std::runtime_error("no temporary file");
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) become_program(with_name, limit_s, ::fileno(output));
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child)
    throw std::runtime_error("no child process");
  Ended ended;
  if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  ended.printed = text_of(output);
  std::fclose(output);
  return ended;
}

}  // namespace blocrisk::test
