/// A digest as people and files write it.
#pragma once

#include <cstdint>
#include <string>

namespace blocrisk {

/// Sixteen hexadecimal digits.
[[nodiscard]] inline std::string format_digest(std::uint64_t digest) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += digits[(digest >> shift) & 15U];
  return text;
}

}  // namespace blocrisk
