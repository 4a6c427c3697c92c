/// The options that end a run once its figures are precise enough.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "host/analysis/facts.hpp"
#include "host/analysis/precision.hpp"

namespace blocrisk {

struct PrecisionOptions {
  std::optional<double> relative;     ///< --precision
  std::vector<std::string> on;        ///< --precision-on
  std::vector<std::string> only_for;  ///< --for
  std::optional<std::uint64_t> least_paths;
};

/// Paths before the rule is first asked, unless --min-paths says otherwise. Fewer would let runs
/// end whose interval is narrow by chance; outputs/README.md has the bias that is left.
inline constexpr std::uint64_t default_least_paths = 16384;

/// --precision, --precision-on, --for, --min-paths, and --max-paths, which sets `paths`.
void add_precision_options(CLI::App& command, PrecisionOptions& options,
                           std::optional<std::uint64_t>& paths);

/// The rule that was asked for, if any. Throws UsageError where it names no figure, member or
/// mineral, or where a chosen member has no demand.
std::optional<PrecisionRule> precision_rule(const PrecisionOptions& options, const Network& network,
                                            const ResultFacts& facts);

/// When the rule is asked in a run of so many paths whose first `n_samples` are stored. Throws
/// UsageError where --min-paths is more than there are.
std::vector<std::uint64_t> asked_path_counts(const PrecisionOptions& options, std::uint64_t n_paths,
                                             std::uint64_t n_samples);

}  // namespace blocrisk
