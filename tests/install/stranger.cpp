// Draws one Philox block through the installed headers and compares it with the published answer
// for a zero key and counter.
#include <cstdint>
#include <cstdio>

#include "kernels/random/philox.hpp"

int main() {
  const std::uint32_t zero_counter[4] = {0, 0, 0, 0};
  const std::uint32_t zero_key[2] = {0, 0};
  const std::uint32_t expected[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  std::uint32_t words[4];
  blocrisk::philox4x32_10(zero_counter, zero_key, words);
  for (int i = 0; i < 4; ++i) {
    if (words[i] != expected[i]) {
      std::printf("word %d is %08x, not %08x\n", i, words[i], expected[i]);
      return 1;
    }
  }
  return 0;
}
