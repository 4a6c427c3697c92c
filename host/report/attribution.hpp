/// Who and what a shortfall comes from, as a result file's `/attribution` holds it. Reads that
/// group alone; a file may lack it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/analysis/facts.hpp"

namespace blocrisk {

struct Attribution {
  std::vector<std::string> countries, causes;
  /// [member][mineral][country][cause], fractions of demand; tail: paths beyond VaR 95.
  std::vector<double> expected, tail;
};

/// Nothing where the file has no such group. Throws EnvironmentError where it cannot be read or its
/// shape is not that of `facts`.
std::optional<Attribution> read_attribution(const std::filesystem::path& path,
                                            const ResultFacts& facts);

}  // namespace blocrisk
