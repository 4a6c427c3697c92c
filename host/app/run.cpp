/// `blocrisk run`: sample a scenario, write the result, print a table a person can read.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "host/analysis/table.hpp"
#include "host/app/attribution_option.hpp"
#include "host/app/backends.hpp"
#include "host/app/checkpoint.hpp"
#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/continuation.hpp"
#include "host/app/footprint.hpp"
#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/app/progress.hpp"
#include "host/app/scenario_options.hpp"
#include "host/app/version.hpp"
#include "host/engine/run.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/result_writer.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/canonical.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"
#include "host/support/sha256.hpp"

namespace blocrisk {
namespace {

struct RunCommand {
  ScenarioOptions scenario;
  BackendOptions backend;
  std::string output;
  std::string progress = "auto";
  std::optional<std::uint64_t> n_samples, n_attributed;
  std::uint64_t batch_paths = 0;  ///< 0: the backend's choice
  bool overwrite = false;
  bool quiet = false;
  bool no_volatile = false;
  bool json = false;
  bool resume = false;
  std::string extend;         ///< the result to add to; empty: a new run
  double time_limit_s = 0;    ///< 0: none
  double checkpoint_s = 600;  ///< 0: none but where the run is stopped
  bool checkpoint_was_asked = false;
  std::string command_line;

