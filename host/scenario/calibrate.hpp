/// Scenario -> Network: base flows, utilisation and every constant a path needs, in double
/// precision with one rounding to single at the end.
#pragma once

#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Expects a resolved scenario that `validate()` finds no fault with. Throws ScenarioError with
/// every complaint that only calibration can find: stages out of balance, flows that do not fit, a
/// correlation that is not positive definite, random streams that collide.
Network calibrate(const Scenario& scenario);

}  // namespace blocrisk
