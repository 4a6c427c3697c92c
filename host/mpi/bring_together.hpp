/// The integer states of all ranks added up on the first one: exact, so in whatever order MPI
/// likes.
#pragma once

#include "host/engine/accumulators.hpp"
#include "host/engine/attribution.hpp"
#include "host/engine/backend.hpp"
#include "host/mpi/communicator.hpp"

namespace blocrisk {

/// Of disjoint sets of paths, together those of `range`, into the first rank's state; what is left
/// in the others' must be dropped. `paths_per_draw`: 0 where no input is uncertain. All ranks call
/// it.
void bring_together(Communicator& ranks, Accumulators& state, PathRange range,
                    std::uint64_t paths_per_draw);
void bring_together(Communicator& ranks, AttributionSums& sums);

}  // namespace blocrisk
