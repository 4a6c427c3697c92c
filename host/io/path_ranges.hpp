/// Path ranges as text, "0:1000000,2000000:2500000": first path, and one past the last.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/engine/backend.hpp"

namespace blocrisk {

std::string path_ranges_text(const std::vector<PathRange>& ranges);
/// Throws EnvironmentError where the text is no list of ranges.
std::vector<PathRange> parse_path_ranges(std::string_view text);

}  // namespace blocrisk
