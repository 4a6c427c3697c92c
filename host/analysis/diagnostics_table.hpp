/// The static diagnostics as tables for people and for machines.
#pragma once

#include <string>

#include "host/analysis/facts.hpp"

namespace blocrisk {

/// Aligned plain text, at most 100 columns: per mineral N-1 coverage, concentration and scale, then
/// the members' import reliance. Ends with a newline.
std::string text_diagnostics(const ResultFacts& facts);

/// {"minerals":[...], "cells":[...]}: n1_coverage, hhi_STAGE and calibration_scale_STAGE of each
/// mineral, import_reliance of each member and mineral. What is not a number is null.
std::string json_diagnostics(const ResultFacts& facts);

/// The same as rows of `csv_table`.
std::string csv_diagnostics(const ResultFacts& facts);

}  // namespace blocrisk
