#include "host/support/launch.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace blocrisk {
namespace {

std::optional<int> number(const Environment& environment, const char* name) {
  const char* const text = environment(name);
  if (text == nullptr) return std::nullopt;
  int value = 0;
  const char* const end = text + std::strlen(text);
  const auto [last, error] = std::from_chars(text, end, value);
  if (error != std::errc() || last != end || value < 0) return std::nullopt;
  return value;
}

/// What a launcher calls a process's number and how many there are.
struct Names {
  const char* rank;
  const char* size;
};

// Open MPI's mpirun; MPICH's and Intel's, and srun --mpi=pmi2; srun --mpi=pmix and prterun, whose
// number of tasks Slurm alone tells.
constexpr Names mpi_launchers[] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                   {"PMI_RANK", "PMI_SIZE"},
                                   {"PMIX_RANK", "SLURM_STEP_NUM_TASKS"}};

}  // namespace

Launch launch_of(const Environment& environment) {
  for (const Names& names : mpi_launchers) {
    const auto rank = number(environment, names.rank);
    if (rank) return {Launcher::mpi, *rank, number(environment, names.size).value_or(0)};
  }
  // The first two stand in batch scripts too, the last only where srun started a step.
  const auto task = number(environment, "SLURM_PROCID");
  const auto size = number(environment, "SLURM_STEP_NUM_TASKS");
  if (task && size && *size > 1 && number(environment, "SLURM_STEP_ID"))
    return {Launcher::srun_bare, *task, *size};
  return {};
}

Launch this_launch() {
  return launch_of([](const char* name) -> const char* { return std::getenv(name); });
}

}  // namespace blocrisk
