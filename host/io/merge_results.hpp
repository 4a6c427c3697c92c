/// Joins results over disjoint path ranges of one scenario into what one run over all of them would
/// have given, but for the attribution, whose tail has another threshold then.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/io/result.hpp"
#include "host/io/stored_network.hpp"

namespace blocrisk {

enum class Gaps { refuse, allow };

/// What the parts come to.
struct MergedResult {
  RunOrigin origin;
  Accumulators accumulators;
  Samples samples;                      ///< of the first paths, without a gap between them
  std::optional<Convergence> history;   ///< where the parts tell what one run would have kept
  std::uint64_t n_samples_dropped = 0;  ///< the others
};

class ResultMerger {
 public:
  /// Every file goes through here, in any order. Throws EnvironmentError where it is of another
  /// scenario, seed, network or generator than the first, and says what differs.
  void add(const std::string& file, StoredResult result);

  /// The scenario and network of the first file.
  const StoredNetwork& network() const { return *network_; }

  /// Throws EnvironmentError where two files hold the same path, or where paths lie between them
  /// that none holds and gaps are refused.
  MergedResult finish(Gaps gaps);

 private:
  struct Part {
    std::string file;
    RunOrigin origin;
    Samples samples;
    Convergence history;
  };
  struct Piece {
    PathRange range;
    const Part* part;
  };
  void require_same_scenario(const std::string& file, const RunOrigin& origin);
  std::vector<Piece> sorted_pieces() const;
  std::vector<PathRange> joined_ranges(Gaps gaps) const;
  MergedResult joined_samples(std::uint64_t first_path) const;
  std::optional<Convergence> joined_history(const Part& first) const;
  VolatileFacts volatile_facts() const;

  std::vector<Part> parts_;
  std::optional<StoredNetwork> network_;
  ResultFacts facts_;
  Accumulators accumulators_;
  bool path_counts_differ_ = false;  ///< of the scenarios
};

}  // namespace blocrisk
