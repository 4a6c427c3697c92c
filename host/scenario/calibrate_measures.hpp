/// What measuring a path needs: thresholds, windows, and the units of the fixed-point sums.
#pragma once

#include "host/scenario/complaint.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Expects the chains and the header's counts to be there. Money beyond single precision is
/// appended to `complaints`.
void build_measures(const Scenario& scenario, Network& network, std::vector<Complaint>& complaints);

}  // namespace blocrisk
