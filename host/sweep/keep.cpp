#include "host/sweep/keep.hpp"

#include <algorithm>

#include "kernels/model/measures.hpp"

namespace blocrisk {

std::vector<std::string> known_measures() {
  std::vector<std::string> names;
  for (const MeasureInfo& info : measure_table) names.emplace_back(info.name);
  names.emplace_back("short_probability");
  for (const MeasureInfo& info : member_measure_table) names.emplace_back(info.name);
  return names;
}

std::vector<std::string> known_figures() {
  return {"mean", "std",     "stderr",     "quantile",    "var",
          "cvar", "support", "exceedance", "probability", "return"};
}

bool is_kept(const Sweep& sweep, const FigureVariable& figure) {
  const auto keeps = [](const std::vector<std::string>& asked, const std::string& name) {
    return asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end();
  };
  return keeps(sweep.keep_measures, figure.measure) && keeps(sweep.keep_figures, figure.figure);
}

}  // namespace blocrisk
