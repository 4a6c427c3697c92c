/// What an axis may be called: its name is that of a variable in the file.
#pragma once

#include <string>
#include <string_view>

namespace blocrisk {

/// A letter, then letters, digits and underscores, at most 60.
[[nodiscard]] bool is_axis_name(std::string_view name);

/// Whether a group of the file has a variable or axis of that name anyway.
[[nodiscard]] bool is_taken_name(const std::string& name);

}  // namespace blocrisk
