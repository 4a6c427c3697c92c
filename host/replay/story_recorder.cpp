#include "host/replay/story_recorder.hpp"

#include <algorithm>

#include "kernels/model/production.hpp"

namespace blocrisk {
namespace {

using Q = StoryQuantity;

}  // namespace

int stage_position(const Story& story, const Scenario& scenario, int mineral, int s) {
  const auto& name =
      scenario.minerals[static_cast<std::size_t>(mineral)].stages[static_cast<std::size_t>(s)];
  const auto at = std::find(story.stages.begin(), story.stages.end(), name);
  return static_cast<int>(at - story.stages.begin());
}

int country_of_node(const Network& network, int mineral, int s, int node) {
  return network.base[static_cast<std::size_t>(mineral)][static_cast<std::size_t>(s)]
      .node_country[static_cast<std::size_t>(node)];
}

bool takes_part(const EventRecord& event, const OnePath& path, const Network& network, int mineral,
                std::size_t strike) {
  if (!event.scheduled) return path.joins(event, strike);
  for (const ScheduledSpec& listed : network.scheduled) {
    if (listed.stream != event.stream) continue;
    return UniformSlotSet{listed.minerals_low, listed.minerals_high}.holds(mineral);
  }
  return false;
}

StoryRecorder::StoryRecorder(const Scenario& scenario, const Network& network, int mineral,
                             int position, Story& story)
    : network_(network),
      net_(network.view()),
      chain_(network.chains[static_cast<std::size_t>(mineral)]),
      mineral_(mineral),
      position_(position),
      story_(story),
      output_before_feed_t_(static_cast<std::size_t>(chain_.n_stages)) {
  for (int s = 0; s < chain_.n_stages; ++s)
    stages_.push_back(stage_position(story, scenario, mineral, s));
  Arena<OneLane> counted(nullptr);
  take_attributed<OneLane>(chain_, counted);
  attribution_memory_.resize(counted.used() + 1);
  Arena<OneLane> arena(attribution_memory_.data());
  attributed_ = take_attributed<OneLane>(chain_, arena);
}

const StageBase& StoryRecorder::base(int s) const {
  return network_.base[static_cast<std::size_t>(mineral_)][static_cast<std::size_t>(s)];
}

float& StoryRecorder::node(StoryQuantity quantity, int s, int i, int step) {
  return story_.at(quantity, {position_, stages_[static_cast<std::size_t>(s)],
                              country_of_node(network_, mineral_, s, i), step});
}

int StoryRecorder::country_of_sink(int s, int j) const {
  return base(s).sink_country[static_cast<std::size_t>(j)];
}

int StoryRecorder::member_of_sink(int s, int j) const {
  const int country = country_of_sink(s, j);
  const auto& id = story_.countries[static_cast<std::size_t>(country)];
  const auto at = std::find(story_.members.begin(), story_.members.end(), id);
  return at == story_.members.end() ? no_index : static_cast<int>(at - story_.members.begin());
}

void StoryRecorder::begin_step(int step, const ChainState<OneLane>& state) {
  if (step > 0) return;
  story_.shared_opening[static_cast<std::size_t>(position_)] = state.shared_t;
  for (int j = 0; j < n_sinks(); ++j) {
    const int member = member_of_sink(chain_.n_stages - 1, j);
    if (member == no_index) continue;
    const std::size_t at = story_.cell_index(member, position_);
    story_.commercial_opening[at] = state.stock[j].commercial_t;
    story_.strategic_opening[at] = state.stock[j].strategic_t;
  }
}

void StoryRecorder::stage(int step, int s, const ChainState<OneLane>& state, float) {
  if (s == 0) remember_output_before_feed(state);
  record_capacity(step, s, state);
  record_restrictions(step, s, state);
  record_deliveries(step, s, state);
  if (s == chain_.n_stages - 1) record_market_gaps(step, state);
}

/// Of all stages at once: later ones are limited only after the stage before them is allocated.
void StoryRecorder::remember_output_before_feed(const ChainState<OneLane>& state) {
  for (int s = 0; s < chain_.n_stages; ++s) {
    auto& before = output_before_feed_t_[static_cast<std::size_t>(s)];
    before.clear();
    for (int i = 0; i < chain_.stages[s].n_nodes; ++i)
      before.push_back(state.stage[s].node[i].output_t);
  }
}

void StoryRecorder::record_capacity(int step, int s, const ChainState<OneLane>& state) {
  const StageSpec& spec = chain_.stages[s];
  for (int i = 0; i < spec.n_nodes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Node<OneLane>& state_of = state.stage[s].node[i];
    node(Q::full_capacity, s, i, step) =
        network_.reals[spec.capacity_t + static_cast<std::size_t>(step * spec.n_nodes) + at];
    node(Q::operating_fraction, s, i, step) =
        operating_of<OneLane>(net_.ints + spec.op_class, s, i, state);
    const bool down = test_bit(state_of.down, step % outage_window_steps);
    node(Q::outage_fraction, s, i, step) =
        down ? 1.0f - network_.outages[spec.outages + at].left : 0.0f;
    node(Q::project_output, s, i, step) = 0.0f;
    node(Q::output_before_feed, s, i, step) =
        static_cast<float>(output_before_feed_t_[static_cast<std::size_t>(s)][at]);
    node(Q::output, s, i, step) = state_of.output_t;
  }
  for (int k = 0; k < chain_.n_projects; ++k) {
    const ProjectSpec& project = net_.projects[chain_.projects + static_cast<Offset>(k)];
    if (project.stage != s) continue;
    node(Q::project_output, s, project.node, step) +=
        project.capacity_t * ramped_part<OneLane>(project, k, step, state);
  }
}

void StoryRecorder::record_restrictions(int step, int s, const ChainState<OneLane>& state) {
  const StageSpec& spec = chain_.stages[s];
  for (int i = 0; i < spec.n_nodes; ++i) {
    for (const Q quantity : {Q::severity, Q::leaked_fraction, Q::blocked_fraction})
      node(quantity, s, i, step) = 0.0f;
    if (net_.ints[spec.strike_of_node + static_cast<Offset>(i)] < 0) continue;
    const Strike<OneLane>& strike = state.stage[s].strike[i];
    if (strike.end_step == 0) continue;
    node(Q::severity, s, i, step) = strike.severity;
    node(Q::leaked_fraction, s, i, step) = strike.leaked;
    node(Q::blocked_fraction, s, i, step) = strike.blocked;
    node(Q::restriction_instrument, s, i, step) =
        static_cast<float>(state.stage[s].record[i].instrument);
    node(Q::restriction_target, s, i, step) = static_cast<float>(strike.group);
  }
}

void StoryRecorder::record_deliveries(int step, int s, const ChainState<OneLane>& state) {
  const Deliveries deliveries = split_deliveries(net_, chain_, s, state);
  for (int j = 0; j < deliveries.n_sinks; ++j) {
    const int member = member_of_sink(s, j);
    if (member == no_index) continue;
    for (int i = 0; i < deliveries.n_nodes; ++i) {
      story_.at(Q::delivery, {member, position_, stages_[static_cast<std::size_t>(s)],
                              country_of_node(network_, mineral_, s, i), step}) =
          static_cast<float>(deliveries.at(i, j));
    }
  }
}

void StoryRecorder::record_market_gaps(int step, const ChainState<OneLane>& state) {
  const int last = chain_.n_stages - 1;
  for (int j = 0; j < n_sinks(); ++j) {
    const int member = member_of_sink(last, j);
    if (member != no_index)
      story_.at(Q::market_gap, {member, position_, step}) = state.stage[last].sink[j].gap_t;
  }
}

/// The step alone, shared out as a run's attribution shares out paths.
void StoryRecorder::record_causes(int step, const ChainState<OneLane>& state) {
  const int last = chain_.n_stages - 1;
  const int n_nodes = chain_.stages[last].n_nodes;
  start_attributed<OneLane>(chain_, attributed_);
  attribute_step<OneLane>(net_, chain_, step, state, attributed_);
  each_cell<OneLane>(net_, chain_, [&](int j, int c) {
    const int member = member_of_sink(last, j);
    if (member == no_index) return;
    const auto of = [&](int country, Cause cause) -> float& {
      return story_.at(Q::unmet_by_cause,
                       {member, position_, country, static_cast<int>(cause), step});
    };
    for (int i = 0; i < n_nodes; ++i) {
      const int country = country_of_node(network_, mineral_, last, i);
      for (int k = 0; k < n_supplier_causes; ++k) {
        const Cause cause = static_cast<Cause>(k);
        of(country, cause) = attributed_.of(n_nodes, c, i, cause);
      }
    }
    of(country_of_sink(last, j), Cause::demand_growth) = attributed_.demand_growth[c];
  });
}

void StoryRecorder::end_step(int step, const ChainState<OneLane>& state) {
  record_market(step, state);
  record_causes(step, state);
  for (int s = 1; s < chain_.n_stages; ++s) {
    for (int i = 0; i < chain_.stages[s].n_nodes; ++i)
      node(Q::feed_stock, s, i, step) = state.stage[s].node[i].feed_stock_t;
  }
  for (int j = 0; j < n_sinks(); ++j) {
    const int member = member_of_sink(chain_.n_stages - 1, j);
    if (member != no_index) record_cell(step, member, j, state);
  }
}

void StoryRecorder::record_market(int step, const ChainState<OneLane>& state) {
  const auto set = [&](Q quantity, float value) { story_.at(quantity, {position_, step}) = value; };
  set(Q::price_ratio, state.price);
  set(Q::price_ratio_without_scarcity, state.price_quiet);
  set(Q::flooding, state.flooding);
  set(Q::scarcity, state.scarcity);
  set(Q::restricted_fraction, state.restricted_fraction);
  set(Q::substituted_fraction, state.substituted);
  set(Q::earned_ratio_world, state.world_earned);
  set(Q::earned_ratio_bloc, state.bloc_earned);
  set(Q::shared_stock, state.shared_t);
}

void StoryRecorder::record_cell(int step, int member, int j, const ChainState<OneLane>& state) {
  const auto set = [&](Q quantity, float value) {
    story_.at(quantity, {member, position_, step}) = value;
  };
  const Sink<OneLane>& sink = state.stage[chain_.n_stages - 1].sink[j];
  const Stock<OneLane>& stock = state.stock[j];
  const float reference_t =
      network_.reals[chain_.demand_t + static_cast<std::size_t>(step * n_sinks() + j)];
  set(Q::reference_demand, reference_t);
  set(Q::need, sink.need_t);
  set(Q::unmet, sink.gap_t);
  set(Q::curtailed, reference_t - sink.need_t);
  set(Q::drawn, stock.drawn_t);
  set(Q::commercial_stock, stock.commercial_t);
  set(Q::strategic_stock, stock.strategic_t);
}

void StoryRecorder::cell(int step, int c, float unmet_fraction, float cover_days) {
  const auto& id = network_.members[static_cast<std::size_t>(
      net_.ints[chain_.cell_member + static_cast<Offset>(c)])];
  const auto at = std::find(story_.members.begin(), story_.members.end(), id);
  if (at == story_.members.end()) return;
  const int member = static_cast<int>(at - story_.members.begin());
  story_.at(Q::shortfall, {member, position_, step}) = unmet_fraction;
  story_.at(Q::days_of_cover, {member, position_, step}) = cover_days;
}

}  // namespace blocrisk
