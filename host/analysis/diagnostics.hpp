/// Static diagnostics: what the input says before anything is sampled. Of its tables as they were
/// given, outputs and demands of the base year; `calibration_scale` is what calibration then made
/// of the outputs.
#pragma once

#include <string>
#include <vector>

#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// What does not exist, as a stage that a mineral does not have, is not a number.
struct Diagnostics {
  std::vector<std::string> stages;        ///< of all minerals, first to last
  std::vector<double> n1_coverage;        ///< [mineral]
  std::vector<double> hhi;                ///< [mineral][stage]
  std::vector<double> import_reliance;    ///< [member][mineral]
  std::vector<double> calibration_scale;  ///< [mineral][stage]

  /// Two that are not a number are the same.
  friend bool operator==(const Diagnostics& a, const Diagnostics& b);
};

Diagnostics diagnose(const Scenario& scenario, const Network& network);

}  // namespace blocrisk
