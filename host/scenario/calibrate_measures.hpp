/// What measuring a path needs: thresholds, windows, and the units of the fixed-point sums.
#pragma once

#include <vector>

#include "host/scenario/complaint.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Largest money of each cell over the horizon, in USD: [member][mineral].
std::vector<double> usd_bounds(const Scenario& scenario, const Network& network);

/// 1/unit of the fixed-point sums, powers of two.
struct MeasureScales {
  std::vector<double> measure;         ///< [measure][member][mineral]
  std::vector<double> member_measure;  ///< [member measure][member]
};

/// The finest units in which no measure leaves its range under these bounds.
MeasureScales scales_for(const std::vector<double>& usd_bounds, const Network& network);
void set_scales(Network& network, const MeasureScales& scales);

/// Thresholds and windows. Expects the chains and the header's counts to be there. Money beyond
/// single precision is appended to `complaints`.
void build_measures(const Scenario& scenario, Network& network, std::vector<Complaint>& complaints);

}  // namespace blocrisk
