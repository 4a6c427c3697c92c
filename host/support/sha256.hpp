/// SHA-256 (FIPS 180-4): the identity of a network, a scenario text, a block of results.
#pragma once

#include <string>
#include <string_view>

namespace blocrisk {

/// 64 hexadecimal digits, lower case.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace blocrisk
