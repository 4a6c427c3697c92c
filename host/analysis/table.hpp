/// The tables a person reads after a run and by `show`, and the same numbers for machines.
#pragma once

#include <string>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"

namespace blocrisk {

/// Aligned plain text, below 100 columns: per mineral the world price and the restricted share, per
/// member its shortfall; then each member's loss. Ends with a newline.
std::string text_table(const Summary& summary, const ResultFacts& facts);

/// One JSON object on one line: {"paths":..., "minerals":[...], "members":[...], "cells":[...]},
/// each entry with its names and figures. What is not finite is null.
std::string json_table(const Summary& summary, const ResultFacts& facts);

/// One row per member, mineral and figure: member,mineral,figure,unit,value; the mineral is empty
/// for a member's figures, the member for a mineral's, the value where it is not a number.
std::string csv_table(const Summary& summary, const ResultFacts& facts);

}  // namespace blocrisk
