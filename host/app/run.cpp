/// `blocrisk run`: sample a scenario, write the result, print a table a person can read.
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "host/analysis/run_watch.hpp"
#include "host/app/attribution_option.hpp"
#include "host/app/backends.hpp"
#include "host/app/checkpoint.hpp"
#include "host/app/clocks.hpp"
#include "host/app/commands.hpp"
#include "host/app/interrupt.hpp"
#include "host/app/precision_options.hpp"
#include "host/app/precision_report.hpp"
#include "host/app/progress.hpp"
#include "host/app/ranks.hpp"
#include "host/app/run_job.hpp"
#include "host/app/run_options.hpp"
#include "host/app/run_report.hpp"
#include "host/app/version.hpp"
#include "host/engine/run.hpp"
#include "host/io/result_writer.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"
#include "host/support/stopwatch.hpp"

namespace blocrisk {
namespace {

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

/// What there is to say about a run that has done some of its paths, or all.
RunOrigin origin_of(const RunCommand& options, const Job& job, const RunResult& result) {
  RunOrigin origin = job.identity;
  origin.paths_asked = result.paths_asked;
  origin.ranges = result.done;
  origin.stop_reason = result.stop_reason;
  if (job.rule) {
    origin.precision =
        precision_reached(*job.identity.precision, *job.rule, result.accumulators, job.facts);
  }
  if (options.no_volatile) return origin;
  origin.volatile_facts =
      VolatileFacts{result.backend, result.device, compiler_name(),   options.command_line,
                    job.started_at, utc_now(),     result.sampling_s, result.paths_per_s()};
  return origin;
}

RunWatch watch_of(const RunCommand& options, const Job& job) {
  const std::uint64_t n_paths = job.range.count();
  RunWatch watch(job.facts, n_paths, job.rule,
                 asked_path_counts(options.precision, n_paths, job.start.n_samples));
  if (job.start.done.count > 0) watch.take_over(job.start.history, job.start.done.count);
  return watch;
}

/// Samples what is left; gives up, with what is kept, where the backend fails.
RunResult sample(const RunCommand& options, Job& job, Backend& backend, RunWatch& watch,
                 CheckpointWriter& checkpoints) {
  RunOptions run;
  run.range = job.range;
  run.n_samples = job.start.n_samples;
  run.batch_paths = options.batch_paths;
  run.looks = watch.looks();
  run.on_look = [&watch](const Accumulators& state) { return watch.look(state); };
  ProgressReporter reporter(progress_style(options.progress, options.quiet));
  run.on_progress = [&reporter](const Progress& progress) {
    reporter.update(progress);
    return stop_signal() == nullptr;
  };
  run.on_batch = [&checkpoints](const RunResult& result) { checkpoints.write_if_due(result); };
  run.on_loss = [&checkpoints](const RunResult& result) { checkpoints.keep(result); };
  try {
    return with_memory_told(
        [&] { return run_paths(job.network, backend, run, std::move(job.start.done)); });
  } catch (const EnvironmentError& failure) {
    checkpoints.give_up(failure);
  }
}

std::optional<AttributionFigures> attribute_run(const RunCommand& options, const Job& job,
                                                const RunResult& result, const Summary& summary,
                                                Ranks* ranks) {
  const std::uint64_t n_paths =
      options.n_attributed.value_or(job.start.n_attributed.value_or(default_attribution_paths));
  AttributionSource source{job.network, job.identity.seed, result.done,
                           summary,     job.facts,         job.draws.get()};
  if (ranks != nullptr)
    source.elsewhere = [ranks](const auto& request) { return ranks->attribute(request); };
  return attribute(source, n_paths, options.backend);
}

/// `ranks`: null where this process is alone; else it is the first.
void lead_run(const RunCommand& options, Ranks* ranks) {
  catch_stop_signals(ranks ? SecondSignal::is_ignored : SecondSignal::ends_program);
  if (options.time_limit_s > 0) stop_after(options.time_limit_s);
  Stopwatch watch;
  Timings timings;
  JobSource source = read_source(options);
  timings.parse_s = watch.lap();
  Job job = prepare_job(options, std::move(source));
  timings.calibrate_s = watch.lap();
  RunWatch run_watch = watch_of(options, job);
  const ChosenBackend chosen = provide(options, job, ranks);
  announce(options, chosen);
  const auto describe = [&](const RunResult& result) { return origin_of(options, job, result); };
  CheckpointWriter checkpoints({job.output, options.checkpoint_s, job.start.n_samples,
                                options.resume ? job.start.done.count : 0},
                               job.facts, run_watch, describe);
  const RunResult result = sample(options, job, *chosen.backend, run_watch, checkpoints);
  chosen.backend->release_memory();
  timings.sample_s = watch.lap();
  if (result.stop_reason == "stopped") checkpoints.stop_early(result);

  Summary summary;
  std::optional<AttributionFigures> attribution;
  checkpoints.or_rescue(result, [&] {
    summary = summarise(result.accumulators, job.facts);
    timings.analyse_s = watch.lap();
    attribution = attribute_run(options, job, result, summary, ranks);
    timings.attribute_s = watch.lap();
  });
  if (stop_signal() != nullptr) checkpoints.stop_early(result);

  const RunOrigin origin = describe(result);
  checkpoints.or_rescue(result, [&] {
    const auto history = run_watch.history(result.accumulators);
    write_result(job.output,
                 {job.facts, result.accumulators, summary, result.samples, origin,
                  history ? &*history : nullptr, attribution ? &*attribution : nullptr},
                 job.overwrite);
  });
  CheckpointFiles(job.output).remove();
  timings.write_s = watch.lap();
  const RunReport report{origin, result, summary, job.facts, timings, job.output};
  options.json ? print_run_json(report) : print_run_text(report);
}

void run_scenario(RunCommand options) {
  refuse_contradictions(options.backend);
  const std::unique_ptr<Ranks> ranks = join_ranks(options.mpi);
  if (ranks) options.backend = ranks->share(options.backend);
  if (!ranks || ranks->is_first()) return lead_run(options, ranks.get());
  ignore_stop_signals();
  ranks->serve(options.backend);
}

}  // namespace

void add_run_command(CLI::App& app, const std::string& command_line, Action& action) {
  CLI::App* command = app.add_subcommand("run", "Sample, write the result, print a table");
  const auto options = std::make_shared<RunCommand>();
  options->command_line = command_line;
  add_run_options(*command, *options);
  command->callback([options, &action] { action = [options] { run_scenario(*options); }; });
}

}  // namespace blocrisk
