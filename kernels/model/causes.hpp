/// Why a supplier's reference delivery was lost: the causes that attribution tells apart.
#pragma once

#include <cstdint>

namespace blocrisk {

/// In the order in which they take their part of what is left. (Model, section 6.)
enum class Cause : std::uint8_t { closure, outage, upstream_feed, restriction, demand_growth };
inline constexpr int n_causes = 5;
/// Causes on the suppliers' side; demand growth is the buyer's own.
inline constexpr int n_supplier_causes = 4;

inline constexpr const char* cause_names[n_causes] = {"closure", "outage", "upstream_feed",
                                                      "restriction", "demand_growth"};

}  // namespace blocrisk
