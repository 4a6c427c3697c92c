#include "host/sweep/sobol_indices.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/analysis/mean_interval.hpp"

namespace blocrisk {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The base points all of whose members have a value, as rows of them.
std::vector<std::span<const double>> whole_rows(std::span<const double> outputs,
                                                std::size_t width) {
  std::vector<std::span<const double>> rows;
  for (std::size_t at = 0; at + width <= outputs.size(); at += width) {
    const auto row = outputs.subspan(at, width);
    if (std::all_of(row.begin(), row.end(), [](double v) { return std::isfinite(v); }))
      rows.push_back(row);
  }
  return rows;
}

/// Mean of the values and its 95 % interval.
Figure mean_with_interval(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += value;
  CentralSums sums{n, sum / n, 0.0, 0.0};
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  std::uint64_t n_above = 0;
  std::uint64_t n_below = 0;
  for (const double value : values) {
    const double step = value - sums.mean;
    sums.squares += step * step;
    sums.cubes += step * step * step;
    n_above += value > *smallest ? 1 : 0;
    n_below += value < *largest ? 1 : 0;
  }
  if (!(sums.squares > 0.0)) return {sums.mean, sums.mean, sums.mean};
  const Interval interval =
      mean_interval(sums, {*smallest, *largest, -infinity, infinity, n_above, n_below});
  return {sums.mean, interval.low, interval.high};
}

class Estimator {
 public:
  explicit Estimator(const std::vector<std::span<const double>>& rows) : rows_(rows) {
    const auto n = static_cast<double>(rows.size());
    for (const auto& row : rows) mean_ += row[0] + row[1];
    mean_ /= 2.0 * n;
    for (const auto& row : rows) {
      const double a = row[0] - mean_;
      const double b = row[1] - mean_;
      variance_terms_.push_back(0.5 * (a * a + b * b));
      variance_ += variance_terms_.back();
    }
    variance_ /= n;
  }

  [[nodiscard]] Figure first_order(std::size_t axis) const {
    return ratio([&](const auto& row) { return (row[1] - mean_) * (row[2 + axis] - row[0]); });
  }
  [[nodiscard]] Figure total(std::size_t axis) const {
    return ratio([&](const auto& row) {
      const double step = row[0] - row[2 + axis];
      return 0.5 * step * step;
    });
  }

 private:
  template <class Term>
  Figure ratio(Term term) const {
    if (!(variance_ > 0.0)) return {not_a_number, not_a_number, not_a_number};
    double sum = 0.0;
    for (const auto& row : rows_) sum += term(row);
    const double index = sum / static_cast<double>(rows_.size()) / variance_;
    std::vector<double> influence;
    for (std::size_t j = 0; j < rows_.size(); ++j)
      influence.push_back(index + (term(rows_[j]) - index * variance_terms_[j]) / variance_);
    const Figure figure = mean_with_interval(influence);
    // The truth lies between 0 and 1; the estimate need not.
    return {index, std::min(std::max(figure.low, 0.0), index),
            std::max(std::min(figure.high, 1.0), index)};
  }

  const std::vector<std::span<const double>>& rows_;
  double mean_ = 0.0;
  double variance_ = 0.0;
  std::vector<double> variance_terms_;
};

}  // namespace

SensitivityIndices sobol_indices(std::span<const double> outputs, std::size_t n_axes) {
  const auto rows = whole_rows(outputs, n_axes + 2);
  SensitivityIndices indices;
  const Figure none{not_a_number, not_a_number, not_a_number};
  indices.first_order.assign(n_axes, none);
  indices.total.assign(n_axes, none);
  if (rows.size() < 2) return indices;
  const Estimator estimator(rows);
  for (std::size_t axis = 0; axis < n_axes; ++axis) {
    indices.first_order[axis] = estimator.first_order(axis);
    indices.total[axis] = estimator.total(axis);
  }
  return indices;
}

}  // namespace blocrisk
