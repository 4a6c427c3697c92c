/// Runs paths of a result again and notes what of the file they contradict.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "host/analysis/convergence.hpp"
#include "host/engine/backend.hpp"
#include "host/engine/run.hpp"
#include "host/io/result.hpp"
#include "host/scenario/network.hpp"

namespace blocrisk {

/// Per digest block, the paths of it that were run: all of them, or where path ranges cut it,
/// parts.
using Blocks = std::map<std::uint64_t, std::vector<PathRange>>;

Blocks blocks_of(const std::vector<PathRange>& ranges);
std::uint64_t count_paths(const Blocks& blocks);
/// A share of them, at least one, the same for the same seed.
Blocks choose_blocks(const Blocks& all, double share, std::uint64_t seed);

class Recomputation {
 public:
  /// Refers to everything it is given.
  Recomputation(const StoredResult& stored, const Network& network, const ResultFacts& facts,
                Backend& backend)
      : state_(shape_of(network)),
        stored_(stored),
        network_(network),
        facts_(facts),
        backend_(backend) {}

  /// Paths in ascending order; compares digests, samples and sums of outer draws. `looks`: counts
  /// of paths at which the figures of `/convergence` are taken, ascending; only where the blocks
  /// are all that the file holds do they mean anything. Throws StoppedEarly where somebody stops
  /// it.
  void run(const Blocks& blocks, const std::vector<std::uint64_t>& looks,
           const std::function<void(const Progress&)>& report);

  const Accumulators& state() const { return state_; }
  const Convergence& history() const { return history_; }
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  void run_piece(PathRange piece, const std::vector<std::uint64_t>& looks,
                 const std::function<void()>& report);
  void compare_digest(std::uint64_t block);
  void compare_draws();
  [[noreturn]] void stop() const;

  Accumulators state_;
  Convergence history_;
  const StoredResult& stored_;
  const Network& network_;
  const ResultFacts& facts_;
  Backend& backend_;
  std::vector<std::string> wrong_;
};

}  // namespace blocrisk
