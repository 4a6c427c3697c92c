/// `blocrisk verify`: recomputes a share of a result's paths and everything that follows from its
/// sums, and compares both with what is stored.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/analysis/convergence.hpp"
#include "host/app/attribution_option.hpp"
#include "host/app/backends.hpp"
#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/app/progress.hpp"
#include "host/app/recomputation.hpp"
#include "host/io/h5.hpp"
#include "host/io/result_check.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/same_run.hpp"
#include "host/io/stored_network.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

struct VerifyOptions {
  std::string file;
  BackendOptions backend;
  double share = 0.001;
  std::uint64_t seed = 1;  ///< of the choice of blocks
  bool quiet = false;
  bool json = false;
};

/// A few names, and how many more there are.
std::string join(const std::vector<std::string>& names, const std::string& separator) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t k = 0; k < std::min(names.size(), most); ++k)
    text += (k > 0 ? separator : "") + names[k];
  if (names.size() > most) text += separator + std::to_string(names.size() - most) + " more";
  return text;
}

/// Counts of paths at which a run like that of the file keeps its history; none where it has none.
std::vector<std::uint64_t> looks_of(const StoredResult& stored) {
  if (stored.convergence.paths_done.empty()) return {};
  const LookedAt why = stored.origin.precision ? LookedAt::for_precision : LookedAt::for_history;
  std::vector<std::uint64_t> looks = kept_path_counts(stored.origin.paths_asked, why);
  const std::uint64_t end = stored.accumulators.n_paths;
  looks.erase(std::upper_bound(looks.begin(), looks.end(), end), looks.end());
  const bool is_checkpoint = stored.origin.samples_asked.has_value();
  if (!is_checkpoint && (looks.empty() || looks.back() != end)) looks.push_back(end);
  return looks;
}

/// The history that the file should hold: what was taken from paths that were run again, or else
/// what it holds, but for the end, which follows from its sums. Nothing where it holds none, which
/// may well be.
std::optional<Convergence> right_history(const StoredResult& stored, const ResultFacts& facts,
                                         const Recomputation* all_paths,
                                         std::vector<std::string>& wrong) {
  if (stored.convergence.paths_done.empty()) return std::nullopt;
  std::vector<std::uint64_t> looks = looks_of(stored);
  if (stored.convergence.paths_done != looks) {
    wrong.push_back("convergence/paths_done is not when such a run is looked at");
    return std::nullopt;
  }
  if (all_paths != nullptr) return all_paths->history();
  const bool has_end = looks.back() == stored.accumulators.n_paths;
  if (has_end) looks.pop_back();
  std::optional<Convergence> history = stored.convergence.at(looks);
  if (has_end) history->record(stored.accumulators, facts);
  return history;
}

/// What the file holds beside its sums, against what follows from them and from the scenario. With
/// every path run again the sums are known too, and the attribution can be.
void check_figures(const VerifyOptions& options, const h5::File& file, const StoredResult& stored,
                   const StoredNetwork& of, const ResultFacts& facts,
                   const Recomputation* all_paths, std::vector<std::string>& wrong) {
  const Accumulators& state = all_paths != nullptr ? all_paths->state() : stored.accumulators;
  const Summary summary = summarise(state, facts);
  const auto history = right_history(stored, facts, all_paths, wrong);
  std::optional<AttributionFigures> attribution = stored.attribution;
  if (all_paths != nullptr && attribution) {
    attribution = attribute(
        {of.network, stored.origin.seed, stored.origin.ranges, summary, facts, of.draws.get()},
        attribution->n_paths, options.backend);
    if (stop_signal() != nullptr) throw StoppedEarly(stopped_by() + "; not all was compared");
  }
  const std::vector<std::string> names =
      wrong_variables(file, {facts, state, summary, stored.samples, stored.origin,
                             history ? &*history : nullptr, attribution ? &*attribution : nullptr});
  if (!names.empty()) wrong.push_back("not what follows from the paths: " + join(names, ", "));
}

