/// Whether a scenario leaves anything to chance.
#pragma once

#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Every path is the same: all that the model draws has rate, spread or probability 0, or
/// probability 1. A stress test of scheduled events alone is like that.
[[nodiscard]] bool is_certain(const Scenario& scenario);

}  // namespace blocrisk
