/// Layer 1 of a network: actors, instruments, target groups, scheduled events, price correlation.
#pragma once

#include "host/scenario/calibrate_pools.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

void build_world(const Scenario& scenario, Pools& pools);

}  // namespace blocrisk
