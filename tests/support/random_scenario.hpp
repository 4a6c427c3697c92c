/// Small random scenarios with every feature of the model on, for tests that must hold on any
/// network. The same seed gives the same scenario on every machine.
#pragma once

#include <cstdint>

#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Resolved and valid; steps_per_year is 4, 12 or 52 by turns of the seed. Seeds that leave 1 when
/// divided by 4 have more than two purchasing weights, the others two.
Scenario random_scenario(std::uint64_t seed);

/// The same with dozens of countries, so that rows have up to 64 slots, over a year or two.
Scenario wide_random_scenario(std::uint64_t seed);

/// Whether the scenario keeps to two purchasing weights, where no need stays open beside a
/// leftover.
bool has_two_weights(const Scenario& scenario);

/// The same network in the quiet world: no events, moves of price, outages or growth, no node too
/// dear to run, one yield a stage, two purchasing weights.
Scenario quiet_world_of(Scenario scenario);

}  // namespace blocrisk
