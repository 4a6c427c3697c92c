#include "host/io/merge_results.hpp"

#include <algorithm>
#include <utility>

#include "host/io/path_ranges.hpp"
#include "host/io/same_run.hpp"
#include "host/scenario/scenario.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

/// Adds an entry to a list in words, once.
void note(std::string& list, const std::string& entry) {
  const std::string separator = "; ";
  if ((separator + list + separator).find(separator + entry + separator) == std::string::npos)
    list += (list.empty() ? "" : separator) + entry;
}

}  // namespace

void ResultMerger::add(const std::string& file, StoredResult result) {
  require_consistent_ranges(result, file);
  if (parts_.empty()) {
    network_ = rebuild_network(result.origin, file);
    facts_ = facts_of(network_->network, network_->scenario);
    accumulators_ = Accumulators(facts_.shape());
  }
  require_units(result, facts_, file);
  require_same_scenario(file, result.origin);
  accumulators_.merge(result.accumulators);
  parts_.push_back(
      {file, std::move(result.origin), std::move(result.samples), std::move(result.convergence)});
}

/// The number of paths is in a scenario's text, and parts may well have been asked for different
/// ones.
void ResultMerger::require_same_scenario(const std::string& file, const RunOrigin& origin) {
  if (parts_.empty() || difference(parts_.front().origin, origin).empty()) return;
  const RunOrigin alike = with_path_count(origin, network_->scenario.sampling.paths, file);
  const std::string differs = difference(parts_.front().origin, alike);
  if (!differs.empty()) {
    throw EnvironmentError(parts_.front().file + " and " + file + " cannot be merged: " + differs);
  }
  path_counts_differ_ = true;
}

std::vector<ResultMerger::Piece> ResultMerger::sorted_pieces() const {
  std::vector<Piece> pieces;
  for (const Part& part : parts_) {
    for (const PathRange& range : part.origin.ranges) pieces.push_back({range, &part});
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.range.first < b.range.first; });
  return pieces;
}

std::vector<PathRange> ResultMerger::joined_ranges(Gaps gaps) const {
  std::vector<PathRange> ranges;
  const Part* before = nullptr;  // whose range ended last
  for (const Piece& piece : sorted_pieces()) {
    if (!ranges.empty() && piece.range.first < ranges.back().last) {
      const PathRange both{piece.range.first, std::min(piece.range.last, ranges.back().last)};
      throw EnvironmentError(before->file + " and " + piece.part->file + " both hold the paths " +
                             path_ranges_text({both}));
    }
    const bool is_next = !ranges.empty() && piece.range.first == ranges.back().last;
    if (!ranges.empty() && !is_next && gaps == Gaps::refuse) {
      throw EnvironmentError("no file holds the paths " +
                             path_ranges_text({{ranges.back().last, piece.range.first}}) +
                             "; --allow-gaps merges those that are here");
    }
    if (is_next) {
      ranges.back().last = piece.range.last;
    } else {
      ranges.push_back(piece.range);
    }
    before = piece.part;
  }
  return ranges;
}

/// As one run stores them: those of the first paths, as far as there is no gap between them.
MergedResult ResultMerger::joined_samples(std::uint64_t first_path) const {
  std::vector<const Samples*> all;
  for (const Part& part : parts_) {
    if (part.samples.n_paths > 0) all.push_back(&part.samples);
  }
  MergedResult merged;
  std::sort(all.begin(), all.end(),
            [](const Samples* a, const Samples* b) { return a->first_path < b->first_path; });
  std::uint64_t end = first_path;
  for (const Samples* samples : all) {
    if (samples->first_path == end) {
      end = samples->end_path();
    } else {
      merged.n_samples_dropped += samples->n_paths;
    }
  }
  if (end == first_path) return merged;
  const AccumulatorShape shape = facts_.shape();
  merged.samples =
      Samples(first_path, end - first_path, shape.n_members, shape.n_minerals, shape.n_years);
  for (const Samples* samples : all) merged.samples.copy_from(*samples);
  return merged;
}

/// One run would have looked at its first paths alone: only the part that holds them knows what it
/// would have seen, and only as far as they go. At the end everything is seen.
std::optional<Convergence> ResultMerger::joined_history(const Part& first) const {
  if (!facts_.uncertain.empty()) return std::nullopt;
  std::vector<std::uint64_t> counts =
      kept_path_counts(accumulators_.n_paths, LookedAt::for_history);
  if (!counts.empty() && counts.back() == accumulators_.n_paths) counts.pop_back();
  if (!counts.empty() && counts.back() > first.origin.ranges.front().count()) return std::nullopt;
  std::optional<Convergence> history = first.history.at(counts);
  if (history) history->record(accumulators_, facts_);
  return history;
}

/// Of the parts that say anything; which those were of all of them.
VolatileFacts ResultMerger::volatile_facts() const {
  VolatileFacts facts;
  bool any = false;
  std::uint64_t n_paths = 0;
  for (const Part& part : parts_) {
    note(facts.merged_from, part.file + " (" + path_ranges_text(part.origin.ranges) + ")");
    if (!part.origin.volatile_facts) continue;
    const VolatileFacts& its = *part.origin.volatile_facts;
    note(facts.backend, its.backend);
    note(facts.device, its.device);
    note(facts.compiler, its.compiler);
    const bool is_earlier = !any || its.started_at < facts.started_at;
    if (is_earlier) facts.started_at = its.started_at;
    facts.finished_at = std::max(facts.finished_at, its.finished_at);
    facts.sampling_s += its.sampling_s;
    for (const PathRange& range : part.origin.ranges) n_paths += range.count();
    any = true;
  }
  if (facts.sampling_s > 0) facts.paths_per_s = static_cast<double>(n_paths) / facts.sampling_s;
  return facts;
}

MergedResult ResultMerger::finish(Gaps gaps) {
  std::vector<PathRange> ranges = joined_ranges(gaps);
  MergedResult merged = joined_samples(ranges.front().first);
  merged.history = joined_history(*sorted_pieces().front().part);
  merged.accumulators = std::move(accumulators_);
  const std::uint64_t n_paths = merged.accumulators.n_paths;
  if (static_cast<double>(n_paths) > max_paths)
    throw EnvironmentError("these are more than 1e12 paths, as many as a result may hold");
  if (merged.accumulators.draws.size() > max_draws) {
    throw EnvironmentError("these are " + std::to_string(merged.accumulators.draws.size()) +
                           " draws of [[uncertain]] inputs, and a result keeps " +
                           std::to_string(max_draws));
  }
  merged.origin = parts_.front().origin;
  if (path_counts_differ_)
    merged.origin = with_path_count(std::move(merged.origin), n_paths, parts_.front().file);
  merged.origin.paths_asked = n_paths;
  merged.origin.ranges = std::move(ranges);
  merged.origin.stop_reason = "done";
  merged.origin.samples_asked.reset();
  merged.origin.precision.reset();
  merged.origin.volatile_facts = volatile_facts();
  return merged;
}

}  // namespace blocrisk
