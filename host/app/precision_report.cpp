#include "host/app/precision_report.hpp"

#include <cmath>
#include <cstdio>

namespace blocrisk {

std::optional<PrecisionFacts> precision_asked(const PrecisionOptions& options,
                                              const std::optional<PrecisionRule>& rule) {
  if (!rule) return std::nullopt;
  PrecisionFacts precision;
  precision.asked = rule->relative_half_width;
  precision.least_paths = options.least_paths.value_or(default_least_paths);
  for (const NamedFigure& figure : rule->figures)
    precision.on += (precision.on.empty() ? "" : ",") + figure.name;
  for (const std::string& choice : options.only_for)
    precision.only_for += (precision.only_for.empty() ? "" : ";") + choice;
  return precision;
}

PrecisionFacts precision_reached(PrecisionFacts asked, const PrecisionRule& rule,
                                 const Accumulators& state, const ResultFacts& facts) {
  const WidestInterval widest = widest_interval(rule, state, facts);
  asked.reached = widest.relative_half_width;
  asked.widest = widest.figure;
  if (!widest.member.empty()) asked.widest += " of " + widest.member;
  if (!widest.mineral.empty()) asked.widest += " " + widest.mineral;
  return asked;
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
