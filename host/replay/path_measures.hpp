/// The measures of one path, with the bits a run gives it.
#pragma once

#include <cstdint>
#include <vector>

#include "host/engine/samples.hpp"
#include "host/replay/one_path.hpp"
#include "kernels/stats/digest.hpp"

namespace blocrisk {

struct PathMeasures {
  Samples values;            ///< of this one path
  std::uint64_t digest = 0;  ///< what it adds to its block's

  std::uint64_t path() const { return values.first_path; }
  float of(Measure measure, int member, int mineral) const;
  float of(MemberMeasure measure, int member, int year = 0) const;
};

/// Gathers a path's minerals, in file order, into its measures.
class PathSums {
 public:
  PathSums(const Network& network, std::uint64_t path);
  void add(int mineral, const ChainMeasures& measures);
  /// Once every mineral has been added.
  PathMeasures finish();

 private:
  const Network& network_;
  std::vector<float> member_values_, year_loss_;
  DigestSum<OneLane> digest_{0u, 0u};
  PathMeasures result_;
};

/// Runs all minerals of a path, unwatched.
PathMeasures measure_path(const Network& network, std::uint64_t seed, std::uint64_t path);

inline constexpr int most_told_minerals = 3;
/// The minerals, three at most, that cost these members most on the path, ascending; one at least.
std::vector<int> worst_minerals(const PathMeasures& path, const std::vector<int>& members);

}  // namespace blocrisk
