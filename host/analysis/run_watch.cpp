#include "host/analysis/run_watch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace blocrisk {

RunWatch::RunWatch(const ResultFacts& facts, std::uint64_t n_paths,
                   std::optional<PrecisionRule> rule, const std::vector<std::uint64_t>& asked)
    : facts_(facts), rule_(std::move(rule)), asked_(asked) {
  if (facts.uncertain.empty()) {
    convergence_.emplace();
    kept_ = kept_path_counts(n_paths, rule_ ? LookedAt::for_precision : LookedAt::for_history);
  }
  std::set_union(kept_.begin(), kept_.end(), asked_.begin(), asked_.end(),
                 std::back_inserter(looks_));
}

void RunWatch::take_over(const Convergence& earlier, std::uint64_t n_paths) {
  if (!convergence_) return;
  // What is due right at `n_paths` is looked at when the run goes on.
  const auto end = std::lower_bound(kept_.begin(), kept_.end(), n_paths);
  convergence_ = earlier.at({kept_.begin(), end});
}

bool RunWatch::look(const Accumulators& state) {
  const auto is_due = [&state](const std::vector<std::uint64_t>& counts) {
    return std::binary_search(counts.begin(), counts.end(), state.n_paths);
  };
  if (convergence_ && is_due(kept_)) convergence_->record(state, facts_);
  if (!rule_ || !is_due(asked_)) return true;
  return widest_interval(*rule_, state, facts_).relative_half_width > rule_->relative_half_width;
}

std::optional<Convergence> RunWatch::history(const Accumulators& state) const {
  std::optional<Convergence> history = convergence_;
  if (history) history->record(state, facts_);
  return history;
}

}  // namespace blocrisk
