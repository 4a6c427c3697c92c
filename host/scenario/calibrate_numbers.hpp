/// Small conversions from the scenario's units to what a step needs. All in double, from + - * /
/// sqrt and the project's own elementary functions, so that every host gets the same bits.
#pragma once

#include <cstdint>
#include <vector>

namespace blocrisk {

/// 1 - e^-x without cancellation for small x: the probability of an event at a rate, over a step.
double one_minus_decay(double x);
/// What each slot starts with, times (1 + its growth)^(step dt): a table [step][slot].
std::vector<double> grown_table(const std::vector<double>& start,
                                const std::vector<double>& growth_per_yr, int n_steps,
                                double dt_yr);
/// Standard normal z with Phi(z) = probability; -1e30 at 0, 1e30 at 1: never and always below.
double normal_cut(double probability);

/// dt over a mean time, at most 1: the probability that something of that mean length ends in a
/// step, or the part of a gap an exponential smoothing closes. A time of 0 gives 1.
double step_fraction(double dt_yr, double mean_yr);

/// Mean of the exponential time whose whole part is the number of steps before something happens
/// that happens in each with the given probability: -1/ln(1 - p), 0 where it is certain.
double mean_wait_steps(double probability);

/// Months as a real number of steps.
double steps_of_months(double months, int steps_per_year);
/// Months rounded to steps, halves to even; a negative time stays negative.
int whole_steps_of_months(double months, int steps_per_year);
/// How many steps a duration of `steps` is in force: all it touches, at least one; a remainder
/// below 1e-6 counts as none.
int steps_in_force(double steps);

/// "Happens" iff (word >> 1) < threshold: round-half-even of probability x 2^31.
std::uint32_t threshold_of(double probability);
/// Thresholds of "the first k with (word >> 1) < threshold_k" from weights; the last is 2^31.
std::vector<std::int32_t> cumulative_thresholds(const std::vector<double>& weights);

/// Largest power of two that is not above `limit`, for limit > 0.
double power_of_two_below(double limit);

}  // namespace blocrisk
