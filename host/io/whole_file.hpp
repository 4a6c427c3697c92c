/// Puts bytes on disk whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace blocrisk {

/// keep_previous: what is there is not replaced, but goes on as `previous_of` its name.
enum class Overwrite { refuse, allow, keep_previous };

/// NAME.previous
std::filesystem::path previous_of(const std::filesystem::path& path);

/// Writes to a temporary name in the target's folder, syncs, reads back, compares, renames, syncs
/// the folder. `ending` follows the bytes. Throws EnvironmentError, and leaves no temporary, where
/// anything fails.
void write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes,
                      Overwrite overwrite, std::string_view ending = {});

/// Of a file, 0 where there is none.
std::uint64_t bytes_on_disk(const std::filesystem::path& path);

/// Removes temporaries of `path` whose process on this machine is gone: it was killed in the midst
/// of a write.
void remove_abandoned_temporaries(const std::filesystem::path& path);

}  // namespace blocrisk
