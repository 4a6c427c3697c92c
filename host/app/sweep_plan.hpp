/// `blocrisk plan` of a sweep: members, memory, files and time; nothing is sampled.
#pragma once

#include <string>

#include "host/app/scenario_options.hpp"

namespace blocrisk {

struct SweepPlanOptions {
  ScenarioOptions scenario;
  std::string output;
  int threads = 0, lanes = 0;
  bool json = false;
};

void plan_sweep(const SweepPlanOptions& options);

}  // namespace blocrisk
