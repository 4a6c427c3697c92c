#include "host/analysis/precision.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "host/scenario/nearest.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

bool is_chosen(const PrecisionRule& rule, const NamedFigure& figure, int row, int n_minerals) {
  const int member = figure.of_member ? row : row / n_minerals;
  const int mineral = figure.of_member ? -1 : row % n_minerals;
  const auto fits = [member, mineral](const CellChoice& choice) {
    return (choice.member < 0 || choice.member == member) &&
           (choice.mineral < 0 || mineral < 0 || choice.mineral == mineral);
  };
  return rule.choices.empty() || std::any_of(rule.choices.begin(), rule.choices.end(), fits);
}

double relative_half_width(const Figure& figure) {
  return 0.5 * (figure.high - figure.low) / figure.value;
}

/// The least precise row of one figure; infinite where none that was chosen is above zero.
WidestInterval widest_row(const PrecisionRule& rule, const NamedFigure& named,
                          const Accumulators& state, const ResultFacts& facts) {
  const std::vector<Figure> figures = figures_of(named, state, facts);
  const auto n_minerals = static_cast<int>(facts.minerals.size());
  double largest = 0.0;
  for (std::size_t row = 0; row < figures.size(); ++row) {
    if (is_chosen(rule, named, static_cast<int>(row), n_minerals))
      largest = std::max(largest, figures[row].value);
  }
  if (!(largest > 0.0)) return {std::numeric_limits<double>::infinity(), named.name, "", ""};
  WidestInterval widest{-1.0, named.name, "", ""};
  for (std::size_t row = 0; row < figures.size(); ++row) {
    const bool counts = figures[row].value >= least_counted_fraction * largest;
    if (!counts || !is_chosen(rule, named, static_cast<int>(row), n_minerals)) continue;
    const double width = relative_half_width(figures[row]);
    if (width <= widest.relative_half_width) continue;
    const std::size_t minerals = facts.minerals.size();
    widest = {width, named.name, facts.members[named.of_member ? row : row / minerals],
              named.of_member ? "" : facts.minerals[row % minerals]};
  }
  return widest;
}

int index_of(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

}  // namespace

WidestInterval widest_interval(const PrecisionRule& rule, const Accumulators& state,
                               const ResultFacts& facts) {
  WidestInterval widest{-1.0, "", "", ""};
  for (const NamedFigure& named : rule.figures) {
    WidestInterval row = widest_row(rule, named, state, facts);
    if (row.relative_half_width > widest.relative_half_width) widest = std::move(row);
  }
  return widest;
}

std::vector<std::uint64_t> asked_path_counts(std::uint64_t least, std::uint64_t most) {
  std::vector<std::uint64_t> counts;
  for (std::uint64_t unit = 1024; 4 * unit <= most; unit *= 2) {
    for (std::uint64_t units = 4; units < 8; ++units) {
      if (units * unit >= least && units * unit <= most) counts.push_back(units * unit);
    }
  }
  return counts;
}

CellChoice parse_cell_choice(const std::string& option, const std::string& text,
                             const ResultFacts& facts) {
  CellChoice choice;
  const auto refuse = [&](const std::string& why) {
    throw UsageError(option + " " + text + ": " + why);
  };
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t comma = std::min(text.find(',', first), text.size());
    const std::string name = text.substr(first, comma - first);
    first = comma + 1;
    if (name.empty()) refuse("has an empty name");
    const int member = index_of(facts.members, name), mineral = index_of(facts.minerals, name);
    if (member >= 0 && choice.member >= 0) refuse("names two members; give the option twice");
    if (member < 0 && mineral >= 0 && choice.mineral >= 0)
      refuse("names two minerals; give the option twice");
    if (member < 0 && mineral < 0) {
      std::vector<std::string> names = facts.members;
      names.insert(names.end(), facts.minerals.begin(), facts.minerals.end());
      refuse("\"" + name + "\" is neither a member nor a mineral" + nearest_hint(name, names));
    }
    (member >= 0 ? choice.member : choice.mineral) = member >= 0 ? member : mineral;
  }
  return choice;
}

}  // namespace blocrisk
