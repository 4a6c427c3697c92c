#include "host/analysis/tail.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "host/analysis/mean_interval.hpp"

namespace blocrisk {
namespace {

/// Where each path gives k samples that may move together, k samples count as one: the interval
/// is then too wide rather than too narrow.
RankInterval pooled(RankInterval ranks, const Distribution& distribution) {
  const std::uint64_t k = distribution.n() / distribution.n_independent();
  if (ranks.low > 0) ranks.low = (ranks.low - 1) * k + 1;
  ranks.high = ranks.high > distribution.n_independent() ? distribution.n() + 1 : ranks.high * k;
  return ranks;
}

/// (X - t)+ over all samples, t the value of a group.
struct Excess {
  std::uint64_t n_beyond = 0;  ///< samples with any
  double mean = 0.0;
  CentralSums sums;  ///< of as many samples as are independent
};

Excess excess_above(const Distribution& distribution, std::size_t group) {
  const auto& groups = distribution.groups();
  const double threshold = groups[group].value;
  double first = 0.0, second = 0.0, third = 0.0;
  for (std::size_t i = group + 1; i < groups.size(); ++i) {
    const double above = groups[i].value - threshold;
    const double weighted = above * static_cast<double>(groups[i].count);
    first += weighted;
    second += weighted * above;
    third += weighted * above * above;
  }
  // Above zero lies everything, whose sum is known exactly.
  if (threshold == 0.0) first = distribution.total();
  const double n = static_cast<double>(distribution.n());
  const double mean = first / n;
  const double variance = std::max(second / n - mean * mean, 0.0);
  const double cubed = third / n - 3.0 * mean * second / n + 2.0 * mean * mean * mean;
  const double n_independent = static_cast<double>(distribution.n_independent());
  return {distribution.n() - groups[group].cumulative,
          mean,
          {n_independent, mean, variance * n_independent, cubed * n_independent}};
}

/// Samples counted as the independent ones they may be.
std::uint64_t independent(std::uint64_t samples, const Distribution& distribution) {
  return samples / (distribution.n() / distribution.n_independent());
}

/// t + E (X - t)+ / (1 - level), the expression that VaR minimises, at the value t of a group: what
/// it is, and its 95 % interval for that t.
Figure tail_mean_at(const Distribution& distribution, std::size_t group, Level level) {
  const Excess excess = excess_above(distribution, group);
  const double threshold = distribution.groups()[group].value;
  const double seen = distribution.groups().back().value - threshold;
  const double possible = distribution.upper_bound() - threshold;
  const Interval mean = mean_interval(
      excess.sums, {0.0, seen, 0.0, possible, independent(excess.n_beyond, distribution),
                    distribution.n_independent()});
  const auto lifted = [&](double value) { return threshold + value / level.rest(); };
  return {lifted(excess.mean), lifted(mean.low), lifted(mean.high)};
}

/// The one more sample that the interval of squares counts is this many times the largest seen. As
/// large as that one would do for means; squares of heavy tails have tails twice as heavy, and the
/// interval would then hold the truth in 88 % of runs. Judgement, held by coverage_test.cpp.
constexpr double unseen_square = 2.0;

/// Squared distances from the mean: what the samples say of their law, as `mean_interval` asks.
/// `variance`: their mean, which is known exactly.
struct SquaredDistances {
  CentralSums sums;
  SampleRange range;

