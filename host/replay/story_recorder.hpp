/// Watches one mineral of a path and writes it into a story's arrays.
#pragma once

#include <vector>

#include "host/replay/deliveries.hpp"
#include "host/replay/story.hpp"
#include "kernels/model/attribution.hpp"

namespace blocrisk {

/// Of a stage of a mineral: its position along the story's axis.
int stage_position(const Story& story, const Scenario& scenario, int mineral, int s);
int country_of_node(const Network& network, int mineral, int s, int node);
/// Does a node that can be hit take part in the event? Scheduled ones name minerals, drawn ones
/// draw. `strike`: an index into the network's strikes, of the event's actor.
bool takes_part(const EventRecord& event, const OnePath& path, const Network& network, int mineral,
                std::size_t strike);

class StoryRecorder final : public PathWatcher {
 public:
  /// `position`: of the mineral along the story's axis.
  StoryRecorder(const Scenario& scenario, const Network& network, int mineral, int position,
                Story& story);

  void begin_step(int step, const ChainState<OneLane>& state) override;
  void stage(int step, int s, const ChainState<OneLane>& state, float leftover_t) override;
  void end_step(int step, const ChainState<OneLane>& state) override;
  void cell(int step, int c, float unmet_fraction, float cover_days) override;

 private:
  int n_sinks() const { return chain_.stages[chain_.n_stages - 1].n_sinks; }
  const StageBase& base(int s) const;
  float& node(StoryQuantity quantity, int s, int i, int step);
  /// Position of a sink's country among the members shown, -1 where it is none.
  int member_of_sink(int s, int j) const;
  int country_of_sink(int s, int j) const;

  void remember_output_before_feed(const ChainState<OneLane>& state);
  void record_capacity(int step, int s, const ChainState<OneLane>& state);
  void record_restrictions(int step, int s, const ChainState<OneLane>& state);
  void record_deliveries(int step, int s, const ChainState<OneLane>& state);
  void record_market_gaps(int step, const ChainState<OneLane>& state);
  void record_causes(int step, const ChainState<OneLane>& state);
  void record_market(int step, const ChainState<OneLane>& state);
  void record_cell(int step, int member, int j, const ChainState<OneLane>& state);

  const Network& network_;
  NetworkView net_;
  const ChainSpec& chain_;
  int mineral_, position_;
  Story& story_;
  std::vector<int> stages_;                                ///< [stage] its position
  std::vector<std::vector<double>> output_before_feed_t_;  ///< [stage][node] of this step
  std::vector<float> attribution_memory_;
  AttributedNeed<OneLane> attributed_;  ///< of this step
};

}  // namespace blocrisk
