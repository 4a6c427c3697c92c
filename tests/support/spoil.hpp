/// Spoils texts at random, the same way everywhere.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace blocrisk::testing_support {

/// SplitMix64: enough for spoiling, and the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  /// Expects n > 0.
  std::size_t roll(std::size_t n) {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return static_cast<std::size_t>((z ^ (z >> 31U)) % n);
  }

 private:
  std::uint64_t state_;
};

/// Erases, inserts, replaces, copies or changes a few bytes, `pieces` being what to put in.
inline void spoil(std::string& text, Dice& dice, const std::vector<std::string>& pieces) {
  const std::size_t at = dice.roll(text.size() + 1);
  const std::size_t length = std::min(dice.roll(40), text.size() - at);
  switch (dice.roll(5)) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, pieces[dice.roll(pieces.size())]);
      break;
    case 2:
      text.replace(at, length, pieces[dice.roll(pieces.size())]);
      break;
    case 3:
      text.insert(dice.roll(text.size() + 1), text.substr(at, length));
      break;
    default:
      if (at < text.size()) text[at] = static_cast<char>(dice.roll(256));
      break;
  }
}

}  // namespace blocrisk::testing_support
