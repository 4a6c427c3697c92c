#include "host/analysis/paired.hpp"

#include <algorithm>
#include <vector>

#include "host/analysis/mean_interval.hpp"
#include "kernels/math/exact_double.hpp"

namespace blocrisk {
namespace {

/// Mean and 95 % interval of a value that is `rest` on paths that do not tell the two apart, and
/// may go either way on others. Where fewer than `least_seen_samples` paths go one way, another
/// might go there by as much as `reach`. Student's degrees of freedom count both ways together,
/// and `mean_interval` widens one end only, so it is asked for both signs.
template <class Value>
Figure mean_of(std::size_t n, Value value, double rest, double reach) {
  double sum = 0.0;
  std::uint64_t n_above = 0;
  std::uint64_t n_below = 0;
  double smallest = rest;
  double largest = rest;
  for (std::size_t k = 0; k < n; ++k) {
    const double x = value(k);
    sum += x;
    n_above += x > rest ? 1 : 0;
    n_below += x < rest ? 1 : 0;
    smallest = std::min(smallest, x);
    largest = std::max(largest, x);
  }
  const double mean = sum / static_cast<double>(n);
  CentralSums sums{static_cast<double>(n), mean, 0.0, 0.0};
  for (std::size_t k = 0; k < n; ++k) {
    const double step = value(k) - mean;
    sums.squares += step * step;
    sums.cubes += step * step * step;
  }
  // Every path differs by the same: nothing was left to chance.
  if (n_above == n || n_below == n) {
    if (!(sums.squares > 0.0)) return {mean, mean, mean};
  }
  const double low = rest - reach;
  const double high = rest + reach;
  if (n_below < least_seen_samples) smallest = low;
  if (n_above < least_seen_samples) largest = high;
  const std::uint64_t different = n_above + n_below;
  const Interval up = mean_interval(sums, {smallest, largest, low, high, different, different});
  const Interval down = mean_interval({sums.n, -sums.mean, sums.squares, -sums.cubes},
                                      {-largest, -smallest, -high, -low, different, different});
  return {mean, std::min(up.low, -down.high), std::max(up.high, -down.low)};
}

/// The largest value of either: what an unseen path might differ by.
double reach_of(const Pairs& pairs) {
  return std::max(*std::max_element(pairs.a.begin(), pairs.a.end()),
                  *std::max_element(pairs.b.begin(), pairs.b.end()));
}

std::vector<float> sorted(std::span<const float> values) {
  std::vector<float> ascending(values.begin(), values.end());
  std::sort(ascending.begin(), ascending.end());
  return ascending;
}

/// Difference of t + (X - t)+ / (1 - level) in the mean, with a t for each.
Figure excess_difference(const Pairs& pairs, Level level, double t_a, double t_b) {
  const auto beyond = [&](double value, double t) {
    return t + std::max(value - t, 0.0) / level.rest();
  };
  const auto influence = [&](std::size_t k) {
    return beyond(pairs.a[k], t_a) - beyond(pairs.b[k], t_b);
  };
  return mean_of(pairs.a.size(), influence, t_a - t_b, reach_of(pairs) / level.rest());
}

}  // namespace

PairCounts count_pairs(const Pairs& pairs) {
  PairCounts counts{pairs.a.size(), 0, 0};
  for (std::size_t k = 0; k < pairs.a.size(); ++k) {
    counts.a_above += pairs.a[k] > pairs.b[k] ? 1 : 0;
    counts.b_above += pairs.a[k] < pairs.b[k] ? 1 : 0;
  }
  return counts;
}

Figure mean_difference(const Pairs& pairs) {
  const auto difference = [&](std::size_t k) {
    return static_cast<double>(pairs.a[k]) - static_cast<double>(pairs.b[k]);
  };
  return mean_of(pairs.a.size(), difference, 0.0, reach_of(pairs));
}

Figure cvar_difference(const Pairs& pairs, Level level) {
  const std::vector<float> a = sorted(pairs.a);
  const std::vector<float> b = sorted(pairs.b);
  const std::uint64_t n = a.size();
  const auto at_rank = [&](std::uint64_t rank) {
    const std::uint64_t k = std::clamp<std::uint64_t>(rank, 1, n) - 1;
    return excess_difference(pairs, level, a[k], b[k]);
  };
  Figure figure = at_rank(rank_of(level, n));
  const RankInterval ranks = rank_interval(level, n);
  for (const std::uint64_t rank : {ranks.low, ranks.high}) {
    const Figure other = at_rank(rank);
    figure.low = std::min(figure.low, other.low);
    figure.high = std::max(figure.high, other.high);
  }
  return figure;
}

Figure probability_difference(const Pairs& pairs) {
  double n_a = 0.0;
  double n_b = 0.0;
  for (std::size_t k = 0; k < pairs.a.size(); ++k) {
    n_a += pairs.a[k] > 0.0f && !(pairs.b[k] > 0.0f) ? 1.0 : 0.0;
    n_b += pairs.b[k] > 0.0f && !(pairs.a[k] > 0.0f) ? 1.0 : 0.0;
  }
  const double n = static_cast<double>(pairs.a.size());
  const double counted = n + 2.0;
  const double middle = (n_a - n_b) / counted;
  const double variance = ((n_a + n_b + 1.0) - (n_a - n_b) * (n_a - n_b) / counted) / counted;
  const double spread = normal_975 * sqrt_d(variance / counted);
  return {(n_a - n_b) / n, std::max(middle - spread, -1.0), std::min(middle + spread, 1.0)};
}

bool is_thin(const PairCounts& counts) { return counts.different() < least_tail_samples; }

}  // namespace blocrisk
