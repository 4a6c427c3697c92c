/// `blocrisk compare`: what one scenario changes against another, path by path on the same draws.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "host/analysis/comparison.hpp"
#include "host/app/backends.hpp"
#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/footprint.hpp"
#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/app/progress.hpp"
#include "host/engine/run.hpp"
#include "host/io/path_ranges.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/stored_network.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t default_paths = 100'000;

struct CompareOptions {
  std::string file_a, file_b;
  std::optional<std::uint64_t> paths;
  BackendOptions backend;
  bool json = false, csv = false, quiet = false;
};

/// One of the two.
struct Side {
  char letter;
  std::string file;
  StoredResult result;
  StoredNetwork stored;
};

Side read_side(char letter, const std::string& file) {
  Side side{letter, file, read_result(file), {}};
  side.stored = rebuild_network(side.result.origin, file);
  return side;
}

// ---- do the draws pair?

[[noreturn]] void refuse(const std::string& what, const std::string& a, const std::string& b,
                         const std::string& remedy) {
  throw EnvironmentError("the two do not share their draws: " + what + " of A is " + a + ", of B " +
                         b + "; " + remedy);
}

/// Equal steps and seeds give equal draws; a comparison over different times means nothing.
void require_same_draws(const Side& a, const Side& b) {
  const RunOrigin& origin_a = a.result.origin;
  const RunOrigin& origin_b = b.result.origin;
  const ResultFacts& facts_a = a.result.facts;
  const ResultFacts& facts_b = b.result.facts;
  const auto require = [](const std::string& what, const auto& of_a, const auto& of_b,
                          const std::string& remedy) {
    if (of_a != of_b) refuse(what, std::to_string(of_a), std::to_string(of_b), remedy);
  };
  require("seed", origin_a.seed, origin_b.seed, "run both with the same --seed");
  require("clock.steps_per_year", facts_a.steps_per_year, facts_b.steps_per_year,
          "run both with the same clock");
  require("number of steps", facts_a.n_steps, facts_b.n_steps, "run both with the same clock");
  if (facts_a.start_date != facts_b.start_date)
    refuse("clock.start", facts_a.start_date, facts_b.start_date, "run both with the same clock");
  if (origin_a.engine_version != origin_b.engine_version) {
    refuse("engine", origin_a.engine_version, origin_b.engine_version,
           "run both with the same program");
  }
}

/// The first stretch of path numbers that both have done.
PathRange common_range(const Side& a, const Side& b) {
  PathRange first{UINT64_MAX, UINT64_MAX};
  for (const PathRange& of_a : a.result.origin.ranges) {
    for (const PathRange& of_b : b.result.origin.ranges) {
      const PathRange both{std::max(of_a.first, of_b.first), std::min(of_a.last, of_b.last)};
      if (both.first < both.last && both.first < first.first) first = both;
    }
  }
  if (first.count() == 0) {
    refuse("path range", path_ranges_text(a.result.origin.ranges),
           path_ranges_text(b.result.origin.ranges), "run both over the same paths");
  }
  return first;
}

PathRange compared_range(const Side& a, const Side& b, std::optional<std::uint64_t> asked) {
  const PathRange common = common_range(a, b);
  if (asked && *asked > common.count()) {
    throw UsageError("--paths " + std::to_string(*asked) + ": the two have " +
                     std::to_string(common.count()) + " paths in common, " +
                     path_ranges_text({common}));
  }
  return {common.first, common.first + std::min(asked.value_or(default_paths), common.count())};
}

// ---- values of both

bool has_samples(const Side& side, PathRange range) {
  const Samples& samples = side.result.samples;
  return samples.n_paths > 0 && samples.holds(range.first) && samples.holds(range.last - 1);
}

/// Paths of a digest block that lie in a list of ranges.
std::uint64_t paths_in_block(std::uint64_t block, const std::vector<PathRange>& ranges) {
  const std::uint64_t first = block * digest_block_paths;
  std::uint64_t n = 0;
  for (const PathRange& range : ranges) {
    const std::uint64_t from = std::max(range.first, first);
    const std::uint64_t to = std::min(range.last, first + digest_block_paths);
    n += to > from ? to - from : 0;
  }
  return n;
}

/// Blocks that were sampled again as a whole must have the bits they had.
void verify_digests(const Side& side, const Accumulators& again, PathRange range) {
  for (const auto& [block, digest] : again.block_digest) {
    if (paths_in_block(block, {range}) != paths_in_block(block, side.result.origin.ranges))
      continue;
    const auto stored = side.result.accumulators.block_digest.find(block);
    if (stored != side.result.accumulators.block_digest.end() && stored->second == digest) continue;
    throw VerificationError(side.file + ": sampled again, block " + std::to_string(block) +
                            " of its paths has other values than the file");
  }
}

void announce(const Side& side, const ChosenBackend& chosen) {
  std::fprintf(stderr, "sampling %c again, backend %s: %s (%s)\n", side.letter,
               chosen.backend->name().c_str(), chosen.backend->device().c_str(),
               chosen.reason.c_str());
}

