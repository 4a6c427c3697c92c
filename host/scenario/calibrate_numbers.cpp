#include "host/scenario/calibrate_numbers.hpp"

#include <cmath>

#include "kernels/math/exact_double.hpp"

namespace blocrisk {
namespace {

constexpr double certain = 2147483648.0;  // 2^31, on (word >> 1)

}  // namespace

double one_minus_decay(double x) { return -expm1_d(-x); }

std::vector<double> grown_table(const std::vector<double>& start,
                                const std::vector<double>& growth_per_yr, int n_steps,
                                double dt_yr) {
  std::vector<double> table(start.size() * static_cast<std::size_t>(n_steps));
  std::vector<double> factor(static_cast<std::size_t>(n_steps));
  for (std::size_t slot = 0; slot < start.size(); ++slot) {
    const bool same_as_last = slot > 0 && growth_per_yr[slot] == growth_per_yr[slot - 1];
    for (std::size_t step = 0; step < factor.size(); ++step) {
      const double time_yr = static_cast<double>(step) * dt_yr;
      if (!same_as_last) factor[step] = pow_d(1.0 + growth_per_yr[slot], time_yr);
      table[step * start.size() + slot] = start[slot] * factor[step];
    }
  }
  return table;
}

double normal_cut(double probability) {
  if (probability <= 0.0) return -1e30;
  if (probability >= 1.0) return 1e30;
  return normal_quantile_d(probability);
}

double step_fraction(double dt_yr, double mean_yr) {
  return dt_yr < mean_yr ? dt_yr / mean_yr : 1.0;
}

double mean_wait_steps(double probability) {
  return probability < 1.0 ? -1.0 / log1p_d(-probability) : 0.0;
}

double steps_of_months(double months, int steps_per_year) { return months * steps_per_year / 12.0; }

int whole_steps_of_months(double months, int steps_per_year) {
  constexpr double limit = 1e9;  // far beyond any horizon, and an int
  const double steps = std::nearbyint(steps_of_months(months, steps_per_year));
  if (months < 0.0)
    return steps < -limit ? static_cast<int>(-limit) : steps > -1.0 ? -1 : static_cast<int>(steps);
  return steps > limit ? static_cast<int>(limit) : static_cast<int>(steps);
}

int steps_in_force(double steps) {
  constexpr double limit = 1e9;
  const double whole = std::ceil(steps - 1e-6);
  return whole < 1.0 ? 1 : whole > limit ? static_cast<int>(limit) : static_cast<int>(whole);
}

std::uint32_t threshold_of(double probability) {
  const double threshold = std::nearbyint(probability * certain);  // halves to even
  return threshold <= 0.0       ? 0U
         : threshold >= certain ? 1U << 31
                                : static_cast<std::uint32_t>(threshold);
}

std::vector<std::int32_t> cumulative_thresholds(const std::vector<double>& weights) {
  double total = 0.0;
  for (const double weight : weights) total += weight;
  std::vector<std::int32_t> thresholds;
  double sum = 0.0;
  for (const double weight : weights) {
    sum += weight;
    thresholds.push_back(static_cast<std::int32_t>(threshold_of(total > 0.0 ? sum / total : 0.0)));
  }
  if (!thresholds.empty()) thresholds.back() = static_cast<std::int32_t>(1U << 31);
  return thresholds;
}

double power_of_two_below(double limit) {
  int exponent = 0;
  std::frexp(limit, &exponent);  // limit = m 2^exponent, m in [1/2, 1)
  return std::ldexp(1.0, exponent - 1);
}

}  // namespace blocrisk
