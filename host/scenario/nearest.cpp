#include "host/scenario/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <limits>

namespace blocrisk {

int edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, 64);
  b = b.substr(0, 64);
  // Optimal string alignment: rows i-2, i-1, i of the usual table. Capitals cost nothing.
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1)});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

namespace {

/// A name with its unit left off is as near as one wrong letter.
int distance_of(std::string_view word, std::string_view candidate) {
  const bool lacks_its_end = word.size() >= 3 && candidate.starts_with(word) &&
                             candidate.substr(word.size()).starts_with('_');
  return lacks_its_end ? 1 : edit_distance(word, candidate);
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  int best_distance = std::numeric_limits<int>::max();
  for (const std::string& candidate : candidates) {
    const int distance = distance_of(word, candidate);
    if (distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best != nullptr ? *best : std::string();
}

std::string nearest_hint(std::string_view word, const std::vector<std::string>& candidates) {
  return candidates.empty() ? "" : "; nearest: " + nearest(word, candidates);
}

}  // namespace blocrisk
