/// `blocrisk verify`: recomputes a share of a result's paths and everything that follows from its
/// sums, and compares both with what is stored.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "host/app/attribution_option.hpp"
#include "host/app/backends.hpp"
#include "host/app/checks.hpp"
#include "host/app/commands.hpp"
#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/app/progress.hpp"
#include "host/engine/run.hpp"
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

/// The paths of a block that were run: all of them, or where the ranges cut it, parts.
using Blocks = std::map<std::uint64_t, std::vector<PathRange>>;

Blocks blocks_of(const std::vector<PathRange>& ranges) {
  Blocks blocks;
  for (const PathRange& range : ranges) {
    for (std::uint64_t first = range.first; first < range.last;) {
      const std::uint64_t block = first / digest_block_paths;
      const std::uint64_t left = digest_block_paths - first % digest_block_paths;
      const std::uint64_t last = first + std::min(left, range.last - first);
      blocks[block].push_back({first, last});
      first = last;
    }
  }
  return blocks;
}

std::uint64_t count_paths(const Blocks& blocks) {
  std::uint64_t count = 0;
  for (const auto& [block, pieces] : blocks) {
    for (const PathRange& piece : pieces) count += piece.count();
  }
  return count;
}

/// At least one, the same for the same seed.
Blocks choose_blocks(const Blocks& all, double share, std::uint64_t seed) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [block, pieces] : all) numbers.push_back(block);
  const double wanted = std::ceil(share * static_cast<double>(numbers.size()));
  const std::size_t count =
      std::min(numbers.size(), std::max<std::size_t>(static_cast<std::size_t>(wanted), 1));
  std::mt19937_64 random(seed);
  Blocks chosen;
  for (std::size_t k = 0; k < count; ++k) {
    std::swap(numbers[k], numbers[k + random() % (numbers.size() - k)]);
    chosen[numbers[k]] = all.at(numbers[k]);
  }
  return chosen;
}

/// Runs blocks again, and notes what is wrong.
class Recomputation {
 public:
  Recomputation(const StoredResult& stored, const Network& network, Backend& backend)
      : state_(shape_of(network)), stored_(stored), network_(network), backend_(backend) {}

  void run(const Blocks& blocks, ProgressReporter& reporter) {
    const std::uint64_t n_paths = count_paths(blocks);
    const auto start = std::chrono::steady_clock::now();
    for (const auto& [block, pieces] : blocks) {
      for (const PathRange& piece : pieces) {
        run_piece(piece, [&] {
          const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
          reporter.update({state_.n_paths, n_paths, elapsed.count()});
        });
      }
      compare_digest(block);
    }
  }

  const Accumulators& state() const { return state_; }
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  template <typename Report>
  void run_piece(PathRange piece, const Report& report) {
    const Samples& kept = stored_.samples;
    const std::uint64_t first = std::clamp(kept.first_path, piece.first, piece.last);
    const std::uint64_t end = std::clamp(kept.end_path(), first, piece.last);
    Samples samples = make_samples(network_, {first, end});
    for (std::uint64_t next = piece.first; next < piece.last;) {
      if (stop_signal() != nullptr) stop();
      const std::uint64_t batch = std::max<std::uint64_t>(backend_.batch_paths(), 1);
      const PathRange part{next, next + std::min(batch, piece.last - next)};
      backend_.run(part, state_, samples.n_paths > 0 ? &samples : nullptr);
      next = part.last;
      report();
    }
    if (!kept.agrees_with(samples)) {
      wrong_.push_back("samples of the paths " + std::to_string(first) + " to " +
                       std::to_string(end - 1) + " are not what these paths give");
    }
  }

  void compare_digest(std::uint64_t block) {
    const auto stored = stored_.accumulators.block_digest.find(block);
    const bool is_there = stored != stored_.accumulators.block_digest.end();
    const std::uint64_t found = state_.block_digest.at(block);
    if (is_there && stored->second == found) return;
    const std::uint64_t first = block * digest_block_paths;
    wrong_.push_back("block " + std::to_string(block) + " (paths " + std::to_string(first) +
                     " to " + std::to_string(first + digest_block_paths - 1) + "): digest " +
                     (is_there ? format_digest(stored->second) : "none") +
                     " is stored, its paths give " + format_digest(found));
  }

  [[noreturn]] void stop() const {
    throw StoppedEarly(stopped_by() + " after " + format_count(state_.n_paths) +
                       " paths were run again; " +
                       (wrong_.empty() ? "none of them differed" : wrong_.front()));
  }

  Accumulators state_;
  const StoredResult& stored_;
  const Network& network_;
  Backend& backend_;
  std::vector<std::string> wrong_;
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

/// What the file holds beside its sums, against what follows from them and from the scenario. With
/// every path run again the sums are known too, and the attribution can be.
void check_figures(const VerifyOptions& options, const StoredResult& stored,
                   const StoredNetwork& of, const Accumulators* all_paths,
                   std::vector<std::string>& wrong) {
  const ResultFacts facts = facts_of(of.network, of.scenario);
  const Accumulators& state = all_paths != nullptr ? *all_paths : stored.accumulators;
  const Summary summary = summarise(state, facts);
  std::optional<AttributionFigures> attribution = stored.attribution;
  if (all_paths != nullptr && attribution) {
    attribution = attribute({of.network, stored.origin.seed, stored.origin.ranges, summary, facts},
                            attribution->n_paths, options.backend);
    if (stop_signal() != nullptr) throw StoppedEarly(stopped_by() + "; not all was compared");
  }
  const std::vector<std::string> names =
      wrong_variables(options.file, {facts, state, summary, stored.samples, stored.origin,
                                     attribution ? &*attribution : nullptr});
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
  const StoredResult stored = read_result(options.file);
  require_consistent_ranges(stored, options.file);
  const StoredNetwork of = rebuild_network(stored.origin, options.file);
  require_units(stored, facts_of(of.network, of.scenario), options.file);
  if (stored.origin.ranges.empty()) throw EnvironmentError(options.file + " holds no paths");

  const Blocks all = blocks_of(stored.origin.ranges);
  const Blocks chosen = choose_blocks(all, options.share, options.seed);
  const ChosenBackend with = choose_backend(
      {of.network, stored.origin.seed, chosen.begin()->second.front()}, options.backend);
  Recomputation recomputation(stored, of.network, *with.backend);
  {
    ProgressReporter reporter(progress_style("auto", options.quiet));
    recomputation.run(chosen, reporter);
  }
  std::vector<std::string> wrong = recomputation.wrong();
  const bool is_all = chosen.size() == all.size();
  check_figures(options, stored, of, is_all ? &recomputation.state() : nullptr, wrong);
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
