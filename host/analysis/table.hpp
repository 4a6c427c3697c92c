/// The tables a person reads after a run and by `show`, and the same numbers for machines.
#pragma once

#include <string>

#include "host/analysis/facts.hpp"
#include "host/analysis/summary.hpp"

namespace blocrisk {

/// Aligned plain text, below 100 columns: per mineral the world price and the restricted share, per
/// member its shortfall; then each member's loss. Ends with a newline.
std::string text_table(const Summary& summary, const ResultFacts& facts);

/// One JSON object on one line: {"paths":..., "minerals":[...], "members":[...], "cells":[...]}.
std::string json_table(const Summary& summary, const ResultFacts& facts);

/// One row per member, mineral and figure: member,mineral,figure,unit,value; the mineral is empty
/// for a member's figures, the member for a mineral's.
std::string csv_table(const Summary& summary, const ResultFacts& facts);

}  // namespace blocrisk
