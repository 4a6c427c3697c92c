/// Writes a story as a file of its own, described in outputs/README.md: netCDF-4 like a result.
#pragma once

#include <filesystem>

#include "host/io/result.hpp"
#include "host/io/whole_file.hpp"
#include "host/replay/story.hpp"

namespace blocrisk {

inline constexpr const char* story_schema = "blocrisk-story";
inline constexpr std::int64_t story_schema_version = 1;

/// Throws EnvironmentError, and leaves the folder as it was, where anything fails. `origin`: of the
/// result the path belongs to.
void write_story(const std::filesystem::path& path, const Story& story, const Scenario& scenario,
                 const RunOrigin& origin, Overwrite overwrite);

}  // namespace blocrisk
