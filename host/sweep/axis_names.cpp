#include "host/sweep/axis_names.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "host/io/figure_variables.hpp"
#include "host/sweep/differences.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t max_name_length = 60;

}  // namespace

bool is_axis_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_word = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= max_name_length && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), is_word);
}

bool is_taken_name(const std::string& name) {
  static const std::set<std::string> others{
      "scenario", "scenario_name", "status", "message",  "changes", "scenario_sha256",
      "digest",   "network_hash",  "member", "mineral",  "level",   "threshold",
      "quantile", "return_period", "time",   "timeline", "indices", "differences",
      "figure",   "unit",          "value",  "lo",       "hi"};
  std::vector<FigureVariable> figures = figure_variables(Summary{});
  for (FigureVariable& figure : timeline_variables(Summary{})) figures.push_back(std::move(figure));
  const std::vector<DifferenceVariable> differences = difference_variables({}, {}, {});
  return others.contains(name) || name.find("_exceedance") != std::string::npos ||
         name.ends_with("_quantile") ||
         std::any_of(figures.begin(), figures.end(),
                     [&](const auto& figure) { return figure.variable.name == name; }) ||
         std::any_of(differences.begin(), differences.end(),
                     [&](const auto& difference) { return difference.name == name; });
}

}  // namespace blocrisk
