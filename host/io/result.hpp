/// A result as the file holds it: the integer state, what it means, and where it came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/analysis/attribution.hpp"
#include "host/analysis/convergence.hpp"
#include "host/analysis/facts.hpp"
#include "host/engine/accumulators.hpp"
#include "host/engine/backend.hpp"
#include "host/engine/samples.hpp"

namespace blocrisk {

inline constexpr const char* result_schema = "blocrisk-result";
inline constexpr std::int64_t result_schema_version = 3;
/// Which draws a path number stands for; to be raised where an address is read in another way.
inline constexpr const char* result_generator = "philox4x32-10, addresses 1";
/// Of the file of a sweep, whose dimension `scenario` results do not have.
inline constexpr const char* sweep_schema = "blocrisk-sweep";
inline constexpr std::int64_t sweep_schema_version = 1;

/// What may differ between two runs that sampled the same paths.
struct VolatileFacts {
  std::string backend, device, compiler, command_line;
  std::string started_at, finished_at;  ///< ISO 8601, UTC
  double sampling_s = 0.0;
  double paths_per_s = 0.0;
  std::string merged_from{};  ///< files and their path ranges; empty: one run
  friend bool operator==(const VolatileFacts&, const VolatileFacts&) = default;
};

/// What a run with --precision was asked for and got.
struct PrecisionFacts {
  double asked = 0.0, reached = 0.0;  ///< half-width over value; reached: of the widest interval
  std::string widest;                 ///< what that is: "shortfall.cvar95 of JPN gallium"
  std::string on;                     ///< names of the figures, comma-separated
  std::string only_for;               ///< as given, semicolon-separated; empty: all
  std::uint64_t least_paths = 0;      ///< before which it was not looked at
  friend bool operator==(const PrecisionFacts&, const PrecisionFacts&) = default;
};

/// Where a result came from; the file's root attributes.
struct RunOrigin {
  std::string scenario_name;
  std::string scenario_text;    ///< canonical, with every table
  std::string scenario_sha256;  ///< of that text
  std::string network_hash;
  std::string generator = result_generator;  ///< empty in files that do not say
  std::uint64_t seed = 0;
  std::uint64_t paths_asked = 0;
  std::vector<PathRange> ranges;  ///< path numbers done
  std::string stop_reason;
  std::optional<std::uint64_t> samples_asked;  ///< of a checkpoint
  std::string engine_version, commit;
  std::optional<PrecisionFacts> precision;      ///< absent where all paths were asked for
  std::optional<VolatileFacts> volatile_facts;  ///< absent under --no-volatile
  friend bool operator==(const RunOrigin&, const RunOrigin&) = default;
};

struct StoredResult {
  ResultFacts facts;
  Accumulators accumulators;
  Samples samples;  ///< n_paths 0: none were asked for
  std::optional<AttributionFigures> attribution;
  RunOrigin origin;
  Convergence convergence;
};

}  // namespace blocrisk
