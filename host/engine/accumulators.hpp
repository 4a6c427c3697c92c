/// The integer state of a run: histograms, fixed-point moments, exceedance counts, worst paths,
/// timelines and block digests. Adding two states of disjoint path sets is exact and needs no
/// order; every reported number is derived from it.
///
/// Shapes, last index contiguous; cell = member x mineral, row-major:
///   measure histogram [member][mineral][bin], moments [member][mineral],
///   exceedance [member][mineral][threshold], worst [member][mineral][K],
///   member histograms [member][bin], timelines [member][mineral][step][bin],
///   price [mineral][step][bin], restricted [mineral][step].
/// Cells of members without demand stay empty (count 0): their measures are known without sampling.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "kernels/model/measures.hpp"
#include "kernels/stats/fixed_point.hpp"
#include "kernels/stats/histogram.hpp"

namespace blocrisk {

inline constexpr int n_worst_paths = 100;
inline constexpr std::uint64_t digest_block_paths = 65536;

struct Moments {
  Sum128 sum;      ///< of values, in units of 1/scale
  Sum128 squares;  ///< of squares, in units of 2^46/scale^2
};

/// A path and its value; "worse" is a larger value, then a smaller path number.
struct WorstPath {
  float value;
  std::uint64_t path;
  friend bool operator==(const WorstPath&, const WorstPath&) = default;
};
constexpr bool worse(const WorstPath& a, const WorstPath& b) {
  return a.value > b.value || (a.value == b.value && a.path < b.path);
}

/// At most K worst paths with a positive value, sorted worst first.
class WorstList {
 public:
  void offer(WorstPath candidate);
  void merge(const WorstList& other);
  /// A value not above this can be skipped once the list is full (equal values may still count).
  float entry_value() const { return paths_.size() < n_worst_paths ? 0.0f : paths_.back().value; }
  const std::vector<WorstPath>& paths() const { return paths_; }
  void assign(std::vector<WorstPath> sorted) { paths_ = std::move(sorted); }
  friend bool operator==(const WorstList&, const WorstList&) = default;

 private:
  std::vector<WorstPath> paths_;
};

struct AccumulatorShape {
  int n_members = 0, n_minerals = 0, n_steps = 0, n_years = 0, n_thresholds = 0;
  int n_cells() const { return n_members * n_minerals; }
  friend bool operator==(const AccumulatorShape&, const AccumulatorShape&) = default;
};

/// Paths that share one draw of the uncertain inputs, added up for each measure.
struct DrawSums {
  std::uint64_t n_paths = 0;
  std::vector<double> inputs;       ///< [input] the values drawn
  std::vector<std::uint64_t> sums;  ///< in the order of `measure_sums`, units as in the moments
  friend bool operator==(const DrawSums&, const DrawSums&) = default;
};

struct Accumulators {
  AccumulatorShape shape;
  std::uint64_t n_paths = 0;

  std::array<std::vector<std::uint64_t>, n_measures> histogram;  ///< [cell][bin]
  std::array<std::vector<Moments>, n_measures> moments;          ///< [cell]
  std::array<std::vector<std::uint64_t>, n_ratio_measures>
      exceedance;                ///< [cell][threshold], value > threshold
  std::vector<WorstList> worst;  ///< [cell], by shortfall

  std::array<std::vector<std::uint64_t>, n_member_measures> member_histogram;  ///< [member][bin]
  std::array<std::vector<Moments>, n_member_measures> member_moments;          ///< [member]
  std::vector<WorstList> member_worst;  ///< [member], by loss

  std::vector<std::uint64_t> shortfall_histogram;  ///< timeline U/D [cell][step][bin]
  std::vector<Sum128> shortfall_sum;               ///< [cell][step], scale timeline_shortfall_scale
  std::vector<std::uint64_t> cover_histogram;      ///< days of cover [cell][step][bin]
  std::vector<Sum128> cover_sum;
  std::vector<std::uint64_t> price_histogram;  ///< price ratio [mineral][step][bin]
  std::vector<Sum128> price_sum;
  std::vector<Sum128> restricted_sum;  ///< restricted fraction [mineral][step]

  /// Sum modulo 2^64 of the digests of the paths done, per block of 65,536 path numbers.
  std::map<std::uint64_t, std::uint64_t> block_digest;

  /// By number of the outer draw; empty where no input is uncertain.
  std::map<std::uint64_t, DrawSums> draws;

  explicit Accumulators(AccumulatorShape shape = {});
  /// Adds a state of other paths of the same network.
  void merge(const Accumulators& other);
  /// Sum of all blocks' digests: one number that stands for every measure of every path done.
  std::uint64_t digest() const;
  /// Bytes that a state of this shape holds.
  static std::uint64_t bytes(const AccumulatorShape& shape);

  /// The sum of every measure so far, [measure][cell] then [member measure][member].
  std::vector<Sum128> measure_sums() const;
  /// What the paths since `before`, which `measure_sums` gave, add up to: those of one draw, fewer
  /// than 2^18.
  void add_draw(std::uint64_t draw, std::uint64_t n_paths, std::vector<double> inputs,
                const std::vector<Sum128>& before);
};

/// Bytes of the sums of one outer draw.
inline std::uint64_t draw_bytes(const AccumulatorShape& shape) {
  return sizeof(std::uint64_t) * static_cast<std::uint64_t>(n_measures * shape.n_cells() +
                                                            n_member_measures * shape.n_members);
}

}  // namespace blocrisk
