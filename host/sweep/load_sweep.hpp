/// A sweep file and its base to members that are ready to run; throws with every mistake in either.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/sweep/members.hpp"

namespace blocrisk {

/// What the command line says over the files.
struct SweepChanges {
  std::vector<std::string> overrides;  ///< `--set`, of the base
  std::optional<std::uint64_t> paths, seed;
};

struct LoadedSweep {
  SweepMembers members;
  std::optional<std::uint64_t> reference;  ///< number of the member that others are compared with
};

/// Each value is tried alone at its addresses: that the address matches, that the value is of the
/// right kind and in range. Whether values make a valid scenario together only members tell.
/// Throws ScenarioError with all complaints, EnvironmentError where the file cannot be opened.
[[nodiscard]] LoadedSweep load_sweep(const std::filesystem::path& path,
                                     const SweepChanges& changes);

}  // namespace blocrisk
