/// Ranks by MPI, or the refusal of a build that has none.
#pragma once

#include <memory>

#include "host/app/ranks.hpp"

namespace blocrisk {

#ifdef BLOCRISK_HAVE_MPI
inline constexpr bool build_has_mpi = true;
#else
inline constexpr bool build_has_mpi = false;
#endif

/// Starts MPI. Throws EnvironmentError where there is none, or where it knows of another number of
/// ranks than the launcher, if that told it (else 0).
std::unique_ptr<Ranks> join_mpi(int n_launched);

}  // namespace blocrisk
