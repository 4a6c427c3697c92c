/// Confidence intervals that rest on the binomial law alone: ranks for quantiles, Wilson's for
/// probabilities. No libm: only + - * / and square roots, so that all hosts agree.
#pragma once

#include <cstdint>

#include "host/analysis/levels.hpp"

namespace blocrisk {

/// 97.5 % point of the standard normal.
inline constexpr double normal_975 = 1.959963984540054;

/// Order statistics that enclose a quantile with at least 95 % confidence, whatever the law of the
/// samples. low = 0: no sample is surely below it; high = n + 1: none is surely above.
struct RankInterval {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const RankInterval&, const RankInterval&) = default;
};

/// Exact binomial tails up to a variance of a million, Cornish-Fisher to the second order beyond,
/// where its error is under a thousandth of a rank.
RankInterval rank_interval(Level level, std::uint64_t n);

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// Wilson's score interval with continuity correction, for a probability seen `count` times in n.
/// It stays honest at 0 and n; without the correction it holds the truth less often than it says
/// for some probabilities, with it hardly ever (R. G. Newcombe, Stat. Med. 17, 1998, 857, method
/// 4).
Interval wilson_interval(std::uint64_t count, std::uint64_t n);

}  // namespace blocrisk
