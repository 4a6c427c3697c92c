/// Differences between two scenarios on the same draws: path k of one beside path k of the other,
/// so that what both meet cancels. Values in path order; every figure is A's less B's.
#pragma once

#include <cstdint>
#include <span>

#include "host/analysis/binomial.hpp"
#include "host/analysis/levels.hpp"
#include "host/analysis/tail.hpp"

namespace blocrisk {

/// One quantity of both, a value a path, none below zero. Expects as many in both, at least one.
struct Pairs {
  std::span<const float> a, b;
};

/// Paths on which A's value is the larger, the smaller.
struct PairCounts {
  std::uint64_t n = 0, a_above = 0, b_above = 0;
  std::uint64_t different() const { return a_above + b_above; }
};
PairCounts count_pairs(const Pairs& pairs);

/// Difference of the means; the standard error is that of the path by path differences. Skewness is
/// corrected for, and where few paths differ one way, the interval leaves room for one more that
/// does, by as much as the largest value of either.
Figure mean_difference(const Pairs& pairs);

/// Difference of the conditional values at risk. Each is the mean of VaR + (X - VaR)+ / (1 -
/// level), to first order also where VaR comes from the same sample, for VaR minimises it
/// (Rockafellar and Uryasev 2002). So the difference is a mean over paths of that of A less that of
/// B, their influence functions, and the interval is that of this mean: what both tails share
/// cancels. It is widened to hold those with both VaR taken at either end of the order statistics
/// that enclose it. tests/unit/paired_test.cpp measures how often it holds the truth.
Figure cvar_difference(const Pairs& pairs, Level level);

/// Difference of the probabilities of a value above zero. The interval is that of Agresti and Min
/// (Stat. Med. 24, 2005, 729), which counts half a path more for each outcome: honest also where
/// few paths or none tell the two apart.
Figure probability_difference(const Pairs& pairs);

/// Too few paths differ to say how much: fewer than `least_tail_samples`.
bool is_thin(const PairCounts& counts);

}  // namespace blocrisk
