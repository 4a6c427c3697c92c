/// Writes the file of a sweep: HDF5 that opens as netCDF-4, every figure of every member along a
/// leading dimension `scenario`, described in outputs/README.md. Whole or not at all, as a result.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/io/result.hpp"
#include "host/io/whole_file.hpp"
#include "host/sweep/journal.hpp"
#include "host/sweep/members.hpp"
#include "host/sweep/row_layout.hpp"

namespace blocrisk {

/// Where a sweep's file came from; its root attributes.
struct SweepOrigin {
  std::string sweep_sha256;
  PathRange range;
  std::uint64_t difference_paths = 0;  ///< 0: no differences
  std::string engine_version, commit;
  std::optional<VolatileFacts> volatile_facts;  ///< absent under --no-volatile
};

/// What goes into a file; refers to what the caller keeps.
struct SweepContent {
  const SweepMembers& members;
  const ResultFacts& facts;  ///< of the base
  const RowLayout& layout;
  const Journal& journal;              ///< which has all of `numbers`
  std::vector<std::uint64_t> numbers;  ///< members in the file, ascending
  std::optional<std::uint64_t> reference;
  const SweepOrigin& origin;
};

/// What everyone who asks about a sweep's identity has to agree on: the file, the base with all its
/// tables, the tables that axes name, the paths, the program's version.
[[nodiscard]] std::string sweep_hash(const SweepMembers& members, PathRange range,
                                     const std::string& engine_version);

/// Holds one variable of all members at a time, and the file while it is built. Throws
/// EnvironmentError, and leaves the folder as it was, where anything fails.
void write_sweep(const std::filesystem::path& path, const SweepContent& content,
                 Overwrite overwrite);

}  // namespace blocrisk
