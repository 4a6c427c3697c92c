/// Instead of mpi_ranks.cpp in builds without MPI.
#include "host/app/mpi_ranks.hpp"
#include "host/support/error.hpp"

namespace blocrisk {

std::unique_ptr<Ranks> join_mpi(int) {
  throw EnvironmentError(
      "this build has no MPI: it was made without its compiler, or with BLOCRISK_MPI=OFF; --mpi "
      "off "
      "runs each process on its own");
}

}  // namespace blocrisk
