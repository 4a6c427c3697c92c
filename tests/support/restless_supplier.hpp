/// A scenario that is cheap to sample and has everything that makes statistics hard: rare
/// shortages, skewed losses, atoms at zero, measures in whole months.
#pragma once

#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Two years of restrictions of random length on a member with two months of stock and a market
/// whose price moves. Resolved and valid.
Scenario restless_supplier();

}  // namespace blocrisk
