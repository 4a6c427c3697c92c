#include "host/app/run_options.hpp"

#include "host/app/attribution_option.hpp"
#include "host/app/checks.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/app/ranks.hpp"

namespace blocrisk {
namespace {

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

void add_run_options(CLI::App& command, RunCommand& options) {
  add_scenario_options(command, options.scenario);
  add_precision_options(command, options.precision, options.scenario.paths);
  add_backend_options(command, options.backend);
  add_mpi_option(command, options.mpi, "paths");
  add_output_options(command, options);
  add_progress_options(command, options);
  add_long_run_options(command, options);
}

}  // namespace blocrisk
