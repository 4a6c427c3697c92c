/// What one rank brings to a job: the network, a backend of its own, and the state of the paths it
/// has done since states were last brought together.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/cpu/attribution.hpp"
#include "host/engine/accumulators.hpp"
#include "host/engine/backend.hpp"
#include "host/scenario/outer_draws.hpp"

namespace blocrisk {

/// What the first rank tells the others about a job.
struct JobText {
  std::string program;       ///< version and commit, one line
  std::string network_hash;  ///< of the network that the scenario must make, one line
  std::string scenario;      ///< canonical
  PathRange range;           ///< of the whole job, to size memory by
};

class RankWork {
 public:
  /// Keeps references to the network and the draws, which may be null.
  RankWork(const Network& network, const OuterDraws* draws, std::uint64_t seed, Backend& backend,
           CpuOptions cpu);

  Backend& backend() { return backend_; }
  const Network& network() const { return network_; }
  Accumulators& state() { return state_; }
  AttributionSums& attribution() { return attribution_; }
  std::uint64_t paths_per_draw() const { return draws_ ? draws_->paths_per_draw() : 0; }
  /// Drops the state.
  void begin_sampling();
  void begin_attribution(std::vector<double> tail_thresholds);
  void sample(PathRange range, Samples* samples) { backend_.run(range, state_, samples); }
  void attribute(PathRange range);

 private:
  const Network& network_;
  const OuterDraws* draws_;
  std::uint64_t seed_;
  Backend& backend_;
  CpuOptions cpu_;
  Accumulators state_;
  AttributionSums attribution_;
  std::vector<double> tail_thresholds_;
};

/// The same, with all that it refers to.
class OwnedRankWork {
 public:
  virtual ~OwnedRankWork() = default;
  virtual RankWork& work() = 0;
};

/// Gets a rank ready for a job. Throws what hinders it.
using OpenWork = std::function<std::unique_ptr<OwnedRankWork>(const JobText&)>;

}  // namespace blocrisk
