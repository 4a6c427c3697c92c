/// The seal of a file: one line after the last byte of HDF5, with the SHA-256 of all before it.
///
/// HDF5 knows from its superblock where a file ends and takes no notice of what follows, so every
/// reader of HDF5 and netCDF-4 opens a sealed file; a program that changes the file cuts the seal
/// off. Without it one flipped byte can turn into other numbers, or into a crash inside HDF5.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace blocrisk {

enum class Seal { sound, broken, absent };

/// The line to write after `bytes`; always of the same length.
[[nodiscard]] std::string seal_of(std::span<const std::byte> bytes);

/// Reads the file whole where it ends in a seal. Throws EnvironmentError where it cannot be read.
[[nodiscard]] Seal check_seal(const std::filesystem::path& path);

}  // namespace blocrisk
