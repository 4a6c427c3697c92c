/// `--attribution`: over how many of its paths a run attributes shortfall, and that second pass.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <CLI/App.hpp>

#include "host/analysis/attribution.hpp"
#include "host/app/backends.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/outer_draws.hpp"

namespace blocrisk {

/// Enough for parts of a tail to within a per cent of it, a second or two of most machines.
inline constexpr std::uint64_t default_attribution_paths = 100'000;

/// N paths, "all" or "none"; nothing where it is not given.
void add_attribution_option(CLI::App& command, std::optional<std::uint64_t>& n_paths);

/// What a run that is done knows.
struct AttributionSource {
  const Network& network;
  std::uint64_t seed;
  const std::vector<PathRange>& ranges;  ///< sampled
  const Summary& summary;
  const ResultFacts& facts;
  const OuterDraws* draws;  ///< null where no input is uncertain
};

/// Of the first `n_paths` of the ranges, on the CPU whatever ran them; nothing for none, and where
/// `stop_signal` says that it was stopped.
std::optional<AttributionFigures> attribute(const AttributionSource& source, std::uint64_t n_paths,
                                            const BackendOptions& options);

}  // namespace blocrisk
