/// Scenario -> Network: base flows, utilisation and every constant a path needs, in double
/// precision with one rounding to single at the end.
#pragma once

#include "host/scenario/calibrate_measures.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Expects a resolved scenario that `validate()` finds no fault with. Throws ScenarioError with
/// every complaint that only calibration can find: stages out of balance, flows that do not fit, a
/// correlation that is not positive definite, random streams that collide.
Network calibrate(const Scenario& scenario);

/// The same with the units of its sums given, so that paths of several networks add up; they are
/// those of a network with the same members and minerals whose bounds are nowhere lower.
Network calibrate(const Scenario& scenario, const MeasureScales& scales);

}  // namespace blocrisk
