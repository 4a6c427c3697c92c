/// One quantity of one cell as a step function: its occupied bins and worst values in ascending
/// order. Knows ranks and tails; leaves levels and intervals to quantile.hpp and tail.hpp.
///
/// A bin is worth its middle, except where more is known: the K worst values are exact, whole
/// counts of steps are snapped to, and a bin that holds all positive values is worth their mean.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "host/analysis/moments.hpp"
#include "host/engine/accumulators.hpp"

namespace blocrisk {

struct DistributionSource {
  std::span<const std::uint64_t> counts;  ///< per bin
  BinRange range;
  Moments moments;
  double scale = 1.0;                ///< of the moments
  const WorstList* worst = nullptr;  ///< of the same values, where kept
  double lattice = 0.0;              ///< values are multiples of this; 0: of nothing
  double upper_bound = std::numeric_limits<double>::infinity();  ///< no value can be above
  bool is_certain = false;  ///< nothing is left to chance: equal samples are all there can be
  /// Samples that are independent: the paths, where each gives several samples.
  std::uint64_t n_independent = 0;
};

class Distribution {
 public:
  /// `count` samples that share a bin, or one that is known exactly; `cumulative` counts them and
  /// all smaller ones.
  struct Group {
    double value;      ///< what stands for them
    double low, high;  ///< they lie between these
    std::uint64_t count;
    std::uint64_t cumulative;
  };

  explicit Distribution(const DistributionSource& source);
  /// Every sample has the same value, and that is known without sampling.
  static Distribution constant(double value, std::uint64_t n);

  std::uint64_t n() const { return groups_.empty() ? 0 : groups_.back().cumulative; }
  std::uint64_t n_independent() const { return n_independent_; }
  /// No value can be outside these.
  double lower_bound() const { return lower_bound_; }
  double upper_bound() const { return upper_bound_; }
  const MeanAndVariance& moments() const { return moments_; }
  double total() const { return moments_.mean * static_cast<double>(n()); }
  std::uint64_t zeros() const;
  const std::vector<Group>& groups() const { return groups_; }

  /// Index of the group that holds a rank, 1 the smallest sample. Expects 1 <= rank <= n.
  std::size_t group_of_rank(std::uint64_t rank) const;
  const Group& group_at_rank(std::uint64_t rank) const { return groups_[group_of_rank(rank)]; }
  double value_at_rank(std::uint64_t rank) const { return group_at_rank(rank).value; }

 private:
  Distribution() = default;
  void append(const Group& group);

  std::vector<Group> groups_;
  MeanAndVariance moments_;
  std::uint64_t n_independent_ = 0;
  double lower_bound_ = 0.0;
  double upper_bound_ = std::numeric_limits<double>::infinity();
};

}  // namespace blocrisk
