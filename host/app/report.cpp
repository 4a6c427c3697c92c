/// `blocrisk report`: a result file as one page to look at.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/output_file.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/stored_network.hpp"
#include "host/io/whole_file.hpp"
#include "host/report/page.hpp"
#include "host/report/report_data.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

namespace fs = std::filesystem;

struct ReportOptions {
  std::string file;
  std::string output;
  bool overwrite = false;
};

fs::path page_path(const ReportOptions& options) {
  if (!options.output.empty()) return output_path(options.output, "");
  return fs::path(options.file).replace_extension(".html");
}

/// --overwrite is about an older page, never about the result it is made of.
void refuse_result(const fs::path& page, const std::string& result) {
  std::error_code ignored;
  if (!fs::equivalent(page, result, ignored)) return;
  throw UsageError("output " + page.string() + " is the result itself; give another name with -o");
}

/// Nothing, and a word about it, where paths cannot be replayed, as those of another version.
std::optional<PathStories> stories_of(const std::string& file, const StoredResult& result,
                                      const Summary& summary) {
  try {
    return tell_worst_paths(rebuild_network(result.origin, file), result.origin.seed, summary);
  } catch (const EnvironmentError& error) {
    std::fprintf(stderr, "the page tells no stories of paths: %s\n", error.what());
    return std::nullopt;
  }
}

std::string page_of(const std::string& file) {
  const StoredResult result = read_result(file);
  const Summary summary = summarise(result.accumulators, result.facts);
  const std::optional<ScenarioFacts> scenario = scenario_facts(result.origin.scenario_text);
  return fill_page(
      embedded_page, "blocrisk: " + result.origin.scenario_name,
      report_data({file, result, summary, scenario, stories_of(file, result, summary)}));
}

void write_report(const ReportOptions& options) {
  require_page(embedded_page);
  const fs::path path = page_path(options);
  refuse_result(path, options.file);
  check_output(path, options.overwrite ? Existing::replace : Existing::refuse, 0);
  const std::string page = page_of(options.file);
  write_whole_file(path, std::as_bytes(std::span(page)),
                   options.overwrite ? Overwrite::allow : Overwrite::refuse);
  std::printf("report: %s\n", path.string().c_str());
}

}  // namespace

void add_report_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("report", "A page with plots of a result file");
  const auto options = std::make_shared<ReportOptions>();
  command->add_option("RESULT", options->file, "The result, an .h5 file")
      ->required()
      ->check(names_a_file());
  command
      ->add_option("-o,--output", options->output, "The page (default: the result's name, .html)")
      ->check(names_a_file())
      ->type_name("FILE");
  command->add_flag("--overwrite", options->overwrite, "Replace an existing page");
  command->callback([options, &action] { action = [options] { write_report(*options); }; });
}

}  // namespace blocrisk
