/// What every rank but the first does: what it is told, until it is told to leave.
#pragma once

#include "host/mpi/communicator.hpp"
#include "host/mpi/work.hpp"

namespace blocrisk {

/// `open` gets this rank ready for a job. What it or a piece of work throws is told to the first
/// rank, which decides.
void serve(Communicator& ranks, const OpenWork& open);

}  // namespace blocrisk
