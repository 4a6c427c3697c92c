/// What is looked at while a run goes on: keeps the figures of `/convergence`, and says when a
/// precision is reached.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "host/analysis/convergence.hpp"
#include "host/analysis/precision.hpp"

namespace blocrisk {

class RunWatch {
 public:
  /// Of a run of at most `n_paths`; the rule, where there is one, is asked at the counts `asked`.
  /// Refers to the facts.
  RunWatch(const ResultFacts& facts, std::uint64_t n_paths, std::optional<PrecisionRule> rule = {},
           const std::vector<std::uint64_t>& asked = {});

  /// Takes over what was kept of the first `n_paths` before `look` is called at more. The history
  /// of this run is what it would be had it begun at none, or there is none: where an earlier run
  /// was not looked at when this one would have been.
  void take_over(const Convergence& earlier, std::uint64_t n_paths);

  /// Counts of paths at which to call `look`, ascending.
  const std::vector<std::uint64_t>& looks() const { return looks_; }
  /// False once the rule is satisfied.
  bool look(const Accumulators& state);
  /// Kept so far; null where there is no history, as with uncertain inputs: intervals at a look
  /// know nothing of the draws that paths share.
  const Convergence* so_far() const { return convergence_ ? &*convergence_ : nullptr; }
  /// The history up to the end of the run, where there is one.
  std::optional<Convergence> history(const Accumulators& state) const;

 private:
  const ResultFacts& facts_;
  std::optional<PrecisionRule> rule_;
  std::vector<std::uint64_t> kept_, asked_, looks_;
  std::optional<Convergence> convergence_;
};

}  // namespace blocrisk
