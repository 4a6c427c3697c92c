/// TOML text to a tree of values. The only place that knows toml++.
#pragma once

#include <optional>
#include <string_view>

#include "host/scenario/document.hpp"

namespace blocrisk {

/// Complains and returns an empty map where the text is no TOML. `file` is an index of
/// `complaints`.
[[nodiscard]] ValueMap parse_toml(std::string_view text, int file, Complaints& complaints);

/// One value as it could stand right of `=`; nothing where it is none.
[[nodiscard]] std::optional<Value> parse_toml_value(std::string_view text);

}  // namespace blocrisk
