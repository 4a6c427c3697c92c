/// What every rank but the first does in a sweep: the members that it is told, until it is told to
/// leave.
#pragma once

#include "host/mpi/communicator.hpp"
#include "host/mpi/member_work.hpp"

namespace blocrisk {

/// `open` gets this rank ready. What it or a member throws is told to the first rank, which
/// decides.
void serve_members(Communicator& ranks, const OpenMembers& open);

}  // namespace blocrisk
