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

  /// Counts of paths at which to call `look`, ascending.
  const std::vector<std::uint64_t>& looks() const { return looks_; }
  /// False once the rule is satisfied.
  bool look(const Accumulators& state);
  /// The history up to the end of the run.
  Convergence history(const Accumulators& state) const;

 private:
  const ResultFacts& facts_;
  std::optional<PrecisionRule> rule_;
  std::vector<std::uint64_t> kept_, asked_, looks_;
  Convergence convergence_;
};

}  // namespace blocrisk
