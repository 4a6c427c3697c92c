/// `blocrisk show`: the tables of a result file, in the terminal or for machines.
#include <cstdio>
#include <memory>

#include "host/analysis/attribution_table.hpp"
#include "host/analysis/diagnostics_table.hpp"
#include "host/analysis/table.hpp"
#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/numbers.hpp"
#include "host/io/result_reader.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

struct ShowOptions {
  std::string file;
  bool json = false;
  bool csv = false;
  bool attribution = false;
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
  if (result.attribution) {
    json.key("attribution").raw(json_attribution(*result.attribution, result.facts));
  }
  json.end_object();
  std::printf("%s\n", json.text().c_str());
}

void print_text(const StoredResult& result, const Summary& summary) {
  std::printf("%s\n%s\n", text_table(summary, result.facts).c_str(),
              text_diagnostics(result.facts).c_str());
  std::printf("%s: %s paths, seed %llu, engine %s (%s)\n", result.origin.scenario_name.c_str(),
              format_count(result.accumulators.n_paths).c_str(),
              static_cast<unsigned long long>(result.origin.seed),
              result.origin.engine_version.c_str(), result.origin.commit.c_str());
  if (result.accumulators.n_paths < result.origin.paths_asked) {
    std::printf("not finished: %s paths were asked for (%s)\n",
                format_count(result.origin.paths_asked).c_str(), result.origin.stop_reason.c_str());
  }
}

void print_attribution(const ShowOptions& options, const StoredResult& result) {
  if (!result.attribution) {
    throw EnvironmentError(options.file + " holds no attribution: `run` had --attribution none");
  }
  std::printf("%s%s paths, the first of the run\n",
              text_attribution(*result.attribution, result.facts).c_str(),
              format_count(result.attribution->n_paths).c_str());
}

void show_result(const ShowOptions& options) {
  const StoredResult result = read_result(options.file);
  if (options.attribution) return print_attribution(options, result);
  const Summary summary = summarise(result.accumulators, result.facts);
  if (options.json) return print_json(result, summary);
  if (!options.csv) return print_text(result, summary);
  std::fputs((csv_table(summary, result.facts) + csv_diagnostics(result.facts)).c_str(), stdout);
  if (result.attribution)
    std::fputs(csv_attribution(*result.attribution, result.facts).c_str(), stdout);
}

}  // namespace

void add_show_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("show", "The tables of a result file");
  const auto options = std::make_shared<ShowOptions>();
  command->add_option("RESULT", options->file, "The result, an .h5 file")
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
  command->callback([options, &action] { action = [options] { show_result(*options); }; });
}

}  // namespace blocrisk
