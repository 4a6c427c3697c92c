/// The reference of sweep files in code: every key once. Reading and the test of configs/README.md
/// walk this list.
#pragma once

#include <string_view>
#include <vector>

namespace blocrisk {

struct SweepKey {
  std::string_view section;  ///< empty for the top level; "axis" is an array of tables
  std::string_view name;
  std::string_view allowed;
  std::string_view default_text;  ///< "required", or what stands for an absent key
  std::string_view meaning;
};

[[nodiscard]] const std::vector<SweepKey>& sweep_keys();

}  // namespace blocrisk
