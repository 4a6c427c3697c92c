/// One `[[axis]]` of a sweep file.
#pragma once

#include <filesystem>

#include "host/scenario/document.hpp"
#include "host/sweep/sweep.hpp"

namespace blocrisk {

/// Complains about its mistakes. The content of tables that it names, relative to `directory`,
/// takes the place of their paths, so that an axis stands alone.
[[nodiscard]] Axis parse_axis(const ValueMap& keys, SourceLine source, DesignKind design,
                              const std::filesystem::path& directory, Complaints& complaints);

}  // namespace blocrisk
