/// The scenario and network behind a result, rebuilt from the file alone.
#pragma once

#include <filesystem>

#include "host/io/result.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

struct StoredNetwork {
  Scenario scenario;
  Network network;
};

/// Reads the canonical scenario text that a result carries and calibrates it again. `file` is what
/// messages call it. Throws EnvironmentError where the text is damaged or invalid, or where its
/// network is not the one that was sampled; with both hashes, for then no path is the same.
StoredNetwork rebuild_network(const RunOrigin& origin, const std::filesystem::path& file);

}  // namespace blocrisk
