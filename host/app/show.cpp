/// `blocrisk show`: the tables of a result file, in the terminal or for machines.
#include <cstdio>
#include <memory>
#include <utility>

#include "host/analysis/attribution_table.hpp"
#include "host/analysis/convergence.hpp"
#include "host/analysis/diagnostics_table.hpp"
#include "host/analysis/draw_table.hpp"
#include "host/analysis/measure_table.hpp"
#include "host/analysis/table.hpp"
#include "host/analysis/table_rows.hpp"
#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/numbers.hpp"
#include "host/io/h5.hpp"
#include "host/io/result_reader.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"
#include "host/sweep/sweep_table.hpp"

namespace blocrisk {
namespace {

struct ShowOptions {
  std::string file;
  bool json = false;
  bool csv = false;
  bool attribution = false;
  bool convergence = false;
  bool differences = false, indices = false;  ///< of a sweep
  MeasureSelection selection;
};

void print_json(const StoredResult& result, const Summary& summary) {
  JsonWriter json;
  json.begin_object()
      .member("scenario", result.origin.scenario_name)
      .member("seed", result.origin.seed)
      .member("paths", result.accumulators.n_paths)
      .member("digest", format_digest(result.accumulators.digest()))
      .member("stop_reason", result.origin.stop_reason)
      .member("engine_version", result.origin.engine_version)
      .member("commit", result.origin.commit)
      .key("summary")
      .raw(json_table(summary, result.facts))
      .key("diagnostics")
      .raw(json_diagnostics(result.facts));
  const std::string uncertain = json_draws(result.accumulators, summary, result.facts);
  if (!uncertain.empty()) json.key("uncertain").raw(uncertain);
  if (result.attribution) {
    json.key("attribution").raw(json_attribution(*result.attribution, result.facts));
  }
  json.end_object();
  std::printf("%s\n", json.text().c_str());
}

void print_text(const StoredResult& result, const Summary& summary) {
  std::printf("%s\n%s%s\n", text_table(summary, result.facts).c_str(),
              text_draws(result.accumulators, summary, result.facts).c_str(),
              text_diagnostics(result.facts).c_str());
  std::printf("%s: %s paths, seed %llu, engine %s (%s)\n", result.origin.scenario_name.c_str(),
              format_count(result.accumulators.n_paths).c_str(),
              static_cast<unsigned long long>(result.origin.seed),
              result.origin.engine_version.c_str(), result.origin.commit.c_str());
  if (result.origin.samples_asked) {  // a checkpoint
    std::printf("not finished: %s paths were asked for (%s)\n",
                format_count(result.origin.paths_asked).c_str(), result.origin.stop_reason.c_str());
  }
}

void print_attribution(const ShowOptions& options, const StoredResult& result) {
  if (!result.attribution) {
    throw EnvironmentError(
        options.file + " holds no attribution: " +
        (result.origin.samples_asked ? "it is a checkpoint" : "`run` had --attribution none"));
  }
  std::printf("%s%s paths, the first of the run\n",
              text_attribution(*result.attribution, result.facts).c_str(),
              format_count(result.attribution->n_paths).c_str());
}

/// The history in the file, with what the whole state says at its end.
void show_convergence(const ShowOptions& options, const StoredResult& result) {
  if (!result.accumulators.draws.empty()) {
    throw EnvironmentError(options.file +
                           " has [[uncertain]] inputs, which paths share; how its intervals "
                           "narrow is not followed yet");
  }
  Convergence history = result.convergence;
  history.record(result.accumulators, result.facts);
  if (options.csv) {
    std::fputs(csv_convergence(history, result.facts).c_str(), stdout);
  } else if (options.json) {
    std::printf("{\"paths\":%llu,\"convergence\":%s}\n",
                static_cast<unsigned long long>(result.accumulators.n_paths),
                json_convergence(history, result.facts).c_str());
  } else {
    std::fputs(text_convergence(history, result.facts).c_str(), stdout);
  }
}

void show_measure(const ShowOptions& options, const StoredResult& result) {
  const Summary summary = summarise(result.accumulators, result.facts);
  if (options.json) {
    std::printf("{\"measure\":\"%s\",\"rows\":%s}\n", options.selection.measure.c_str(),
                json_rows(measure_rows(summary, result.facts, options.selection)).c_str());
  } else if (options.csv) {
    std::fputs(csv_rows(measure_rows(summary, result.facts, options.selection)).c_str(), stdout);
  } else {
    std::fputs(text_measure(summary, result.facts, options.selection).c_str(), stdout);
  }
}

void show_sweep(const ShowOptions& options, h5::File opened) {
  if (options.attribution || options.convergence) {
    throw UsageError("--attribution and --convergence are for results of one run, and " +
                     options.file + " is the file of a sweep");
  }
  SweepSelection selection{SweepTable::figures, "member_loss", options.selection.members,
                           options.selection.minerals};
  if (options.differences) selection.table = SweepTable::differences;
  if (options.indices) selection.table = SweepTable::indices;
  if (!options.selection.measure.empty()) selection.measure = options.selection.measure;
  const SweepReader file(std::move(opened));
  std::fputs((options.json  ? sweep_json(file, selection)
              : options.csv ? sweep_csv(file, selection)
                            : sweep_text(file, selection))
                 .c_str(),
             stdout);
}

/// --member and --mineral choose from one measure, which only a sweep has a default for.
void check_selection(const ShowOptions& options) {
  if (options.differences || options.indices) {
    throw UsageError("--differences and --indices are for sweeps, and " + options.file +
                     " is the result of one run");
  }
  const bool chooses = !options.selection.members.empty() || !options.selection.minerals.empty();
  if (chooses && options.selection.measure.empty())
    throw UsageError("--member and --mineral choose from one measure; add --measure NAME");
}

void show_result(const ShowOptions& options) {
  h5::File file = h5::File::open(options.file);
  if (is_sweep_result(file)) return show_sweep(options, std::move(file));
  check_selection(options);
  const StoredResult result = read_result(file);
  if (!options.selection.measure.empty()) return show_measure(options, result);
  if (options.attribution) return print_attribution(options, result);
  if (options.convergence) return show_convergence(options, result);
  const Summary summary = summarise(result.accumulators, result.facts);
  if (options.json) return print_json(result, summary);
  if (!options.csv) return print_text(result, summary);
  std::fputs((csv_table(summary, result.facts) + csv_diagnostics(result.facts)).c_str(), stdout);
  std::fputs(csv_draws(result.accumulators, summary, result.facts).c_str(), stdout);
  if (result.attribution)
    std::fputs(csv_attribution(*result.attribution, result.facts).c_str(), stdout);
}

}  // namespace

void add_show_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("show", "The tables of a result or sweep");
  const auto options = std::make_shared<ShowOptions>();
  command->add_option("RESULT", options->file, "The result of a run or sweep, an .h5 file")
      ->required()
      ->check(names_a_file());
  CLI::Option* json = command->add_flag("--json", options->json, "For machines");
  command->add_flag("--csv", options->csv, "One row per member, mineral and figure")
      ->excludes(json);
  command
      ->add_flag("--attribution", options->attribution,
                 "Which suppliers and causes the shortfall comes from")
      ->excludes(json)
      ->excludes("--csv");
  command->add_flag("--convergence", options->convergence,
                    "How the intervals of the main figures narrowed with the number of paths");
  command
      ->add_option("--measure", options->selection.measure,
                   "One measure in full, such as months_short or member_annual_loss")
      ->excludes("--attribution")
      ->excludes("--convergence")
      ->type_name("NAME");
  CLI::Option* differences = command->add_flag("--differences", options->differences,
                                               "Of a sweep: differences from its reference");
  command->add_flag("--indices", options->indices, "Of a sweep: sensitivity indices")
      ->excludes(differences);
  command
      ->add_option("--member", options->selection.members,
                   "With --measure, or of a sweep: these members")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
  command->add_option("--mineral", options->selection.minerals, "With --measure: these minerals")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
  command->callback([options, &action] { action = [options] { show_result(*options); }; });
}

}  // namespace blocrisk