void sample_again(const Side& side, PathRange range, const CompareOptions& options,
                  PathValues& values) {
  const Network& network = side.stored.network;
  const ChosenBackend chosen = choose_backend(
      {network, side.result.origin.seed, range, side.stored.draws.get()}, options.backend);
  require_memory(chosen.host_bytes + Accumulators::bytes(shape_of(network)) + most_batch_bytes,
                 "fewer --threads need less");
  if (!options.quiet) announce(side, chosen);
  ProgressReporter reporter(progress_style("auto", options.quiet));
  Accumulators again(shape_of(network));
  const auto go_on = [&reporter](const Progress& progress) {
    reporter.update(progress);
    return stop_signal() == nullptr;
  };
  run_with_values(network, *chosen.backend, range, range.count(), again, values, go_on);
  if (stop_signal() != nullptr)
    throw StoppedEarly(std::string("stopped by ") + stop_signal() + "; nothing was compared");
  verify_digests(side, again, range);
}

PathValues values_of(const Side& side, PathRange range, const CompareOptions& options) {
  PathValues values = empty_path_values(side.stored.network, range.count());
  if (has_samples(side, range)) {
    values.append(side.result.samples, range.first, range.count());
  } else {
    sample_again(side, range, options, values);
  }
  return values;
}

// ---- what is printed

/// What makes figures of the two mean different things, though their draws pair.
std::vector<std::string> cautions(const Side& a, const Side& b) {
  std::vector<std::string> notes;
  if (a.stored.network.hash == b.stored.network.hash)
    notes.emplace_back("both are the same network: every difference is exactly zero");
  if (a.stored.draws || b.stored.draws) {
    notes.emplace_back(
        "paths share [[uncertain]] inputs and are taken for independent: intervals are too narrow");
  }
  if (a.result.facts.short_threshold != b.result.facts.short_threshold) {
    notes.emplace_back(
        "A and B call different shortfalls short (measures.short_threshold): being short is not "
        "the same in both");
  }
  const auto& minerals_a = a.result.facts.minerals;
  const auto& minerals_b = b.result.facts.minerals;
  const std::size_t n = std::min(minerals_a.size(), minerals_b.size());
  if (!std::equal(minerals_a.begin(), minerals_a.begin() + static_cast<std::ptrdiff_t>(n),
                  minerals_b.begin())) {
    notes.emplace_back(
        "minerals stand in another order in B: price shocks that are correlated do not pair");
  }
  return notes;
}

void print_text(const Side& a, const Side& b, PathRange range, const Comparison& comparison) {
  for (const Side* const side : {&a, &b})
    std::printf("%c  %s (%s)\n", side->letter, side->result.origin.scenario_name.c_str(),
                side->file.c_str());
  std::printf("%s paths, %s, seed %llu; above zero A is worse\n",
              format_count(range.count()).c_str(), path_ranges_text({range}).c_str(),
              static_cast<unsigned long long>(a.result.origin.seed));
  for (const std::string& note : cautions(a, b)) std::printf("%s\n", note.c_str());
  std::printf("\n%s", comparison_text(comparison).c_str());
}

void print_json(const Side& a, const Side& b, PathRange range, const Comparison& comparison) {
  JsonWriter json;
  json.begin_object();
  for (const Side* const side : {&a, &b}) {
    json.key(std::string(1, side->letter == 'A' ? 'a' : 'b'))
        .begin_object()
        .member("file", side->file)
        .member("scenario", side->result.origin.scenario_name)
        .member("network_hash", side->stored.network.hash)
        .end_object();
  }
  json.member("seed", a.result.origin.seed).member("path_range", path_ranges_text({range}));
  json.key("cautions").begin_array();
  for (const std::string& note : cautions(a, b)) json.value(note);
  json.end_array().key("difference").raw(comparison_json(comparison)).end_object();
  std::printf("%s\n", json.text().c_str());
}

void compare_results(const CompareOptions& options) {
  refuse_contradictions(options.backend);
  catch_stop_signals();
  const Side a = read_side('A', options.file_a);
  const Side b = read_side('B', options.file_b);
  require_same_draws(a, b);
  const PathRange range = compared_range(a, b, options.paths);
  require_memory(empty_path_values(a.stored.network, 0).bytes(range.count()) +
                     empty_path_values(b.stored.network, 0).bytes(range.count()),
                 "fewer --paths need less");
  const PathValues values_a = values_of(a, range, options);
  const PathValues values_b = values_of(b, range, options);
  const bool same_network = a.stored.network.hash == b.stored.network.hash;
  const Comparison comparison = compare_values(values_a, values_b, same_network);
  if (options.json) return print_json(a, b, range, comparison);
  if (!options.csv) return print_text(a, b, range, comparison);
  std::fputs(comparison_csv(comparison).c_str(), stdout);
}

}  // namespace

void add_compare_command(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("compare", "Paired difference of two results on the same draws");
  const auto options = std::make_shared<CompareOptions>();
  command->add_option("A", options->file_a, "A result, an .h5 file")
      ->required()
      ->check(names_a_file());
  command->add_option("B", options->file_b, "Another")->required()->check(names_a_file());
  command
      ->add_option_function<std::string>(
          "--paths",
          [options](const std::string& text) { options->paths = parse_count("--paths", text); },
          "Paths to compare, of those that both have (default: all, at most 100,000); sampled "
          "again where the files hold no samples of them")
      ->type_name("N");
  add_backend_options(*command, options->backend);
  command->add_flag("--quiet", options->quiet, "Nothing on standard error but errors");
  CLI::Option* json = command->add_flag("--json", options->json, "For machines");
  command->add_flag("--csv", options->csv, "One row per member, mineral and figure")
      ->excludes(json);
  command->callback([options, &action] { action = [options] { compare_results(*options); }; });
}

}  // namespace blocrisk
