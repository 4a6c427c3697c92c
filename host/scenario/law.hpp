/// The distributions of uncertain inputs: support, and value at a probability. In double, from
/// + - * / sqrt and the project's own elementary functions, so that every host draws the same bits.
/// Leaves to validation whether the parameters make sense, and to outer_draws.hpp where
/// probabilities come from.
#pragma once

#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Every value lies in it: all laws are bounded.
struct Support {
  double low, high;
};

/// Values far from a normal's middle are cut off here where the scenario gives no end.
inline constexpr double default_cut_sd = 3.0;

/// `low` and `high`, or what stands for them: mean -+ 3 sd, median e^(-+ 3 log_sd), 0 and 1.
/// Expects an input that validation finds no fault with, here and below.
[[nodiscard]] Support support_of(const UncertainInput& input);

/// The value that a draw is below with this probability, 0 < probability < 1: F^-1, of the law as
/// cut at its support. Accuracy (tests/unit/law_test.cpp): 1e-12 of the support's width.
[[nodiscard]] double law_value(const UncertainInput& input, double probability);

}  // namespace blocrisk
