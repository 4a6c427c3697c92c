#include "host/replay/one_path.hpp"

#include <algorithm>

#include "kernels/model/chain.hpp"

namespace blocrisk {
namespace {

/// Hands the kernels' calls on.
struct Forwarder {
  PathWatcher& to;
  void begin_step(int step, const ChainState<OneLane>& state) { to.begin_step(step, state); }
  void stage(int step, int stage, const ChainState<OneLane>& state, float leftover_t) {
    to.stage(step, stage, state, leftover_t);
  }
  void end_step(int step, const ChainState<OneLane>& state) { to.end_step(step, state); }
  void cell(int step, int c, float unmet_fraction, float cover_days) {
    to.cell(step, c, unmet_fraction, cover_days);
  }
  void market(int step, float price, float restricted) { to.market(step, price, restricted); }
};

/// Rows of one lane: values and integers alike have 32 bits.
struct Rows {
  std::vector<float> values;
  std::vector<std::int32_t> integers;

  /// Sizes the memory by laying out `take(values, integers)` on nothing, then lays it out.
  template <class Take>
  auto lay_out(Take take) {
    Arena<OneLane> counted_values(nullptr);
    Arena<OneLane> counted_integers(nullptr);
    take(counted_values, counted_integers);
    values.assign(counted_values.used() + 1, 0.0f);
    integers.assign(counted_integers.used() + 1, 0);
    Arena<OneLane> arena_of_values(values.data());
    Arena<OneLane> arena_of_integers(integers.data());
    return take(arena_of_values, arena_of_integers);
  }
};

}  // namespace

struct OnePath::Memory {
  NetworkView net;
  std::uint64_t seed, path = 0;
  Rows world_rows, chain_rows, result_rows;
  World<OneLane> world;
};

OnePath::OnePath(const Network& network, std::uint64_t seed) : memory_(std::make_unique<Memory>()) {
  Memory& m = *memory_;
  m.net = network.view();
  m.seed = seed;
  m.world = m.world_rows.lay_out([&](Arena<OneLane>& values, Arena<OneLane>& integers) {
    return take_world<OneLane>(m.net, values, integers);
  });
}

OnePath::~OnePath() = default;

const World<OneLane>& OnePath::sample_world(std::uint64_t path) {
  Memory& m = *memory_;
  m.path = path;
  run_world<OneLane>(m.net, path_keys<OneLane>(m.seed, path), m.world);
  return m.world;
}

ChainMeasures OnePath::run_chain(int mineral, PathWatcher& watcher) {
  Memory& m = *memory_;
  const ChainSpec& chain = m.net.chains[mineral];
  auto state = m.chain_rows.lay_out([&](Arena<OneLane>& values, Arena<OneLane>&) {
    return take_chain<OneLane>(m.net, chain, values);
  });
  const auto result = m.result_rows.lay_out([&](Arena<OneLane>& values, Arena<OneLane>&) {
    return take_result<OneLane>(m.net, chain.n_cells, values);
  });
  Forwarder forwarder{watcher};
  blocrisk::run_chain<OneLane>(m.net, mineral, path_keys<OneLane>(m.seed, m.path), m.world, state,
                               result, forwarder);
  const float* const measure = result.measure.first;
  const float* const year_loss = result.year_loss.first;
  return {{measure, measure + n_measures * chain.n_cells},
          {year_loss, year_loss + chain.n_cells * m.net.n_years}};
}

std::vector<EventRecord> OnePath::events() const {
  const NetworkView& net = memory_->net;
  const EventList<OneLane>& events = memory_->world.events;
  std::vector<EventRecord> records;
  const auto record = [&](int actor, int step, const ScheduledSpec* scheduled, int entry) {
    if (entry == no_entry) return;
    records.push_back({actor, step, events.instrument[entry], events.group[entry],
                       events.end_step[entry], scheduled != nullptr, events.bundle[entry],
                       scheduled == nullptr ? 0 : scheduled->stream});
  };
  for (int step = 0; step < net.n_steps; ++step) {
    for (int actor = 0; actor < net.n_actors; ++actor)
      record(actor, step, nullptr, events.drawn[step * net.n_actors + actor]);
    for (int k = events.first_scheduled[step]; k < events.first_scheduled[step + 1]; ++k)
      record(net.scheduled[k].actor, step, &net.scheduled[k], events.scheduled[k]);
  }
  return records;
}

bool OnePath::joins(const EventRecord& event, std::size_t strike) const {
  const NetworkView& net = memory_->net;
  StrikeRecord<OneLane> record{};
  record.include_block = -1;
  return joins_bundle<OneLane>(net, net.strikes[strike],
                               path_keys<OneLane>(memory_->seed, memory_->path), event.step,
                               event.bundle, record);
}

}  // namespace blocrisk
