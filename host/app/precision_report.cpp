#include "host/app/precision_report.hpp"

#include <cmath>
#include <cstdio>

namespace blocrisk {

std::optional<PrecisionFacts> precision_facts(const PrecisionOptions& options,
                                              const std::optional<PrecisionRule>& rule,
                                              const Accumulators& state, const ResultFacts& facts) {
  if (!rule) return std::nullopt;
  const WidestInterval widest = widest_interval(*rule, state, facts);
  PrecisionFacts precision;
  precision.asked = rule->relative_half_width;
  precision.reached = widest.relative_half_width;
  precision.widest = widest.figure;
  if (!widest.member.empty()) precision.widest += " of " + widest.member;
  if (!widest.mineral.empty()) precision.widest += " " + widest.mineral;
  for (const NamedFigure& figure : rule->figures)
    precision.on += (precision.on.empty() ? "" : ",") + figure.name;
  for (const std::string& choice : options.only_for)
    precision.only_for += (precision.only_for.empty() ? "" : ";") + choice;
  return precision;
}

void append_precision(JsonWriter& json, const PrecisionFacts& precision) {
  json.key("precision")
      .begin_object()
      .member("asked", precision.asked)
      .member("reached", precision.reached)
      .member("widest", precision.widest)
      .member("on", precision.on)
      .member("for", precision.only_for)
      .end_object();
}

void print_precision(const PrecisionFacts& precision) {
  if (std::isinf(precision.reached)) {
    std::printf("precision: %s is zero everywhere, which no sampling makes precise\n",
                precision.widest.c_str());
    return;
  }
  std::printf(
      "precision: the widest 95 %% interval, %s, is within %.3g %% of its figure; asked %.3g %%, "
      "%s\n",
      precision.widest.c_str(), 100.0 * precision.reached, 100.0 * precision.asked,
      precision.reached <= precision.asked ? "reached" : "not reached");
}

}  // namespace blocrisk
