/// Equality of figures some of which do not exist.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace blocrisk {

/// Two that are not a number are the same.
inline bool same_numbers(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

}  // namespace blocrisk
