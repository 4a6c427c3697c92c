/// Scenario files to a Scenario: reads, merges, overrides, converts, validates, and throws with
/// every complaint there is, not only the first.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "host/scenario/scenario.hpp"
#include "host/support/error.hpp"

namespace blocrisk {

/// The valid scenario in a file, `overrides` being texts "address=value" as given to `--set`.
/// Throws ScenarioError with all complaints, EnvironmentError where the file cannot be opened.
[[nodiscard]] Scenario load_scenario(const std::filesystem::path& path,
                                     std::span<const std::string> overrides = {});

/// A scenario in one text with its tables inside, as `canonical_text` writes it. `name` is what
/// complaints call it.
[[nodiscard]] Scenario load_canonical(std::string_view text,
                                      const std::string& name = "scenario text",
                                      std::span<const std::string> overrides = {});

}  // namespace blocrisk
