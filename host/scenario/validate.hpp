/// A scenario to the list of everything that is wrong with it.
#pragma once

#include <vector>

#include "host/scenario/complaint.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Expects indices as `resolve()` fills them. Empty where the scenario is valid.
[[nodiscard]] std::vector<Complaint> validate(const Scenario& scenario);

}  // namespace blocrisk