void print(const VerifyOptions& options, const StoredResult& stored, const Blocks& chosen,
           std::size_t n_blocks, const Backend& backend) {
  const std::uint64_t n_paths = count_paths(chosen);
  if (options.json) {
    JsonWriter json;
    json.begin_object()
        .member("verified", true)
        .member("blocks", n_blocks)
        .member("blocks_compared", chosen.size())
        .member("paths", stored.accumulators.n_paths)
        .member("paths_compared", n_paths)
        .member("backend", backend.name())
        .member("device", backend.device())
        .end_object();
    std::printf("%s\n", json.text().c_str());
    return;
  }
  std::printf("%s: %zu of %zu blocks, %s of %s paths, run again on %s (%s): the same bits\n",
              options.file.c_str(), chosen.size(), n_blocks, format_count(n_paths).c_str(),
              format_count(stored.accumulators.n_paths).c_str(), backend.name().c_str(),
              backend.device().c_str());
  std::printf("every stored figure follows from the %s\n",
              chosen.size() == n_blocks ? "paths" : "stored sums");
}

void verify(const VerifyOptions& options) {
  refuse_contradictions(options.backend);
  catch_stop_signals();
  const h5::File file = h5::File::open(options.file);
  const StoredResult stored = read_result(file);
  require_consistent_ranges(stored, options.file);
  const StoredNetwork of = rebuild_network(stored.origin, options.file);
  const ResultFacts facts = facts_of(of.network, of.scenario);
  require_units(stored, facts, options.file);
  if (stored.origin.ranges.empty()) throw EnvironmentError(options.file + " holds no paths");

  const Blocks all = blocks_of(stored.origin.ranges);
  const Blocks chosen = choose_blocks(all, options.share, options.seed);
  const bool is_all = chosen.size() == all.size();
  const ChosenBackend with = choose_backend(
      {of.network, stored.origin.seed, chosen.begin()->second.front(), of.draws.get()},
      options.backend);
  Recomputation recomputation(stored, of.network, facts, *with.backend);
  {
    ProgressReporter reporter(progress_style("auto", options.quiet));
    recomputation.run(chosen, is_all ? looks_of(stored) : std::vector<std::uint64_t>{},
                      [&reporter](const Progress& progress) { reporter.update(progress); });
  }
  std::vector<std::string> wrong = recomputation.wrong();
  check_figures(options, file, stored, of, facts, is_all ? &recomputation : nullptr, wrong);
  if (!wrong.empty()) throw VerificationError(options.file + ": " + join(wrong, "\n"));
  print(options, stored, chosen, all.size(), *with.backend);
}

double parse_share(const std::string& text) {
  double share = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, share);
  if (error != std::errc() || end != last || !(share > 0 && share <= 1))
    throw UsageError("--share = " + text + " (must be a number above 0, at most 1)");
  return share;
}

}  // namespace

void add_verify_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "verify", "Run a share of a result's paths again and compare with the stored bits");
  const auto options = std::make_shared<VerifyOptions>();
  command->add_option("RESULT", options->file, "The result, an .h5 file")
      ->required()
      ->check(names_a_file());
  command
      ->add_option_function<std::string>(
          "--share", [options](const std::string& text) { options->share = parse_share(text); },
          "Share of its blocks of 65,536 paths, one at least; default 0.001; 1 compares everything")
      ->type_name("SHARE");
  command
      ->add_option_function<std::string>(
          "--seed",
          [options](const std::string& text) {
            constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
            options->seed = parse_count("--seed", text, {0, most});
          },
          "Another one picks other blocks; default 1")
      ->type_name("N");
  add_backend_options(*command, options->backend);
  command->add_flag("--quiet", options->quiet, "Nothing on standard error but errors");
  command->add_flag("--json", options->json, "For machines");
  command->callback([options, &action] { action = [options] { verify(*options); }; });
}

}  // namespace blocrisk
