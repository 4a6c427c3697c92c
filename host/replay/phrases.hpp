/// Words for what a story's numbers mean: months, shares, countries, targets, causes.
#pragma once

#include <string>
#include <vector>

#include "host/replay/story.hpp"
#include "kernels/model/causes.hpp"

namespace blocrisk {

/// "14", "14.25": months from the start, the first is 0.
std::string month_text(const ResultFacts& facts, int step);
/// "2028-03"; with the day where steps are not whole months.
std::string date_text(const ResultFacts& facts, int step);
/// "month 14 (2028-03)"
std::string when(const ResultFacts& facts, int step);
/// "9 months": how long so many steps take.
std::string length_text(const ResultFacts& facts, int n_steps);

/// "34 %", "1.3 %", "under 0.1 %".
std::string share_text(double fraction);
/// "a, b and c".
std::string enumerated(const std::vector<std::string>& names);

/// "Japan's", "United States'".
std::string possessive(const std::string& name);

/// "everyone", "the bloc", the names of a few countries, or the group's own.
std::string target_text(const Scenario& scenario, int group);
/// "restrictions by China", "outages in Chile".
std::string cause_text(Cause cause, const std::string& country);

/// Neighbouring steps with the same key.
struct Spell {
  int first, end;  ///< [first, end)
  int key;
  friend bool operator==(const Spell&, const Spell&) = default;
};

/// Spells of the steps whose key is not negative. `key_of(step)` -> int.
template <class KeyOf>
std::vector<Spell> spells_of(int n_steps, KeyOf key_of) {
  std::vector<Spell> spells;
  for (int step = 0; step < n_steps; ++step) {
    const int key = key_of(step);
    if (key < 0) continue;
    if (!spells.empty() && spells.back().end == step && spells.back().key == key) {
      ++spells.back().end;
    } else {
      spells.push_back({step, step + 1, key});
    }
  }
  return spells;
}

}  // namespace blocrisk
