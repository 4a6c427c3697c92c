/// Numbers to text and back, without locale and without loss.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace blocrisk {

/// The shortest decimal that reads back as the same double; -0 is 0.
[[nodiscard]] std::string number_text(double value);

/// Six significant digits, for people.
[[nodiscard]] std::string rounded_text(double value);

/// The whole text as a number ("nan" and "inf" are numbers here; validation refuses them). Nothing
/// where it is none or beyond what a double holds.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

/// Without spaces and tabs around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace blocrisk
