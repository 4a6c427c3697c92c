#include "host/analysis/tail.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

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

/// Sums of powers of what lies above a threshold.
struct Excess {
  double first = 0.0, second = 0.0, third = 0.0;
};

Excess excess_above(const Distribution& distribution, std::size_t group) {
  const auto& groups = distribution.groups();
  const double threshold = groups[group].value;
  Excess excess;
  for (std::size_t i = group + 1; i < groups.size(); ++i) {
    const double above = groups[i].value - threshold;
    const double weighted = above * static_cast<double>(groups[i].count);
    excess.first += weighted;
    excess.second += weighted * above;
    excess.third += weighted * above * above;
  }
  // Above zero lies everything, whose sum is known exactly.
  if (threshold == 0.0) excess.first = distribution.total();
  return excess;
}

/// 95 % interval of the mean of (X - VaR)+ over all samples.
Interval mean_excess_interval(const Excess& excess, const Distribution& distribution) {
  const double n = static_cast<double>(distribution.n());
  const double n_independent = static_cast<double>(distribution.n_independent());
  const double mean = excess.first / n;
  const double variance = excess.second / n - mean * mean;
  if (!(variance > 0.0)) return {mean, mean};
  const double third = excess.third / n - 3.0 * mean * excess.second / n + 2.0 * mean * mean * mean;
  const double z2 = normal_975 * normal_975;
  const double shift = third * (1.0 + 2.0 * z2) / (6.0 * variance * n_independent);
  const double spread = normal_975 * std::sqrt(variance / n_independent);
  return {mean + shift - spread, mean + shift + spread};
}

std::int64_t paths_needed(const Distribution& distribution, Level level, std::uint64_t support) {
  const auto part = static_cast<std::uint64_t>(level.whole - level.part);
  const auto whole = static_cast<std::uint64_t>(level.whole);
  std::uint64_t needed = (least_tail_samples * whole + part - 1) / part;
  if (support > 0 && support < least_tail_samples) {
    const std::uint64_t n = distribution.n_independent();
    needed = std::max(needed, (least_tail_samples * n + support - 1) / support);
  }
  return static_cast<std::int64_t>(needed);
}

}  // namespace

Figure quantile(const Distribution& distribution, Level level, RankInterval ranks) {
  const std::uint64_t n = distribution.n();
  ranks = pooled(ranks, distribution);
  return {distribution.value_at_rank(rank_of(level, n)),
          ranks.low == 0 ? distribution.lower_bound() : distribution.value_at_rank(ranks.low),
          ranks.high > n ? distribution.upper_bound() : distribution.value_at_rank(ranks.high)};
}

TailFigures tail_figures(const Distribution& distribution, Level level, RankInterval ranks) {
  const std::uint64_t n = distribution.n();
  const std::size_t group = distribution.group_of_rank(rank_of(level, n));
  const Excess excess = excess_above(distribution, group);
  const Interval mean_excess = mean_excess_interval(excess, distribution);

  TailFigures figures;
  const Figure& var = figures.var = quantile(distribution, level, ranks);
  const double value = var.value + excess.first / (static_cast<double>(n) * level.rest());
  const double low = std::max(var.value + mean_excess.low / level.rest(), var.low);
  const double high = std::max(var.value + mean_excess.high / level.rest(), var.high);
  figures.cvar = {value, std::min(low, value),
                  std::max(std::min(high, distribution.upper_bound()), value)};

  const std::uint64_t support = n - distribution.groups()[group].cumulative;
  figures.support = static_cast<std::int64_t>(support);
  figures.paths_needed = paths_needed(distribution, level, support);
  figures.thin = figures.paths_needed > static_cast<std::int64_t>(distribution.n_independent());
  return figures;
}

}  // namespace blocrisk
