/// What the integer state says of one cell or member: its distribution, and how often it was short.
#pragma once

#include <cstdint>

#include "host/analysis/distribution.hpp"
#include "host/analysis/facts.hpp"
#include "host/engine/accumulators.hpp"

namespace blocrisk {

/// Of a measure of one cell; without samples where the member has no demand.
Distribution cell_distribution(const Accumulators& state, const ResultFacts& facts, int measure,
                               int cell);
/// Of a member's measure; without samples where the member has no demand at all.
Distribution member_distribution(const Accumulators& state, const ResultFacts& facts, int measure,
                                 int member);

/// What no path can exceed: where an interval ends there, the samples do not say where it ends.
double largest_value(Measure measure, const ResultFacts& facts, int cell);
double largest_value(MemberMeasure measure, const ResultFacts& facts, int member);

/// False where the member has no demand: its measures are known without sampling.
bool cell_was_sampled(const Accumulators& state, int cell);
/// Paths without a step above the short threshold.
std::uint64_t never_short(const Accumulators& state, int cell);

}  // namespace blocrisk
