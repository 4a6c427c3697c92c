/// Paired differences of a member against the reference, as variables of the file: those of
/// `compare`, with the member as A and the reference as B.
#pragma once

#include <string>
#include <vector>

#include "host/analysis/comparison.hpp"
#include "host/io/figure_variables.hpp"

namespace blocrisk {

/// A variable and its values; not a number where one of the two has no demand.
struct DifferenceVariable {
  std::string name;
  std::vector<std::string> axes;  ///< member, mineral; or member
  std::string units, long_name;
  std::vector<double> values;
};

/// All of them, in the file's order; of no `comparison`, without numbers.
[[nodiscard]] std::vector<DifferenceVariable> difference_variables(
    const std::vector<std::string>& members, const std::vector<std::string>& minerals,
    const Comparison& comparison);

}  // namespace blocrisk
