/// Where a result goes, and every reason to refuse that place before an hour of sampling.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <CLI/App.hpp>

namespace blocrisk {

enum class Existing { refuse, replace };

/// -o, --output
void add_output_option(CLI::App& command, std::string& output);

/// `asked`, or outputs/<name>.h5 where nothing was asked. Throws UsageError where that names no
/// file.
std::filesystem::path output_path(const std::string& asked, const std::string& scenario_name);

/// Throws EnvironmentError where the file exists and must not be replaced, or its folder is absent,
/// cannot be written, or has less than `expected_bytes` left. Makes the default folder, no other.
void check_output(const std::filesystem::path& path, Existing existing,
                  std::uint64_t expected_bytes);

}  // namespace blocrisk
