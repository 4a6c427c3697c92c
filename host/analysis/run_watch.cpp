#include "host/analysis/run_watch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace blocrisk {

namespace {

/// A batch ends at every look, and one that is short leaves threads and devices idle: a run that is
/// not looked at anyway keeps its history from this part of its paths on.
constexpr std::uint64_t kept_part = 32;

}  // namespace

RunWatch::RunWatch(const ResultFacts& facts, std::uint64_t n_paths,
                   std::optional<PrecisionRule> rule, const std::vector<std::uint64_t>& asked)
    : facts_(facts),
      rule_(std::move(rule)),
      kept_(kept_path_counts(rule_ ? 0 : n_paths / kept_part, n_paths)),
      asked_(asked) {
  std::set_union(kept_.begin(), kept_.end(), asked_.begin(), asked_.end(),
                 std::back_inserter(looks_));
}

bool RunWatch::look(const Accumulators& state) {
  const auto is_due = [&state](const std::vector<std::uint64_t>& counts) {
    return std::binary_search(counts.begin(), counts.end(), state.n_paths);
  };
  if (is_due(kept_)) convergence_.record(state, facts_);
  if (!rule_ || !is_due(asked_)) return true;
  return widest_interval(*rule_, state, facts_).relative_half_width > rule_->relative_half_width;
}

Convergence RunWatch::history(const Accumulators& state) const {
  Convergence history = convergence_;
  history.record(state, facts_);
  return history;
}

}  // namespace blocrisk
