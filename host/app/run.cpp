/// `blocrisk run`: sample a scenario, write the result, print a table a person can read.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

#include "host/analysis/draw_table.hpp"
#include "host/analysis/run_watch.hpp"
#include "host/analysis/table.hpp"
#include "host/app/attribution_option.hpp"
#include "host/app/backends.hpp"
#include "host/app/commands.hpp"
#include "host/app/footprint.hpp"
#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/app/precision_options.hpp"
#include "host/app/precision_report.hpp"
#include "host/app/progress.hpp"
#include "host/app/ranks.hpp"
#include "host/app/scenario_options.hpp"
#include "host/app/version.hpp"
#include "host/engine/run.hpp"
#include "host/io/result_writer.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/canonical.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"
#include "host/support/sha256.hpp"

namespace blocrisk {
namespace {

struct RunCommand {
  ScenarioOptions scenario;
  BackendOptions backend;
  PrecisionOptions precision;
  std::string output;
  std::string progress = "auto";
  std::string mpi = "auto";
  std::uint64_t n_samples = 0;
  std::uint64_t n_attributed = default_attribution_paths;
  std::uint64_t batch_paths = 0;  ///< 0: the backend's choice
  bool overwrite = false;
  bool quiet = false;
  bool no_volatile = false;
  bool json = false;
  std::string command_line;
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

/// Samples all paths, or throws StoppedEarly where a signal came first.
RunResult sample(const RunCommand& options, const Network& network, Backend& backend,
                 PathRange range, RunWatch& watch) {
  RunOptions run;
  run.range = range;
  run.n_samples = options.n_samples;
  run.batch_paths = options.batch_paths;
  run.looks = watch.looks();
  run.on_look = [&watch](const Accumulators& state) { return watch.look(state); };
  RunResult result;
  if (stop_signal() == nullptr) {
    ProgressReporter reporter(progress_style(options.progress, options.quiet));
    run.on_progress = [&reporter](const Progress& progress) {
      reporter.update(progress);
      return stop_signal() == nullptr;
    };
    result = run_paths(network, backend, run);
  }
  if (result.stop_reason == "done" || result.stop_reason == "precision") return result;
  throw StoppedEarly(std::string("stopped by ") + stop_signal() + " after " +
                     format_count(result.accumulators.n_paths) + " of " +
                     format_count(range.count()) + " paths; nothing was written");
}

RunOrigin origin_of(const RunCommand& options, const Scenario& scenario, const Network& network,
                    const RunResult& result, const std::string& started_at) {
  RunOrigin origin;
  origin.scenario_name = scenario.name;
  origin.scenario_text = canonical_text(scenario);
  origin.scenario_sha256 = sha256(origin.scenario_text);
  origin.network_hash = network.hash;
  origin.seed = scenario.sampling.seed;
  origin.paths_asked = result.paths_asked;
  origin.ranges = result.done;
  origin.stop_reason = result.stop_reason;
  origin.engine_version = engine_version();
  origin.commit = engine_commit();
  if (options.no_volatile) return origin;
  const double paths_per_s = static_cast<double>(result.accumulators.n_paths) / result.sampling_s;
  origin.volatile_facts =
      VolatileFacts{result.backend, result.device, compiler_name(),   options.command_line,
                    started_at,     utc_now(),     result.sampling_s, paths_per_s};
  return origin;
}

void print_json(const RunOrigin& origin, const RunResult& result, const Timings& timings,
                const std::string& output, const std::string& summary,
                const std::string& uncertain) {
  JsonWriter json;
  json.begin_object()
      .member("scenario", origin.scenario_name)
      .member("seed", origin.seed)
      .member("paths", result.accumulators.n_paths)
      .member("paths_asked", result.paths_asked)
      .member("stop_reason", result.stop_reason)
      .member("digest", format_digest(result.accumulators.digest()))
      .member("backend", result.backend)
      .member("device", result.device)
      .member("paths_per_s", static_cast<double>(result.accumulators.n_paths) / result.sampling_s)
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
      .end_object();
  if (origin.precision) append_precision(json, *origin.precision);
  json.key("summary").raw(summary);
  if (!uncertain.empty()) json.key("uncertain").raw(uncertain);
  json.end_object();
  std::printf("%s\n", json.text().c_str());
}

void print_text(const RunResult& result, const Timings& timings, const std::string& output,
                const std::string& tables) {
  const double paths_per_s = static_cast<double>(result.accumulators.n_paths) / result.sampling_s;
  std::printf("%s\n", tables.c_str());
  std::printf(
      "%s paths in %s, %s paths/s; %s in all, %s: %s\n",
      format_count(result.accumulators.n_paths).c_str(), format_duration(result.sampling_s).c_str(),
      format_count(static_cast<std::uint64_t>(paths_per_s)).c_str(),
      format_duration(timings.total_s()).c_str(), result.backend.c_str(), result.device.c_str());
  std::printf("result: %s\n", output.c_str());
}

void run_scenario(RunCommand options) {
  refuse_contradictions(options.backend);
  const std::unique_ptr<Ranks> ranks = join_ranks(options.mpi);
  if (ranks) options.backend = ranks->share(options.backend);
  if (ranks && !ranks->is_first()) {
    ignore_stop_signals();
    return ranks->serve(options.backend);
  }
  catch_stop_signals(ranks ? SecondSignal::is_ignored : SecondSignal::ends_program);
  const std::string started_at = utc_now();
  Stopwatch watch;
  Timings timings;
  const Scenario scenario = load(options.scenario);
  timings.parse_s = watch.lap();
  const auto draws = outer_draws_of(scenario);
  const Network network = draws ? draws->base() : calibrate(scenario);
  timings.calibrate_s = watch.lap();

  const PathRange range = paths_of(options.scenario, scenario);
  const ResultFacts facts = facts_of(network, scenario);
  const auto rule = precision_rule(options.precision, network, facts);
  if (draws && rule) {
    throw UsageError(
        "--precision does not know paths that share [[uncertain]] inputs yet; ask for --paths");
  }
  // Of intervals that know nothing of shared inputs there is no history to keep.
  RunWatch run_watch(facts, draws ? 0 : range.count(), rule,
                     asked_path_counts(options.precision, range.count(), options.n_samples));
  const std::string output = output_path(options.output, scenario.name).string();
  Footprint footprint = estimate_footprint(network, range.count(), options.n_samples);
  if (draws) add_draws(footprint, network, range.count() / draws->paths_per_draw());
  check_output(output, options.overwrite ? Existing::replace : Existing::refuse,
               footprint.output_bytes);
  const BackendTask task{network, scenario.sampling.seed, range, draws.get()};
  ChosenBackend chosen = choose_backend(task, options.backend);
  require_memory(footprint.host_bytes() + chosen.host_bytes);
  if (ranks)
    chosen =
        ranks->lead(scenario, task, std::move(chosen), options.backend, footprint.host_bytes());
  announce(options, chosen);
  const RunResult result = sample(options, network, *chosen.backend, range, run_watch);
  timings.sample_s = watch.lap();

  const Summary summary = summarise(result.accumulators, facts);
  timings.analyse_s = watch.lap();
  const auto attribution =
      attribute({network, scenario.sampling.seed, result.done.front(), summary, facts, draws.get(),
                 ranks ? [&ranks](const auto& request) { return ranks->attribute(request); }
                       : AttributePaths{}},
                options.n_attributed, options.backend);
  timings.attribute_s = watch.lap();
  RunOrigin origin = origin_of(options, scenario, network, result, started_at);
  origin.precision = precision_facts(options.precision, rule, result.accumulators, facts);
  const Convergence convergence = run_watch.history(result.accumulators);
  write_result(output,
               {facts, result.accumulators, summary, result.samples, origin,
                draws ? nullptr : &convergence, attribution ? &*attribution : nullptr},
               options.overwrite ? Overwrite::allow : Overwrite::refuse);
  timings.write_s = watch.lap();
  if (options.json) {
    return print_json(origin, result, timings, output, json_table(summary, facts),
                      json_draws(result.accumulators, summary, facts));
  }
  print_text(result, timings, output,
             text_table(summary, facts) + text_draws(result.accumulators, summary, facts));
  if (origin.precision) print_precision(*origin.precision);
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

}  // namespace

void add_run_command(CLI::App& app, const std::string& command_line, Action& action) {
  CLI::App* command = app.add_subcommand("run", "Sample, write the result, print a table");
  const auto options = std::make_shared<RunCommand>();
  options->command_line = command_line;
  add_scenario_options(*command, options->scenario);
  add_precision_options(*command, options->precision, options->scenario.paths);
  add_backend_options(*command, options->backend);
  add_mpi_option(*command, options->mpi);
  add_output_options(*command, *options);
  add_progress_options(*command, *options);
  command->callback([options, &action] { action = [options] { run_scenario(*options); }; });
}

}  // namespace blocrisk
