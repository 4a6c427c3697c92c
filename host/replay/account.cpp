#include "host/replay/account.hpp"

#include <algorithm>

#include "host/replay/narrator.hpp"
#include "host/replay/phrases.hpp"

namespace blocrisk {

std::vector<AccountEntry> account_of(const Story& story, const Scenario& scenario) {
  Narrator narrator(story, scenario);
  tell_world(narrator);
  for (std::size_t mineral = 0; mineral < story.minerals.size(); ++mineral) {
    narrator.turn_to(static_cast<int>(mineral));
    tell_market(narrator);
    for (int member = 0; member < narrator.n_members(); ++member) tell_member(narrator, member);
  }
  std::vector<AccountEntry> entries = narrator.take_entries();
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return a.mineral != b.mineral ? a.mineral < b.mineral : a.step < b.step;
  });
  return entries;
}

std::string account_text(const Story& story, const Scenario& scenario) {
  std::string text = "The world\n";
  int mineral = -1;
  for (const AccountEntry& entry : account_of(story, scenario)) {
    if (entry.mineral != mineral) {
      mineral = entry.mineral;
      const auto at =
          static_cast<std::size_t>(story.shown.minerals[static_cast<std::size_t>(mineral)]);
      text += "\n" + scenario.minerals[at].name + "\n";
    }
    const bool sums_up = entry.step >= story.n_steps();
    text +=
        "  " + (sums_up ? std::string() : when(story.facts, entry.step) + ": ") + entry.text + "\n";
  }
  return text;
}

}  // namespace blocrisk
