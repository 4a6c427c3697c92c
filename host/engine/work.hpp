/// How much work a path is, counted from its network: what batches are sized and forecasts made by.
#pragma once

#include "kernels/model/network.hpp"

namespace blocrisk {

/// Operations on single values that a path takes.
double operations_per_path(const NetworkView& network);

}  // namespace blocrisk