  /// An extended result takes the place of the one it was, unless told otherwise.
  std::string output_asked() const { return output.empty() ? extend : output; }
};

/// Wall time of the parts of a run.
struct Timings {
  double parse_s = 0, calibrate_s = 0, sample_s = 0, analyse_s = 0, attribute_s = 0, write_s = 0;
  double total_s() const {
    return parse_s + calibrate_s + sample_s + analyse_s + attribute_s + write_s;
  }
};

/// Seconds since the last lap.
class Stopwatch {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double elapsed_s = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return elapsed_s;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

void announce(const RunCommand& options, const ChosenBackend& chosen) {
  if (options.quiet) return;
  const std::string name = chosen.backend->name();
  const std::string device = chosen.backend->device();
  if (options.progress != "json") {
    std::fprintf(stderr, "backend %s: %s (%s)\n", name.c_str(), device.c_str(),
                 chosen.reason.c_str());
    return;
  }
  JsonWriter json;
  json.begin_object()
      .member("event", "backend")
      .member("backend", name)
      .member("device", device)
      .member("reason", chosen.reason)
      .end_object();
  std::fprintf(stderr, "%s\n", json.text().c_str());
}

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

/// What there is to say about a run that has done some of its paths, or all.
RunOrigin origin_of(const RunCommand& options, RunOrigin origin, const RunResult& result,
                    const std::string& started_at) {
  origin.paths_asked = result.paths_asked;
  origin.ranges = result.done;
  origin.stop_reason = result.stop_reason;
  if (options.no_volatile) return origin;
  origin.volatile_facts =
      VolatileFacts{result.backend, result.device, compiler_name(),   options.command_line,
                    started_at,     utc_now(),     result.sampling_s, result.paths_per_s()};
  return origin;
}

Scenario load_scenario_of(const RunCommand& options, const std::optional<StoredResult>& extended) {
  if (!options.scenario.file.empty()) return load(options.scenario);
  if (!extended) throw UsageError("SCENARIO is required, or --extend RESULT");
  return load_text(options.scenario, extended->origin.scenario_text,
                   "the scenario in " + options.extend);
}

void warn(const RunCommand& options, const std::string& text) {
  if (!text.empty() && !options.quiet) std::fprintf(stderr, "blocrisk: %s\n", text.c_str());
}

/// Where the run begins: at its first path, at a checkpoint or after a result.
Continuation begin(const RunCommand& options, const CheckpointFiles& checkpoints,
                   std::optional<StoredResult> extended, const WantedRun& wanted) {
  Continuation start;
  if (options.resume) {
    checkpoints.remove_temporaries();
    start = resume_run(checkpoints.read([&](const std::string& why) { warn(options, why); }),
                       checkpoints.latest.string(), wanted);
  } else if (checkpoints.any() && !options.overwrite) {
    throw EnvironmentError(checkpoints.latest.string() +
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

void print_json(const RunOrigin& origin, const RunResult& result, const Timings& timings,
                const std::string& output, const std::string& summary) {
  JsonWriter json;
  json.begin_object()
      .member("scenario", origin.scenario_name)
      .member("seed", origin.seed)
      .member("paths", result.accumulators.n_paths)
      .member("digest", format_digest(result.accumulators.digest()))
      .member("backend", result.backend)
      .member("device", result.device)
      .member("paths_begun_with", result.paths_begun_with)
      .member("paths_per_s", result.paths_per_s())
      .member("output", output)
      .key("timings")
      .begin_object()
      .member("parse_s", timings.parse_s)
      .member("calibrate_s", timings.calibrate_s)
      .member("sample_s", timings.sample_s)
      .member("analyse_s", timings.analyse_s)
      .member("attribute_s", timings.attribute_s)
      .member("write_s", timings.write_s)
      .member("total_s", timings.total_s())
      .end_object()
      .key("summary")
      .raw(summary)
      .end_object();
  std::printf("%s\n", json.text().c_str());
}

/// "1,000 paths in 2 s", or, of a run that went on, what was done now.
std::string paths_text(const RunResult& result) {
  const std::uint64_t now = result.accumulators.n_paths - result.paths_begun_with;
  std::string text = format_count(result.accumulators.n_paths) + " paths";
  if (result.paths_begun_with > 0) text += ", " + format_count(now) + " of them now";
  return text + " in " + format_duration(result.sampling_now_s);
}

void print_text(const RunResult& result, const Timings& timings, const std::string& output,
                const std::string& tables) {
  std::printf("%s\n", tables.c_str());
  std::printf("%s, %s paths/s; %s in all, %s: %s\n", paths_text(result).c_str(),
              format_count(static_cast<std::uint64_t>(result.paths_per_s())).c_str(),
              format_duration(timings.total_s()).c_str(), result.backend.c_str(),
              result.device.c_str());
  std::printf("result: %s\n", output.c_str());
}

/// A run before its first path: what of, over which paths, where to, and what is done already.
struct Job {
  Scenario scenario;
  Network network;
  PathRange range;
  ResultFacts facts;
  RunOrigin identity;
  std::string output;
  Overwrite overwrite;
  std::string started_at;
  Continuation start;
};

/// An extended result takes its own place without being asked.
Overwrite overwrite_of(const RunCommand& options, const std::string& output) {
  std::error_code ignored;
  const bool is_extended =
      !options.extend.empty() && std::filesystem::equivalent(output, options.extend, ignored);
  return options.overwrite || is_extended ? Overwrite::allow : Overwrite::refuse;
}

Job prepare(const RunCommand& options, Stopwatch& watch, Timings& timings) {
  Job job;
  job.started_at = utc_now();
  std::optional<StoredResult> extended;
  if (!options.extend.empty()) extended = read_result(options.extend);
  job.scenario = load_scenario_of(options, extended);
  timings.parse_s = watch.lap();
  job.network = calibrate(job.scenario);
  job.range = paths_of(options.scenario, job.scenario);
  job.facts = facts_of(job.network, job.scenario);
  job.identity = identify(job.scenario, job.network);
  timings.calibrate_s = watch.lap();
  job.output = output_path(options.output_asked(), job.scenario.name).string();
  job.overwrite = overwrite_of(options, job.output);
  job.start =
      begin(options, CheckpointFiles(job.output), std::move(extended),
            {job.identity, job.scenario.sampling.paths, job.facts, job.range, options.n_samples});
  if (!job.start.started_at.empty()) job.started_at = job.start.started_at;
  return job;
}

/// What the run will take of disk and memory. Where checkpoints were asked for there has to be room
/// for the two that are kept.
ChosenBackend provide(const RunCommand& options, const Job& job) {
  const Footprint footprint =
      estimate_footprint(job.network, job.range.count(), job.start.n_samples);
  const std::uint64_t n_checkpoints = options.checkpoint_was_asked ? 2 : 0;
  check_output(job.output, job.overwrite == Overwrite::allow ? Existing::replace : Existing::refuse,
               footprint.output_bytes + n_checkpoints * footprint.checkpoint_bytes);
  ChosenBackend chosen =
      choose_backend({job.network, job.identity.seed, job.range}, options.backend);
  require_memory(footprint.host_bytes() + chosen.host_bytes);
  return chosen;
}

RunResult sample(const RunCommand& options, Job& job, Backend& backend,
                 CheckpointWriter& checkpoints) {
  RunOptions run{job.range, job.start.n_samples, options.batch_paths, {}};
  ProgressReporter reporter(progress_style(options.progress, options.quiet));
  run.on_progress = [&reporter](const Progress& progress) {
    reporter.update(progress);
    return stop_signal() == nullptr;
  };
  run.on_batch = [&checkpoints](const RunResult& result) { checkpoints.write_if_due(result); };
  return run_paths(job.network, backend, run, std::move(job.start.done));
}

void run_scenario(const RunCommand& options) {
  refuse_contradictions(options.backend);
  catch_stop_signals();
  if (options.time_limit_s > 0) stop_after(options.time_limit_s);
  Stopwatch watch;
  Timings timings;
  Job job = prepare(options, watch, timings);
  const ChosenBackend chosen = provide(options, job);
  announce(options, chosen);
  const auto describe = [&](const RunResult& result) {
    return origin_of(options, job.identity, result, job.started_at);
  };
  CheckpointWriter checkpoints({job.output, options.checkpoint_s, job.start.n_samples}, job.facts,
                               describe);
  RunResult result = sample(options, job, *chosen.backend, checkpoints);
  timings.sample_s = watch.lap();
  if (result.stop_reason == "stopped") checkpoints.stop_early(std::move(result));

  const Summary summary = summarise(result.accumulators, job.facts);
  timings.analyse_s = watch.lap();
  const std::uint64_t n_attributed =
      options.n_attributed.value_or(job.start.n_attributed.value_or(default_attribution_paths));
  const auto attribution =
      attribute({job.network, job.identity.seed, result.done, summary, job.facts}, n_attributed,
                options.backend);
  timings.attribute_s = watch.lap();
  if (stop_signal() != nullptr) checkpoints.stop_early(std::move(result));

  const RunOrigin origin = describe(result);
  try {
    write_result(job.output,
                 {job.facts, result.accumulators, summary, result.samples, origin,
                  attribution ? &*attribution : nullptr},
                 job.overwrite);
  } catch (const EnvironmentError& failure) {
    checkpoints.rescue(result, failure);
  }
  CheckpointFiles(job.output).remove();
  timings.write_s = watch.lap();
  if (options.json)
    return print_json(origin, result, timings, job.output, json_table(summary, job.facts));
  print_text(result, timings, job.output, text_table(summary, job.facts));
}

void add_output_options(CLI::App& command, RunCommand& options) {
  add_output_option(command, options.output);
  command.add_flag("--overwrite", options.overwrite, "Replace an existing result");
  command.add_flag(
      "--no-volatile", options.no_volatile,
      "Leave out of the file what differs between equal runs: times, device, command line");
  command
      .add_option_function<std::string>(
          "--samples",
          [&options](const std::string& text) {
            options.n_samples = parse_count("--samples", text, {.least = 0});
          },
          "Store the measures of each of the first N paths too")
      ->type_name("N");
  add_attribution_option(command, options.n_attributed);
  command.add_flag("--json", options.json, "Results for machines");
}

void add_progress_options(CLI::App& command, RunCommand& options) {
  command
      .add_option("--progress", options.progress,
                  "On standard error; auto: a live line on a terminal")
      ->check(CLI::IsMember({"auto", "json", "none"}))
      ->capture_default_str();
  command.add_flag("--quiet", options.quiet, "Nothing on standard error but errors");
  command
      .add_option_function<std::string>(
          "--batch",
          [&options](const std::string& text) {
            options.batch_paths = parse_count("--batch", text);
          },
          "Paths between two looks at progress and signals; changes no result")
      ->type_name("N");
}

void add_long_run_options(CLI::App& command, RunCommand& options) {
  command
      .add_option_function<std::string>(
          "--checkpoint-every",
          [&options](const std::string& text) {
            options.checkpoint_s = parse_seconds("--checkpoint-every", text, 0);
            options.checkpoint_was_asked = options.checkpoint_s > 0;
          },
          "Seconds between two checkpoints, 0 for none; default 600")
      ->type_name("SECONDS");
  command
      .add_option_function<std::string>(
          "--time-limit",
          [&options](const std::string& text) {
            options.time_limit_s = parse_seconds("--time-limit", text, 1e-3);
          },
          "Stop after so long, leave a checkpoint, exit 5")
      ->type_name("SECONDS");
  command.add_flag("--resume", options.resume,
                   "Go on from the checkpoint that a stopped run left beside its output");
  command
      .add_option("--extend", options.extend,
                  "Add paths to this result until there are --paths; SCENARIO may be left out")
      ->check(names_a_file())
      ->type_name("RESULT");
  command.get_option("SCENARIO")->required(false);  // asked for unless --extend names a result
}

}  // namespace

void add_run_command(CLI::App& app, const std::string& command_line, Action& action) {
  CLI::App* command = app.add_subcommand("run", "Sample, write the result, print a table");
  const auto options = std::make_shared<RunCommand>();
  options->command_line = command_line;
  add_scenario_options(*command, options->scenario);
  add_backend_options(*command, options->backend);
  add_output_options(*command, *options);
  add_progress_options(*command, *options);
  add_long_run_options(*command, *options);
  command->callback([options, &action] { action = [options] { run_scenario(*options); }; });
}

}  // namespace blocrisk
