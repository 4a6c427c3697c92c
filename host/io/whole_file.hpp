/// Puts bytes on disk whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace blocrisk {

enum class Overwrite { refuse, allow };

/// Writes to a temporary name in the target's folder, syncs, reads back, compares, renames, syncs
/// the folder. `ending` follows the bytes. Throws EnvironmentError, and leaves no temporary, where
/// anything fails.
void write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes,
                      Overwrite overwrite, std::string_view ending = {});

}  // namespace blocrisk
