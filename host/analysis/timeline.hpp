/// Means and quantiles of what is followed through time.
#pragma once

#include "host/analysis/summary.hpp"

namespace blocrisk {

/// Fills `shortfall`, `cover`, `price` and `restricted`. Cells of members without demand: shortfall
/// 0; days of cover, which divide by demand, not a number. Expects `has_demand` to be filled.
void summarise_timelines(const Accumulators& accumulators, Summary& summary);

}  // namespace blocrisk
