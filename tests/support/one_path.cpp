#include "tests/support/one_path.hpp"

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
  void begin_cells(int) {}
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

std::vector<float> OnePath::run_chain(int mineral, PathWatcher& watcher) {
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
  std::vector<float> measures;
  for (int k = 0; k < n_measures * chain.n_cells; ++k) measures.push_back(result.measure[k]);
  return measures;
}

std::vector<EventRecord> OnePath::events() const {
  const NetworkView& net = memory_->net;
  const EventList<OneLane>& events = memory_->world.events;
  std::vector<EventRecord> records;
  const auto record = [&](int actor, int step, bool scheduled, int entry) {
    if (entry == no_entry) return;
    records.push_back({actor, step, events.instrument[entry], events.group[entry],
                       events.end_step[entry], scheduled, events.bundle[entry]});
  };
  for (int step = 0; step < net.n_steps; ++step) {
    for (int actor = 0; actor < net.n_actors; ++actor)
      record(actor, step, false, events.drawn[step * net.n_actors + actor]);
    for (int k = events.first_scheduled[step]; k < events.first_scheduled[step + 1]; ++k)
      record(net.scheduled[k].actor, step, true, events.scheduled[k]);
  }
  return records;
}

}  // namespace blocrisk
