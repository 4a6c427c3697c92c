/// A sweep on several ranks: what every rank but the first does.
#pragma once

#include "host/app/backends.hpp"
#include "host/app/ranks.hpp"
#include "host/app/scenario_options.hpp"

namespace blocrisk {

/// Runs the members that the first rank deals, until it is let go. The file is read here too, once
/// the first rank has found no mistake in it; a rank to which it says something else tells the
/// first. `members`: as on the command line.
void serve_sweep(Ranks& ranks, const ScenarioOptions& options, const std::string& members,
                 const BackendOptions& backend);

}  // namespace blocrisk
