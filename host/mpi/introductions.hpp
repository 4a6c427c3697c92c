/// What the ranks of a job compute with, as they say once they are ready for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/engine/backend.hpp"
#include "host/mpi/communicator.hpp"
#include "host/mpi/orders.hpp"

namespace blocrisk {

/// "cpu\n2 threads, 16 lanes (AVX-512)" and so on.
struct Introductions {
  std::vector<std::string> texts;          ///< [rank]
  std::vector<std::uint64_t> batch_paths;  ///< [rank]
};

/// The first rank: has every other get ready for a job, whose text is broadcast, and hears what
/// each says; `own` is what it says itself. All are idle then, and also where it throws what
/// hindered a rank, naming it.
Introductions introduce_all(Communicator& ranks, PathRange range, std::string job,
                            const Answer& own);

/// "cpu", or "cpu+cuda" where some have the one and some the other.
std::string backends_text(const Introductions& introductions);
/// "3 ranks on 2 machines, each 2 threads, 16 lanes (AVX-512)", or how many have what.
std::string devices_text(const Communicator& ranks, const Introductions& introductions);

}  // namespace blocrisk
