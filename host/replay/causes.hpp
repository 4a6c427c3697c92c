/// Why a buyer went short in a step: the unmet need split over supplier countries and causes.
/// (Model, section 6, attribution.) The one place of the replay that knows these weights.
#pragma once

#include <array>
#include <vector>

#include "host/replay/one_path.hpp"

namespace blocrisk {

/// In the order in which a supplier's reference delivery is taken apart.
enum class Cause { closure, outage, upstream_feed, restriction, demand_growth };
inline constexpr int n_causes = 5;
inline constexpr std::array<const char*, n_causes> cause_names = {
    "closure", "outage", "upstream_feed", "restriction", "demand_growth"};

/// Shares that add up to 1: of each supplier and cause, and of the buyer's own growth of demand.
struct CauseShares {
  std::vector<std::array<double, n_causes>> of_node;  ///< [node]; demand_growth stays 0
  double demand_growth;
};

/// For last-stage sink `j`. `feed_factor`: per node, what the feed limit left of its output.
/// Expects the state that `PathWatcher::stage` hands over for the last stage.
CauseShares split_by_cause(const NetworkView& net, const ChainSpec& chain, int step,
                           const ChainState<OneLane>& state, const std::vector<double>& feed_factor,
                           int j);

}  // namespace blocrisk
