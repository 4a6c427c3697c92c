/// Wires the commands to the command line and maps what they throw to exit codes.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fcntl.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "host/app/commands.hpp"
#include "host/app/ranks.hpp"
#include "host/app/version.hpp"
#include "host/support/error.hpp"

namespace {

using namespace blocrisk;

constexpr const char* footer =
    "Exit codes: 0 done, 2 usage, 3 scenario invalid, 4 environment (device, disk, file), 5 "
    "stopped early, "
    "6 verification failed.";

bool is_heard = true;  // false: another rank says the same

/// A rank that is not heard exits as if all were well: launchers end a job at the first that does
/// not, perhaps before the one that is heard has spoken.
int complain(const char* what, ExitCode code) {
  if (!is_heard) return 0;
  std::fprintf(stderr, "blocrisk: %s\n", what);
  return static_cast<int>(code);
}

/// Every batch takes tens of megabytes and gives them back, and between batches small things are
/// kept. In glibc's heap they come to lie in what was given back, and the next batch takes new
/// memory; so whatever is large is asked of the system by itself.
void keep_large_memory_apart() {
#if defined(__GLIBC__)
  constexpr int large_bytes = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, large_bytes);
#endif
}

/// A standard stream that is closed would lend its number to the next file opened, and what is
/// printed would land in it.
void occupy_standard_streams() {
  for (const int stream : {0, 1, 2}) {
    if (fcntl(stream, F_GETFD) == -1 && errno == EBADF) open("/dev/null", O_RDWR);
  }
}

/// A reader who has left is no error; a full disk is.
int flush_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  if (errno == EPIPE || errno == 0) return 0;
  return complain((std::string("cannot write to standard output: ") + std::strerror(errno)).c_str(),
                  ExitCode::environment);
}

/// A word that is no command gets a better answer than that one is required.
std::string usage_problem(const CLI::App& app, const CLI::ParseError& error, int argc,
                          char** argv) {
  if (argc < 2 || argv[1][0] == '-') return error.what();
  std::string commands;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == argv[1]) return error.what();
    commands += (commands.empty() ? "" : ", ") + command->get_name();
  }
  return "no command is called " + std::string(argv[1]) + "; there are " + commands;
}

std::string join_arguments(int argc, char** argv) {
  std::string line;
  for (int at = 0; at < argc; ++at) line += (at > 0 ? " " : "") + std::string(argv[at]);
  return line;
}

int perform(const Action& action) {
  try {
    action();
    return flush_output();
  } catch (const Error& error) {
    std::fflush(stdout);
    return complain(error.what(), error.exit_code());
  } catch (const std::bad_alloc&) {
    return complain(
        "out of memory; `blocrisk plan` says what a run needs, fewer --threads need less",
        ExitCode::environment);
  } catch (const std::exception& error) {
    return complain(error.what(), ExitCode::environment);
  }
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  keep_large_memory_apart();
  std::signal(SIGPIPE, SIG_IGN);
  is_heard = !is_told_by_first_rank(argc, argv);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a failed write

  CLI::App app(
      "Supply risk of critical minerals for a buyers' bloc: one scenario in, a distribution out.",
      "blocrisk");
  app.footer(footer);
  app.set_version_flag("--version", "blocrisk " + this_program());
  app.require_subcommand(1);
  Action action;
  add_run_command(app, join_arguments(argc, argv), action);
  add_validate_command(app, action);
  add_plan_command(app, action);
  add_sweep_command(app, join_arguments(argc, argv), action);
  add_compare_command(app, action);
  add_replay_command(app, action);
  add_show_command(app, action);
  add_report_command(app, action);
  add_merge_command(app, join_arguments(argc, argv), action);
  add_verify_command(app, action);
  add_devices_command(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return is_heard ? app.exit(error), flush_output() : 0;
    const std::string problem = usage_problem(app, error, argc, argv);
    return complain((problem + "\nRun with --help for more information.").c_str(), ExitCode::usage);
  } catch (const Error& error) {
    return complain(error.what(), error.exit_code());
  }
  return perform(action);
}
