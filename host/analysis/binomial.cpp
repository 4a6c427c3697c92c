#include "host/analysis/binomial.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace blocrisk {
namespace {

constexpr double tail_probability = 0.025;
constexpr double largest_exact_variance = 1e6;
/// Terms this far below the mode's cannot move a sum of doubles.
constexpr double negligible = 1e-25;

/// Probabilities of Bin(n, p) relative to the mode's, for first, first + 1, ...
struct BinomialTerms {
  std::uint64_t first = 0;
  std::vector<double> weight;
};

BinomialTerms binomial_terms(std::uint64_t n, double p, double q) {
  const double trials = static_cast<double>(n);
  const std::uint64_t mode = std::min(n, static_cast<std::uint64_t>((trials + 1.0) * p));
  std::vector<double> below;  // from the mode down
  double term = 1.0;
  for (std::uint64_t k = mode; k > 0 && term > negligible; --k) {
    term *= static_cast<double>(k) * q / (static_cast<double>(n - k + 1) * p);
    below.push_back(term);
  }
  BinomialTerms terms;
  terms.first = mode - below.size();
  terms.weight.assign(below.rbegin(), below.rend());
  term = 1.0;
  terms.weight.push_back(term);
  for (std::uint64_t k = mode; k < n && term > negligible; ++k) {
    term *= static_cast<double>(n - k) * p / (static_cast<double>(k + 1) * q);
    terms.weight.push_back(term);
  }
  return terms;
}

RankInterval exact_rank_interval(Level level, std::uint64_t n) {
  const BinomialTerms terms = binomial_terms(n, level.value(), level.rest());
  double total = 0.0;
  for (const double weight : terms.weight) total += weight;
  const double allowed = tail_probability * total;

  // low: the largest l with P(B <= l - 1) within the tail
  RankInterval ranks{terms.first, terms.first + terms.weight.size()};
  double tail = 0.0;
  for (std::size_t i = 0; i < terms.weight.size(); ++i) {
    tail += terms.weight[i];
    if (tail > allowed) break;
    ranks.low = terms.first + i + 1;
  }
  // high: the smallest u with P(B >= u) within the tail
  tail = 0.0;
  for (std::size_t i = terms.weight.size(); i-- > 0;) {
    tail += terms.weight[i];
    if (tail > allowed) break;
    ranks.high = terms.first + i;
  }
  return ranks;
}

RankInterval expanded_rank_interval(Level level, std::uint64_t n) {
  const double p = level.value(), q = level.rest();
  const double mean = static_cast<double>(n) * p;
  const double spread = normal_975 * std::sqrt(mean * q);
  const double skew = (q - p) * (normal_975 * normal_975 - 1.0) / 6.0;
  return {static_cast<std::uint64_t>(mean - spread + skew),
          static_cast<std::uint64_t>(mean + spread + skew) + 2};
}

}  // namespace

RankInterval rank_interval(Level level, std::uint64_t n) {
  const double variance = static_cast<double>(n) * level.value() * level.rest();
  return variance <= largest_exact_variance ? exact_rank_interval(level, n)
                                            : expanded_rank_interval(level, n);
}

Interval wilson_interval(std::uint64_t count, std::uint64_t n) {
  const double trials = static_cast<double>(n);
  const double hits = static_cast<double>(count), misses = trials - hits;
  const double share = hits / trials;
  const double z2 = normal_975 * normal_975;
  const double centre = 2.0 * hits + z2, scale = 2.0 * (trials + z2);
  const double down = z2 - 2.0 - 1.0 / trials + 4.0 * share * (misses + 1.0);
  const double up = z2 + 2.0 - 1.0 / trials + 4.0 * share * (misses - 1.0);
  return {count == 0 ? 0.0 : (centre - 1.0 - normal_975 * std::sqrt(std::max(down, 0.0))) / scale,
          count == n ? 1.0 : (centre + 1.0 + normal_975 * std::sqrt(std::max(up, 0.0))) / scale};
}

}  // namespace blocrisk
