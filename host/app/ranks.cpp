#include "host/app/ranks.hpp"

#include <string_view>

#include "host/app/mpi_ranks.hpp"
#include "host/support/error.hpp"
#include "host/support/launch.hpp"

namespace blocrisk {
namespace {

bool has_option(int argc, char** argv, const std::string& name, std::string_view value) {
  for (int at = 1; at < argc; ++at) {
    const std::string_view word = argv[at];
    if (word == name + "=" + std::string(value)) return true;
    if (word == name && at + 1 < argc && argv[at + 1] == value) return true;
  }
  return false;
}

}  // namespace

void add_mpi_option(CLI::App& command, std::string& choice, const std::string& shared) {
  command
      .add_option(
          "--mpi", choice,
          "auto: share the " + shared +
              " among the ranks that mpirun or srun started; off: be alone; on: as auto, but "
              "refuse a build without MPI")
      ->check(CLI::IsMember({"auto", "on", "off"}))
      ->capture_default_str();
}

bool is_told_by_first_rank(int argc, char** argv) {
  const Launch launch = this_launch();
  const std::string_view command = argc > 1 ? argv[1] : "";
  return (command == "run" || command == "sweep") && launch.launcher == Launcher::mpi &&
         launch.rank > 0 && !has_option(argc, argv, "--mpi", "off");
}

std::unique_ptr<Ranks> join_ranks(const std::string& choice) {
  const Launch launch = this_launch();
  if (choice == "off" || (choice == "auto" && launch.launcher == Launcher::none)) return nullptr;
  if (launch.launcher == Launcher::srun_bare) {
    throw UsageError("srun started " + std::to_string(launch.size) +
                     " tasks that know nothing of each other; start them with srun --mpi=pmix or "
                     "--mpi=pmi2, or give --mpi off where each is to be on its own");
  }
  // One process is none the worse for lack of MPI, unless that was asked for.
  if (!build_has_mpi && choice == "auto" && launch.size == 1) return nullptr;
  return join_mpi(launch.size);
}

}  // namespace blocrisk
