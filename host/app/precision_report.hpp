/// What became of --precision: for the file, for people and for machines.
#pragma once

#include <optional>

#include "host/analysis/precision.hpp"
#include "host/app/precision_options.hpp"
#include "host/engine/accumulators.hpp"
#include "host/io/result.hpp"
#include "host/support/json.hpp"

namespace blocrisk {

/// What was asked, and what the end of the run has; nothing where there was no rule.
std::optional<PrecisionFacts> precision_facts(const PrecisionOptions& options,
                                              const std::optional<PrecisionRule>& rule,
                                              const Accumulators& state, const ResultFacts& facts);

/// A member "precision" of the object that is open.
void append_precision(JsonWriter& json, const PrecisionFacts& precision);
void print_precision(const PrecisionFacts& precision);

}  // namespace blocrisk
