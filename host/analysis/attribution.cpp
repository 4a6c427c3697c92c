#include "host/analysis/attribution.hpp"

#include <limits>
#include <utility>

#include "host/analysis/levels.hpp"
#include "host/analysis/same_numbers.hpp"

namespace blocrisk {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

bool operator==(const AttributionFigures& a, const AttributionFigures& b) {
  return a.n_paths == b.n_paths && a.countries == b.countries && a.tail_paths == b.tail_paths &&
         same_numbers(a.expected, b.expected) && same_numbers(a.tail, b.tail);
}

std::vector<double> tail_thresholds(const Summary& summary) {
  const std::vector<double>& var = summary.of(Measure::shortfall).var;
  std::vector<double> thresholds;
  for (std::size_t at = tail_level_95; at < var.size(); at += tail_levels.size())
    thresholds.push_back(var[at]);
  return thresholds;
}

AttributionFigures attribution_figures(const AttributionSums& sums, const ResultFacts& facts,
                                       std::vector<std::string> countries) {
  AttributionFigures figures;
  figures.n_paths = sums.n_paths;
  figures.countries = std::move(countries);
  const std::size_t per_cell = figures.countries.size() * n_causes;
  const auto n_paths = static_cast<double>(sums.n_paths);
  for (std::size_t cell = 0; cell < sums.tail_paths.size(); ++cell) {
    const double scale = facts.measure_scale[cell];  // of shortfall, the first measure
    const auto n_tail = static_cast<double>(sums.tail_paths[cell]);
    figures.tail_paths.push_back(static_cast<std::int64_t>(sums.tail_paths[cell]));
    for (std::size_t at = cell * per_cell; at < (cell + 1) * per_cell; ++at) {
      const double expected = sums.expected[at].to_double() / scale;
      const double tail = sums.tail[at].to_double() / scale;
      figures.expected.push_back(n_paths > 0 ? expected / n_paths : not_a_number);
      figures.tail.push_back(n_tail > 0 ? tail / n_tail : not_a_number);
    }
  }
  return figures;
}

}  // namespace blocrisk
