/// SHA-256 (FIPS 180-4): the identity of a network, a scenario text, a block of results.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace blocrisk {

/// Takes bytes piece by piece.
class Sha256 {
 public:
  void add(std::string_view bytes);
  /// 64 hexadecimal digits, lower case, of all that was added.
  [[nodiscard]] std::string digits() const;

 private:
  // first 32 bits of the fractional parts of the square roots of the first 8 primes (5.3.3)
  std::array<std::uint32_t, 8> hash_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::string rest_;  ///< after the last whole block
  std::uint64_t n_bytes_ = 0;
};

/// 64 hexadecimal digits, lower case.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace blocrisk
