/// Results without an engine: facts, and accumulators filled from plain numbers by the rules that
/// backends follow, so that analysis and files can be tested on their own.
#pragma once

#include <cstdint>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"
#include "host/engine/accumulators.hpp"
#include "host/engine/samples.hpp"
#include "host/io/result.hpp"

namespace blocrisk::test {

/// Members "USA", "EUU", "JPN", ... and minerals "gallium", "cobalt", ...; scales of 2^30.
ResultFacts synthetic_facts(int n_members, int n_minerals, int n_steps, int steps_per_year = 12);

void add_value(Accumulators& state, const ResultFacts& facts, Measure measure, int cell,
               float value, std::uint64_t path);
void add_value(Accumulators& state, const ResultFacts& facts, MemberMeasure measure, int member,
               float value, std::uint64_t path);

/// Paths with every measure and timeline filled from a hash of their number: the same path gives
/// the same values in any state. The last member has no demand for the last mineral.
void add_synthetic_paths(Accumulators& state, const ResultFacts& facts, std::uint64_t first,
                         std::uint64_t last);

/// A whole result of `n_paths` such paths, with `n_samples` of them stored.
StoredResult synthetic_result(int n_members, int n_minerals, int n_steps, std::uint64_t n_paths,
                              std::uint64_t n_samples = 0);

bool same_state(const Accumulators& a, const Accumulators& b);

}  // namespace blocrisk::test
