/// The scenario and network behind a result, rebuilt from the file alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "host/io/result.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

struct StoredNetwork {
  Scenario scenario;
  Network network;                          ///< with every input as the scenario has it
  std::shared_ptr<const OuterDraws> draws;  ///< of uncertain inputs; null where there is none

  /// That which a path is sampled on.
  [[nodiscard]] Network network_of(std::uint64_t path) const {
    return draws ? draws->network(draws->draw_of(path)) : network;
  }
};

/// Reads the canonical scenario text that a result carries and calibrates it again. `file` is what
/// messages call it. Throws EnvironmentError where the text is damaged or invalid, or where its
/// network is not the one that was sampled; with both hashes, for then no path is the same.
StoredNetwork rebuild_network(const RunOrigin& origin, const std::filesystem::path& file);

}  // namespace blocrisk
