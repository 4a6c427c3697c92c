#include "host/analysis/distribution.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "kernels/stats/histogram.hpp"

namespace blocrisk {
namespace {

int bin_of_value(float value, BinRange range) {
  return bin_of_bits(std::bit_cast<std::uint32_t>(value), range);
}

/// The multiple of `lattice` nearest the bin's middle, if it falls into the bin.
double snapped(int bin, BinRange range, double lattice) {
  const double centre = bin_centre(bin, range);
  const double multiple = std::floor(centre / lattice + 0.5) * lattice;
  return bin_of_value(static_cast<float>(multiple), range) == bin ? multiple : centre;
}

double value_of_bin(int bin, const DistributionSource& source) {
  if (bin == 0) return 0.0;
  if (source.lattice > 0.0) return snapped(bin, source.range, source.lattice);
  return std::min(bin_centre(bin, source.range), source.upper_bound);
}

std::uint64_t sum_of(std::span<const std::uint64_t> counts) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts) sum += count;
  return sum;
}

/// Values that share a bin and whose variance is no more than rounding are equal: a scenario
/// without noise reports no spread.
bool all_equal(const DistributionSource& source, const MeanAndVariance& moments) {
  const auto n_occupied = std::count_if(source.counts.begin(), source.counts.end(),
                                        [](std::uint64_t count) { return count > 0; });
  return n_occupied == 1 && moments.variance <= variance_resolution(source.scale);
}

/// Mean of the positive values if one bin holds them all, else the bin's usual value.
double value_of_lone_bin(int bin, const DistributionSource& source, std::uint64_t n) {
  const std::uint64_t count = source.counts[static_cast<std::size_t>(bin)];
  const bool alone = bin > 0 && count + source.counts[0] == n;
  if (!alone || source.lattice > 0.0) return value_of_bin(bin, source);
  return source.moments.sum.to_double() / static_cast<double>(count) / source.scale;
}

/// Whether the bin holds no other multiple of the lattice than this one.
bool is_only_multiple(double value, int bin, const DistributionSource& source) {
  const auto bin_of = [&source](double multiple) {
    return multiple > 0.0 ? bin_of_value(static_cast<float>(multiple), source.range) : 0;
  };
  return source.lattice > 0.0 && bin_of(value) == bin && bin_of(value - source.lattice) != bin &&
         bin_of(value + source.lattice) != bin;
}

/// The samples of a bin but for those known exactly.
Distribution::Group group_of_bin(int bin, const DistributionSource& source, std::uint64_t n,
                                 bool equal) {
  const double value = value_of_lone_bin(bin, source, n);
  if (bin == 0 || equal || is_only_multiple(value, bin, source)) return {value, value, value, 0, 0};
  const bool last = bin == source.range.n_bins() - 1;
  const double edge =
      last ? std::numeric_limits<double>::infinity() : bin_lower_edge(bin + 1, source.range);
  return {value, bin_lower_edge(bin, source.range), std::min(edge, source.upper_bound), 0, 0};
}

}  // namespace

Distribution::Distribution(const DistributionSource& source)
    : n_independent_(source.n_independent), upper_bound_(source.upper_bound) {
  const std::uint64_t n = sum_of(source.counts);
  moments_ = mean_and_variance(source.moments, n, source.scale);
  const bool equal = all_equal(source, moments_);
  if (equal) moments_.variance = 0.0;

  std::vector<WorstPath> exact;
  if (source.worst != nullptr) exact = source.worst->paths();
  std::size_t n_exact_left = exact.size();  // worst first; taken from the back, smallest first
  for (std::size_t i = 0; i < source.counts.size(); ++i) {
    std::uint64_t binned = source.counts[i];
    if (binned == 0) continue;
    const int bin = static_cast<int>(i);
    const std::size_t first_exact = n_exact_left;
    while (n_exact_left > 0 && binned > 0 &&
           bin_of_value(exact[n_exact_left - 1].value, source.range) == bin) {
      --n_exact_left;
      --binned;
    }
    Group group = group_of_bin(bin, source, n, equal);
    group.count = binned;
    if (n_exact_left < first_exact) {
      const double next = static_cast<double>(exact[first_exact - 1].value);
      group.value = std::min(group.value, next);
      group.low = std::min(group.low, next);
      group.high = std::min(group.high, next);
    }
    append(group);
    for (std::size_t k = first_exact; k-- > n_exact_left;) {
      const double value = static_cast<double>(exact[k].value);
      append({value, value, value, 1, 0});
    }
  }
  if (source.is_certain && groups_.size() == 1) lower_bound_ = upper_bound_ = groups_.front().value;
}

Distribution Distribution::constant(double value, std::uint64_t n) {
  Distribution distribution;
  distribution.append({value, value, value, n, 0});
  distribution.moments_ = {value, 0.0};
  distribution.n_independent_ = n;
  distribution.lower_bound_ = distribution.upper_bound_ = value;
  return distribution;
}

void Distribution::append(const Group& group) {
  if (group.count == 0) return;
  const std::uint64_t cumulative = n() + group.count;
  if (!groups_.empty() && groups_.back().value == group.value) {
    Group& last = groups_.back();
    last.count += group.count;
    last.cumulative = cumulative;
    last.high = std::max(last.high, group.high);
  } else {
    groups_.push_back(group);
    groups_.back().cumulative = cumulative;
  }
}

std::uint64_t Distribution::zeros() const {
  return groups_.empty() || groups_.front().value > 0.0 ? 0 : groups_.front().count;
}

std::size_t Distribution::group_of_rank(std::uint64_t rank) const {
  const auto holds = [](const Group& group, std::uint64_t sought) {
    return group.cumulative < sought;
  };
  return static_cast<std::size_t>(std::lower_bound(groups_.begin(), groups_.end(), rank, holds) -
                                  groups_.begin());
}

}  // namespace blocrisk
