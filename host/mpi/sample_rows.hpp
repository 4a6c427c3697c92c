/// Per-path measures on their way to the first rank.
#pragma once

#include "host/engine/backend.hpp"
#include "host/engine/samples.hpp"
#include "host/mpi/communicator.hpp"

namespace blocrisk {

/// Those paths of `range` whose number is below `until`.
PathRange below(PathRange range, std::uint64_t until);

void send_samples(Communicator& ranks, const Samples& samples);
/// What a rank sent of `paths`, into their rows; expects that `into` holds them.
void receive_samples(Communicator& ranks, int from, PathRange paths, Samples& into);

}  // namespace blocrisk