  SquaredDistances(const Distribution& distribution, double variance) {
    const double mean = distribution.moments().mean;
    const auto distance = [mean](double value) { return (value - mean) * (value - mean); };
    double binned = 0.0;  // the mean of the squares as bins tell them
    const double n = static_cast<double>(distribution.n());
    range.smallest = range.largest = distance(distribution.groups().front().value);
    for (const Distribution::Group& group : distribution.groups()) {
      const double squared = distance(group.value);
      binned += squared * static_cast<double>(group.count) / n;
      range.smallest = std::min(range.smallest, squared);
      range.largest = std::max(range.largest, squared);
    }
    double squares = 0.0, cubes = 0.0;
    std::uint64_t smallest = 0, largest = 0;
    for (const Distribution::Group& group : distribution.groups()) {
      const double squared = distance(group.value), off = squared - binned;
      squares += off * off * static_cast<double>(group.count) / n;
      cubes += off * off * off * static_cast<double>(group.count) / n;
      if (squared <= range.smallest) smallest += group.count;
      if (squared >= range.largest) largest += group.count;
    }
    const double count = static_cast<double>(distribution.n_independent());
    sums = {count, variance, squares * count, cubes * count};
    range.lower_bound = 0.0;
    range.upper_bound =
        std::max(distance(distribution.lower_bound()), distance(distribution.upper_bound()));
    range.n_above_smallest = independent(distribution.n() - smallest, distribution);
    range.n_below_largest = independent(distribution.n() - largest, distribution);
    range.largest = std::min(unseen_square * range.largest, range.upper_bound);
  }
};

/// Mean cube of the distance from the mean.
double third_moment(const Distribution& distribution) {
  double sum = 0.0;
  for (const Distribution::Group& group : distribution.groups()) {
    const double distance = group.value - distribution.moments().mean;
    sum += distance * distance * distance * static_cast<double>(group.count);
  }
  return sum / static_cast<double>(distribution.n());
}

}  // namespace

Figure quantile(const Distribution& distribution, Level level, RankInterval ranks) {
  const std::uint64_t n = distribution.n();
  ranks = pooled(ranks, distribution);
  return {
      distribution.value_at_rank(rank_of(level, n)),
      ranks.low == 0 ? distribution.lower_bound() : distribution.group_at_rank(ranks.low).low,
      ranks.high > n ? distribution.upper_bound() : distribution.group_at_rank(ranks.high).high};
}

TailFigures tail_figures(const Distribution& distribution, Level level, RankInterval ranks) {
  const std::uint64_t n = distribution.n();
  const std::size_t group = distribution.group_of_rank(rank_of(level, n));
  const std::uint64_t lowest = std::max<std::uint64_t>(pooled(ranks, distribution).low, 1);
  const Figure at_var = tail_mean_at(distribution, group, level);
  const Figure at_low = tail_mean_at(distribution, distribution.group_of_rank(lowest), level);

  TailFigures figures;
  const Figure& var = figures.var = quantile(distribution, level, ranks);
  const double low = std::max(std::min(at_var.low, at_low.low), var.low);
  const double high = std::max(at_var.high, var.high);
  figures.cvar = {at_var.value, std::min(low, at_var.value),
                  std::max(std::min(high, distribution.upper_bound()), at_var.value)};
  figures.support = static_cast<std::int64_t>(n - distribution.groups()[group].cumulative);
  figures.paths_needed = paths_needed(distribution, level);
  figures.thin = figures.paths_needed > static_cast<std::int64_t>(distribution.n_independent());
  return figures;
}

std::int64_t paths_for(std::uint64_t seen, std::uint64_t n) {
  return static_cast<std::int64_t>((least_tail_samples * n + seen - 1) / seen);
}

std::int64_t paths_needed(const Distribution& distribution, Level level) {
  const std::uint64_t n = distribution.n();
  const std::uint64_t support = n - distribution.group_at_rank(rank_of(level, n)).cumulative;
  const auto beyond = static_cast<std::uint64_t>(level.whole - level.part);
  const std::int64_t needed = paths_for(beyond, static_cast<std::uint64_t>(level.whole));
  if (support == 0 || support >= least_tail_samples) return needed;
  return std::max(needed, paths_for(support, distribution.n_independent()));
}

Figure probability_figure(std::uint64_t count, std::uint64_t n, bool is_certain) {
  const double share = static_cast<double>(count) / static_cast<double>(n);
  if (is_certain && (count == 0 || count == n)) return {share, share, share};
  const Interval interval = wilson_interval(count, n);
  return {share, interval.low, interval.high};
}

MeanFigure mean_figure(const Distribution& distribution) {
  const auto& groups = distribution.groups();
  const std::uint64_t n = distribution.n(), n_independent = distribution.n_independent();
  const std::uint64_t above = independent(n - groups.front().count, distribution);
  const std::uint64_t below = independent(n - groups.back().count, distribution);
  const MeanAndVariance& moments = distribution.moments();
  const double count = static_cast<double>(n_independent);
  // A single sample has no variance and says nothing of its law.
  const double variance = n > 1 ? moments.variance : 0.0;
  const Interval interval =
      mean_interval({count, moments.mean, variance * count, third_moment(distribution) * count},
                    {groups.front().value, groups.back().value, distribution.lower_bound(),
                     distribution.upper_bound(), above, below});
  const std::uint64_t carrying = std::min(above, below);
  return {
      {moments.mean, interval.low, interval.high},
      carrying > 0 ? paths_for(carrying, n_independent) : static_cast<std::int64_t>(n_independent)};
}

Figure deviation_figure(const Distribution& distribution) {
  const double variance = distribution.moments().variance;
  if (std::isnan(variance)) return {variance, variance, variance};
  const SquaredDistances squared(distribution, variance);
  const Interval interval = mean_interval(squared.sums, squared.range);
  return {std::sqrt(variance), std::sqrt(interval.low), std::sqrt(interval.high)};
}

}  // namespace blocrisk
