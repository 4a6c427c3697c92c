/// A sweep file to a Sweep: reads keys, kinds and ranges, and what can be said of axes and design
/// without the base scenario.
#pragma once

#include <filesystem>

#include "host/scenario/document.hpp"
#include "host/sweep/sweep.hpp"

namespace blocrisk {

/// Complains about every mistake; what it gives back then is good for looking on, not for running.
/// Throws EnvironmentError where the file cannot be opened, UsageError where it is a scenario.
void parse_sweep(const std::filesystem::path& path, Sweep& sweep, Complaints& complaints);

/// Whether the file is a sweep rather than a scenario: it has axes. False where it is no TOML.
[[nodiscard]] bool is_sweep_file(const std::filesystem::path& path);

}  // namespace blocrisk
