/// How this process was started: alone, or by a launcher as one of several; told by the
/// environment, before MPI is started. Needs no MPI.
#pragma once

#include <functional>

namespace blocrisk {

enum class Launcher {
  none,      ///< a shell, a batch script
  mpi,       ///< mpirun, or srun with its MPI: MPI will know the others
  srun_bare  ///< srun without MPI: several tasks that know nothing of each other
};

struct Launch {
  Launcher launcher = Launcher::none;
  int rank = 0;
  int size = 0;  ///< 0: not told
};

/// Value of an environment variable, or null.
using Environment = std::function<const char*(const char* name)>;

/// A batch script that srun did not start is alone, though Slurm gives it variables too. Numbers
/// that are none are taken for absent.
Launch launch_of(const Environment& environment);
/// Of this process.
Launch this_launch();

}  // namespace blocrisk
