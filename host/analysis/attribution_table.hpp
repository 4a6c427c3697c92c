/// Attribution for people and machines.
#pragma once

#include <string>

#include "host/analysis/attribution.hpp"

namespace blocrisk {

/// Per member and mineral with a shortfall, the largest parts of its mean and of its tail, in per
/// cent of either. Ends with a newline.
std::string text_attribution(const AttributionFigures& figures, const ResultFacts& facts);
/// One object: {"paths":..., "cells":[{"member":...,"mineral":...,"tail_paths":...,"parts":[
/// {"country":...,"cause":...,"expected":...,"tail":...}]}]}, parts that are not 0 only.
std::string json_attribution(const AttributionFigures& figures, const ResultFacts& facts);
/// Rows member,mineral,figure,unit,value; figures are attribution_expected.COUNTRY.CAUSE and
/// attribution_tail.COUNTRY.CAUSE, those that are not 0 only.
std::string csv_attribution(const AttributionFigures& figures, const ResultFacts& facts);

}  // namespace blocrisk
