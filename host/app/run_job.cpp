#include "host/app/run_job.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "host/app/checkpoint.hpp"
#include "host/app/clocks.hpp"
#include "host/app/footprint.hpp"
#include "host/app/output_file.hpp"
#include "host/app/precision_report.hpp"
#include "host/app/version.hpp"
#include "host/io/result_reader.hpp"
#include "host/scenario/canonical.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/support/error.hpp"
#include "host/support/sha256.hpp"

namespace blocrisk {
namespace {

/// Which scenario, network and seed a file's paths are of.
RunOrigin identify(const Scenario& scenario, const Network& network) {
  RunOrigin origin;
  origin.scenario_name = scenario.name;
  origin.scenario_text = canonical_text(scenario);
  origin.scenario_sha256 = sha256(origin.scenario_text);
  origin.network_hash = network.hash;
  origin.seed = scenario.sampling.seed;
  origin.engine_version = engine_version();
  origin.commit = engine_commit();
  return origin;
}

void warn(const RunCommand& options, const std::string& text) {
  if (!text.empty() && !options.quiet) std::fprintf(stderr, "blocrisk: %s\n", text.c_str());
}

/// Where the run begins: at its first path, at a checkpoint or after a result.
Continuation begin(const RunCommand& options, const CheckpointFiles& checkpoints,
                   std::optional<StoredResult> extended, const WantedRun& wanted) {
  Continuation start;
  const std::optional<std::filesystem::path> left = checkpoints.newest();
  if (options.resume) {
    checkpoints.remove_temporaries();
    ReadCheckpoint found = checkpoints.read([&](const std::string& why) { warn(options, why); });
    start = resume_run(std::move(found.result), found.file.string(), wanted);
    if (extended) start.n_attributed = attribution_asked(*extended).n_paths;
  } else if (left && !options.overwrite) {
    throw EnvironmentError(left->string() +
                           " is there: an earlier run was stopped; add --resume to go on from it, "
                           "or --overwrite to begin again");
  } else if (extended) {
    start = extend_run(std::move(*extended), options.extend, wanted);
  } else {
    start.n_samples = wanted.n_samples.value_or(0);
  }
  warn(options, start.warning);
  return start;
}

/// An extended result takes its own place without being asked.
Overwrite overwrite_of(const RunCommand& options, const std::string& output) {
  std::error_code ignored;
  const bool is_extended =
      !options.extend.empty() && std::filesystem::equivalent(output, options.extend, ignored);
  return options.overwrite || is_extended ? Overwrite::allow : Overwrite::refuse;
}

}  // namespace

JobSource read_source(const RunCommand& options) {
  JobSource source;
  if (!options.extend.empty()) source.extended = read_intact_result(options.extend);
  if (!options.scenario.file.empty()) {
    source.scenario = load(options.scenario);
  } else if (source.extended) {
    source.scenario = load_text(options.scenario, source.extended->origin.scenario_text,
                                "the scenario in " + options.extend);
  } else {
    throw UsageError("SCENARIO is required, or --extend RESULT");
  }
  return source;
}

Job prepare_job(const RunCommand& options, JobSource source) {
  Job job;
  job.started_at = utc_now();
  job.scenario = std::move(source.scenario);
  job.draws = outer_draws_of(job.scenario);
  job.network = network_of(job.scenario, job.draws.get());
  job.range = paths_of(options.scenario, job.scenario);
  job.facts = facts_of(job.network, job.scenario);
  job.rule = precision_rule(options.precision, job.network, job.facts);
  if (job.draws && job.rule) {
    throw UsageError(
        "--precision does not know paths that share [[uncertain]] inputs yet; ask for --paths");
  }
  job.identity = identify(job.scenario, job.network);
  job.identity.precision = precision_asked(options.precision, job.rule);
  job.output = output_path(options.output_asked(), job.scenario.name).string();
  job.overwrite = overwrite_of(options, job.output);
  job.start =
      begin(options, CheckpointFiles(job.output), std::move(source.extended),
            {job.identity, job.scenario.sampling.paths, job.facts, job.range, options.n_samples});
  if (!job.start.started_at.empty()) job.started_at = job.start.started_at;
  return job;
}

ChosenBackend provide(const RunCommand& options, const Job& job, Ranks* ranks) {
  const std::uint64_t n_paths = job.range.count();
  Footprint footprint = estimate_footprint(job.network, n_paths, job.start.n_samples);
  if (job.draws) add_draws(footprint, job.network, n_paths / job.draws->paths_per_draw());
  // Where checkpoints were asked for there has to be room for the two that are kept.
  const std::uint64_t checkpoints =
      options.checkpoint_was_asked ? 2 * footprint.checkpoint_bytes() : 0;
  const std::uint64_t kept = options.resume ? CheckpointFiles(job.output).bytes() : 0;
  check_output(job.output, job.overwrite == Overwrite::allow ? Existing::replace : Existing::refuse,
               footprint.output_bytes + checkpoints - std::min(checkpoints, kept));
  const BackendTask task{job.network, job.identity.seed, job.range, job.draws.get()};
  ChosenBackend chosen = choose_backend(task, options.backend);
  require_memory(footprint.host_bytes() + chosen.host_bytes);
  if (ranks == nullptr) return chosen;
  return ranks->lead(job.scenario, task, std::move(chosen), options.backend,
                     footprint.host_bytes());
}

}  // namespace blocrisk
