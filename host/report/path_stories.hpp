/// The worst paths of a result in words, for a page that is read far from the program.
#pragma once

#include <string>
#include <vector>

#include "host/analysis/summary.hpp"
#include "host/io/stored_network.hpp"

namespace blocrisk {

/// Accounts of replayed paths; empty where there is no such path.
struct PathStories {
  std::vector<std::string> by_shortfall;  ///< [member][mineral] the cell's worst path, that cell
  std::vector<std::string> by_loss;       ///< [member] the member's worst path, its worst minerals
};

/// Replays the worst path of every cell and member.
PathStories tell_worst_paths(const StoredNetwork& stored, std::uint64_t seed,
                             const Summary& summary);

}  // namespace blocrisk
