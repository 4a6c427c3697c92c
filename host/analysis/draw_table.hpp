/// What uncertain inputs do to a result, for people and machines. Empty texts where none is.
#pragma once

#include <string>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"

namespace blocrisk {

/// Per mineral and member the mean shortfall, its 90 % band over what the inputs may be, the share
/// of variance that is not knowing them, and the inputs that tell most; the same of members'
/// losses. Begins with an empty line, ends with a newline.
std::string text_draws(const Accumulators& accumulators, const Summary& summary,
                       const ResultFacts& facts);
/// One object: {"draws":..., "inputs":[{"name":...,"address":...,"distribution":...}],
/// "members":[...], "cells":[...]}, entries with their names and figures.
std::string json_draws(const Accumulators& accumulators, const Summary& summary,
                       const ResultFacts& facts);
/// Rows member,mineral,figure,unit,value.
std::string csv_draws(const Accumulators& accumulators, const Summary& summary,
                      const ResultFacts& facts);

}  // namespace blocrisk
