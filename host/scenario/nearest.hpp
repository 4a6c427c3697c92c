/// The known name a person most likely meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace blocrisk {

/// Letters to insert, delete, replace or swap to turn one into the other (at most 64 of each are
/// compared).
[[nodiscard]] int edit_distance(std::string_view a, std::string_view b);

/// The candidate with the smallest edit distance, the first among equals; empty where there is
/// none. One that only goes on where the word ends, as "output_t_per_yr" does, is at distance 1.
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

/// "; nearest: X" to end a message with, or nothing where there are no candidates.
[[nodiscard]] std::string nearest_hint(std::string_view word,
                                       const std::vector<std::string>& candidates);

}  // namespace blocrisk
