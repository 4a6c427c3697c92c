/// What became of --precision: for the file, for people and for machines.
#pragma once

#include <optional>

#include "host/analysis/precision.hpp"
#include "host/app/precision_options.hpp"
#include "host/engine/accumulators.hpp"
#include "host/io/result.hpp"
#include "host/support/json.hpp"

namespace blocrisk {

/// What was asked; nothing where there is no rule.
std::optional<PrecisionFacts> precision_asked(const PrecisionOptions& options,
                                              const std::optional<PrecisionRule>& rule);
/// And what the paths done so far give; expects that there are any.
PrecisionFacts precision_reached(PrecisionFacts asked, const PrecisionRule& rule,
                                 const Accumulators& state, const ResultFacts& facts);

/// A member "precision" of the object that is open.
void append_precision(JsonWriter& json, const PrecisionFacts& precision);
void print_precision(const PrecisionFacts& precision);

}  // namespace blocrisk
