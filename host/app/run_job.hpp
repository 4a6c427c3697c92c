/// A run before its first path: what of, over which paths, where to, and what is done already.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/analysis/facts.hpp"
#include "host/analysis/precision.hpp"
#include "host/app/backends.hpp"
#include "host/app/continuation.hpp"
#include "host/app/ranks.hpp"
#include "host/app/run_options.hpp"
#include "host/io/result.hpp"
#include "host/io/whole_file.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

struct Job {
  Scenario scenario;
  std::unique_ptr<const OuterDraws> draws;  ///< null where no input is uncertain
  Network network;
  PathRange range;
  ResultFacts facts;
  std::optional<PrecisionRule> rule;
  RunOrigin identity;  ///< which scenario, network and seed, and the precision asked
  std::string output;
  Overwrite overwrite = Overwrite::refuse;
  std::string started_at;  ///< of a run that goes on: when it began
  Continuation start;
};

/// The scenario, and the result that is to be extended, if any.
struct JobSource {
  std::optional<StoredResult> extended;
  Scenario scenario;
};
/// Throws what reading a scenario or a result does, and UsageError where neither was named.
JobSource read_source(const RunCommand& options);
/// Calibrates, and finds where the run begins. Throws UsageError, ScenarioError or EnvironmentError
/// where what was asked for does not fit together, or not with what lies there.
Job prepare_job(const RunCommand& options, JobSource source);

/// What the run will take of disk and memory, and what computes it: this process, or all ranks
/// where `ranks` is given. Throws EnvironmentError where there is not enough.
ChosenBackend provide(const RunCommand& options, const Job& job, Ranks* ranks);

}  // namespace blocrisk
