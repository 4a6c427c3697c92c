/// A path in words: what happened, who went short, and why, for people who do not read tables.
#pragma once

#include <string>
#include <vector>

#include "host/replay/story.hpp"

namespace blocrisk {

/// One sentence, and what it is about.
struct AccountEntry {
  int step;
  int mineral;  ///< along the story's axis, -1: of the world
  int member;   ///< along the story's axis, -1: of the world market
  std::string text;
};

/// By what they are about, then by step.
std::vector<AccountEntry> account_of(const Story& story, const Scenario& scenario);

/// The account as paragraphs: the world, then each mineral with its members. Ends with a newline.
std::string account_text(const Story& story, const Scenario& scenario);

}  // namespace blocrisk
