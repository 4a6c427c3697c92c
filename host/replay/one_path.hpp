/// One path of the engine with one lane, watched from inside: layer 1 as it was drawn, and every
/// step of a chain.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host/scenario/network.hpp"
#include "kernels/model/cell.hpp"
#include "kernels/model/chain_state.hpp"
#include "kernels/model/world.hpp"

namespace blocrisk {

using OneLane = Lanes<1>;

/// Sees every step without changing it; the calls are those of the kernels' observers.
class PathWatcher {
 public:
  virtual ~PathWatcher() = default;
  virtual void begin_step(int /*step*/, const ChainState<OneLane>&) {}
  /// After stage `stage` is allocated; needs and gaps in its sinks, stocks untouched.
  virtual void stage(int /*step*/, int /*stage*/, const ChainState<OneLane>&,
                     float /*leftover_t*/) {}
  virtual void end_step(int /*step*/, const ChainState<OneLane>&) {}
  virtual void cell(int /*step*/, int /*cell*/, float /*unmet_fraction*/, float /*cover_days*/) {}
  virtual void market(int /*step*/, float /*price*/, float /*restricted_fraction*/) {}
};

/// A restriction event as layer 1 hands it to the chains.
struct EventRecord {
  int actor, step, instrument, group, end_step;
  bool scheduled;
  float bundle;
  std::uint32_t stream;  ///< of a scheduled event, which names it; 0 of a drawn one
  friend bool operator==(const EventRecord&, const EventRecord&) = default;
};

/// What a path leaves of one mineral.
struct ChainMeasures {
  std::vector<float> measure;    ///< [measure][cell]
  std::vector<float> year_loss;  ///< [cell][year]
};

/// Keeps a reference to the network.
class OnePath {
 public:
  OnePath(const Network& network, std::uint64_t seed);
  ~OnePath();
  OnePath(const OnePath&) = delete;
  OnePath& operator=(const OnePath&) = delete;

  /// Samples layer 1 of a path; valid until the next call.
  const World<OneLane>& sample_world(std::uint64_t path);
  /// Runs a mineral of the path sampled last.
  ChainMeasures run_chain(int mineral, PathWatcher& watcher);

  /// Events of the path sampled last, by step; drawn ones first.
  std::vector<EventRecord> events() const;
  /// Is a node part of a drawn event's bundle? `strike`: an index into the network's strikes.
  bool joins(const EventRecord& event, std::size_t strike) const;

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace blocrisk
