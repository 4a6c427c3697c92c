#include "host/app/continuation.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "host/app/attribution_option.hpp"
#include "host/app/numbers.hpp"
#include "host/io/path_ranges.hpp"
#include "host/io/same_run.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

std::string text_of(PathRange range) { return path_ranges_text({range}); }

void require_same_run(const RunOrigin& stored, const std::string& file, const RunOrigin& now) {
  const std::string differs = difference(stored, now);
  if (differs.empty()) return;
  throw EnvironmentError(file + " is of another run than this one: " + differs);
}

/// One range that the wanted one begins with.
void require_beginning(const StoredResult& stored, const std::string& file, PathRange wanted) {
  require_consistent_ranges(stored, file);
  const std::vector<PathRange>& done = stored.origin.ranges;
  if (done.size() == 1 && done[0].first == wanted.first && done[0].last <= wanted.last) return;
  throw EnvironmentError(file + " holds the paths " + path_ranges_text(done) +
                         ", which are not the beginning of " + text_of(wanted));
}

std::string precision_text(const std::optional<PrecisionFacts>& precision) {
  if (!precision) return "no --precision";
  char asked[32];
  std::snprintf(asked, sizeof asked, "%.10g", precision->asked);
  const std::string of = precision->only_for.empty() ? "" : " for " + precision->only_for;
  return std::string("--precision ") + asked + " on " + precision->on + of + " after at least " +
         std::to_string(precision->least_paths) + " paths";
}

/// Or the run might have ended already, or kept another history.
void require_same_precision(const std::optional<PrecisionFacts>& stored, const std::string& file,
                            const std::optional<PrecisionFacts>& now) {
  const bool is_same = stored && now ? stored->asked == now->asked && stored->on == now->on &&
                                           stored->only_for == now->only_for &&
                                           stored->least_paths == now->least_paths
                                     : stored.has_value() == now.has_value();
  if (is_same) return;
  throw EnvironmentError(file + " was begun with " + precision_text(stored) + ", and now " +
                         precision_text(now) + " is asked for");
}

Continuation take_over(StoredResult stored, const std::string& file, const WantedRun& wanted) {
  require_units(stored, wanted.facts, file);
  Continuation taken;
  if (stored.origin.engine_version != wanted.origin.engine_version ||
      stored.origin.commit != wanted.origin.commit) {
    taken.warning = "begun by engine " + stored.origin.engine_version + " (" +
                    stored.origin.commit + "), continued by " + wanted.origin.engine_version +
                    " (" + wanted.origin.commit + "); `blocrisk verify` says whether they agree";
  }
  if (stored.origin.volatile_facts) {
    taken.started_at = stored.origin.volatile_facts->started_at;
    taken.done.sampling_s = stored.origin.volatile_facts->sampling_s;
  }
  taken.history = std::move(stored.convergence);
  taken.done.count = stored.accumulators.n_paths;
  taken.done.accumulators = std::move(stored.accumulators);
  taken.done.samples = std::move(stored.samples);
  return taken;
}

}  // namespace

Continuation resume_run(StoredResult checkpoint, const std::string& file, const WantedRun& wanted) {
  require_same_run(checkpoint.origin, file, wanted.origin);
  const PathRange& range = wanted.range;
  require_beginning(checkpoint, file, range);
  if (checkpoint.origin.paths_asked != range.count()) {
    throw EnvironmentError(file + " is of a run of " + format_count(checkpoint.origin.paths_asked) +
                           " paths, and this one has " + format_count(range.count()));
  }
  const std::uint64_t n_samples = checkpoint.origin.samples_asked.value_or(0);
  if (wanted.n_samples.value_or(n_samples) != n_samples) {
    throw EnvironmentError(file + " was begun with --samples " + std::to_string(n_samples) +
                           ", and now --samples " + std::to_string(*wanted.n_samples) +
                           " is asked for");
  }
  require_same_precision(checkpoint.origin.precision, file, wanted.origin.precision);
  Continuation taken = take_over(std::move(checkpoint), file, wanted);
  taken.n_samples = n_samples;
  return taken;
}

Continuation extend_run(StoredResult result, const std::string& file, const WantedRun& wanted) {
  // A path range leaves the scenario's number of paths as it was: then it need not be changed here.
  if (!difference(result.origin, wanted.origin).empty())
    result.origin = with_path_count(std::move(result.origin), wanted.n_paths_named, file);
  require_same_run(result.origin, file, wanted.origin);
  require_beginning(result, file, wanted.range);
  if (result.accumulators.n_paths == wanted.range.count()) {
    throw UsageError(file + " has all of the paths " + text_of(wanted.range) +
                     "; --paths says how many there shall be in the end");
  }
  const std::uint64_t stored = result.samples.n_paths;
  const std::uint64_t n_samples = wanted.n_samples.value_or(stored);
  if (std::min(n_samples, result.accumulators.n_paths) > stored) {
    throw EnvironmentError(file + " has samples of its first " + format_count(stored) +
                           " paths, too few for --samples " + std::to_string(n_samples));
  }
  const std::uint64_t n_attributed = attribution_asked(result).n_paths;
  Continuation taken = take_over(std::move(result), file, wanted);
  taken.n_samples = n_samples;
  taken.n_attributed = n_attributed;
  return taken;
}

AttributionAsked attribution_asked(const StoredResult& result) {
  if (!result.attribution) return {};
  const std::uint64_t n_paths = result.attribution->n_paths;
  if (n_paths < result.accumulators.n_paths) return {n_paths, true};
  constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  return {n_paths <= default_attribution_paths ? default_attribution_paths : all, false};
}

}  // namespace blocrisk
