/// The builds of the path arithmetic, one per lane width and instruction set, and which one a
/// machine runs.
#pragma once

#include "host/cpu/attribution_lanes.hpp"
#include "host/cpu/engine_lanes.hpp"

namespace blocrisk {

struct LaneVariant {
  int lanes;
  const char* instructions;
  bool (*runs_here)();
  MakeEngine make_engine;
  WorkspaceBytes workspace_bytes;
  AttributeBlocks attribute;
};

/// The variant asked for, or the widest that runs here where `lanes` is 0. Throws EnvironmentError,
/// naming the widths there are.
const LaneVariant& choose_variant(int lanes);

/// 0: one per hardware thread.
int choose_threads(int threads);

}  // namespace blocrisk
