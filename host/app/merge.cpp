/// `blocrisk merge`: results over disjoint path ranges of one scenario, as one result.
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/app/attribution_option.hpp"
#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/continuation.hpp"
#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/app/version.hpp"
#include "host/io/merge_results.hpp"
#include "host/io/path_ranges.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/result_writer.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

struct MergeOptions {
  std::vector<std::string> files;
  std::string output;
  BackendOptions backend;  ///< of the attribution
  std::optional<std::uint64_t> n_attributed;
  bool allow_gaps = false;
  bool overwrite = false;
  bool no_volatile = false;
  bool json = false;
  std::string command_line;
};

/// The parts joined, and the attribution that they were run with.
struct ReadParts {
  ResultMerger merger;
  AttributionAsked attribution;

  /// What a part says for certain counts more than what another may have been given.
  void note(const AttributionAsked& asked) {
    if (asked.n_paths == 0) return;
    const bool is_first = attribution.n_paths == 0;
    const bool is_better = asked.is_certain == attribution.is_certain
                               ? asked.n_paths > attribution.n_paths
                               : asked.is_certain;
    if (is_first || is_better) attribution = asked;
  }
};

/// One file after the other, so that two states are in memory at a time.
ReadParts read_parts(const std::vector<std::string>& files) {
  ReadParts parts;
  for (const std::string& file : files) {
    StoredResult result = read_intact_result(file);
    parts.note(attribution_asked(result));
    if (result.origin.engine_version != engine_version() ||
        result.origin.commit != engine_commit()) {
      std::fprintf(
          stderr, "blocrisk: %s is by engine %s (%s); `blocrisk verify` says whether it agrees\n",
          file.c_str(), result.origin.engine_version.c_str(), result.origin.commit.c_str());
    }
    parts.merger.add(file, std::move(result));
  }
  return parts;
}

void print_json(const MergedResult& merged, const std::string& output) {
  JsonWriter json;
  json.begin_object()
      .member("scenario", merged.origin.scenario_name)
      .member("seed", merged.origin.seed)
      .member("paths", merged.accumulators.n_paths)
      .member("path_ranges", path_ranges_text(merged.origin.ranges))
      .member("samples", merged.samples.n_paths)
      .member("samples_dropped", merged.n_samples_dropped)
      .member("digest", format_digest(merged.accumulators.digest()))
      .member("output", output)
      .end_object();
  std::printf("%s\n", json.text().c_str());
}

void print_text(const MergeOptions& options, const MergedResult& merged,
                const std::string& output) {
  std::printf("%zu files, %s paths: %s\n", options.files.size(),
              format_count(merged.accumulators.n_paths).c_str(),
              path_ranges_text(merged.origin.ranges).c_str());
  if (merged.n_samples_dropped > 0) {
    std::printf(
        "samples: those of the first %s paths; %s more were left out, for paths before them have "
        "none\n",
        format_count(merged.samples.n_paths).c_str(),
        format_count(merged.n_samples_dropped).c_str());
  }
  if (!merged.history && merged.accumulators.draws.empty()) {
    std::printf(
        "convergence: left out, for the part that holds the first paths has not seen as many as "
        "one run would have been looked at\n");
  }
  std::printf("result: %s\n", output.c_str());
}

/// The tail's threshold moves when paths are joined, so its paths are run again.
std::optional<AttributionFigures> attribute_again(const MergeOptions& options,
                                                  const StoredNetwork& of,
                                                  const MergedResult& merged,
                                                  const Summary& summary, const ResultFacts& facts,
                                                  std::uint64_t n_paths) {
  auto figures = attribute(
      {of.network, merged.origin.seed, merged.origin.ranges, summary, facts, of.draws.get()},
      n_paths, options.backend);
  if (stop_signal() != nullptr) {
    throw StoppedEarly(stopped_by() + " while shortfall was attributed; nothing was written");
  }
  return figures;
}

void merge(const MergeOptions& options) {
  catch_stop_signals();
  ReadParts parts = read_parts(options.files);
  MergedResult merged = parts.merger.finish(options.allow_gaps ? Gaps::allow : Gaps::refuse);
  merged.origin.engine_version = engine_version();
  merged.origin.commit = engine_commit();
  merged.origin.volatile_facts->command_line = options.command_line;
  if (options.no_volatile) merged.origin.volatile_facts.reset();

  const StoredNetwork& of = parts.merger.network();
  const std::string output = output_path(options.output, of.scenario.name).string();
  check_output(output, options.overwrite ? Existing::replace : Existing::refuse, 0);
  const ResultFacts facts = facts_of(of.network, of.scenario);
  const Summary summary = summarise(merged.accumulators, facts);
  const auto attribution =
      attribute_again(options, of, merged, summary, facts,
                      options.n_attributed.value_or(parts.attribution.n_paths));
  write_result(output,
               {facts, merged.accumulators, summary, merged.samples, merged.origin,
                merged.history ? &*merged.history : nullptr, attribution ? &*attribution : nullptr},
               options.overwrite ? Overwrite::allow : Overwrite::refuse);
  options.json ? print_json(merged, output) : print_text(options, merged, output);
}

}  // namespace

void add_merge_command(CLI::App& app, const std::string& command_line, Action& action) {
  CLI::App* command =
      app.add_subcommand("merge", "Join results over disjoint path ranges of one scenario");
  const auto options = std::make_shared<MergeOptions>();
  options->command_line = command_line;
  command->add_option("RESULTS", options->files, "The results, .h5 files, in any order")
      ->required()
      ->expected(2, CLI::detail::expected_max_vector_size)
      ->check(names_a_file());
  add_output_option(*command, options->output);
  command->add_flag("--overwrite", options->overwrite, "Replace an existing result");
  command->add_flag("--allow-gaps", options->allow_gaps,
                    "Merge though paths between those of the files are missing");
  command->add_flag("--no-volatile", options->no_volatile,
                    "Leave out of the file what differs between equal runs, and which files these "
                    "were");
  add_attribution_option(*command, options->n_attributed);
  add_cpu_options(*command, options->backend.threads, options->backend.lanes);
  command->add_flag("--json", options->json, "For machines");
  command->callback([options, &action] { action = [options] { merge(*options); }; });
}

}  // namespace blocrisk
