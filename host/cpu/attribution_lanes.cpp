/// The inner loop of attribution for one lane width (RISK_LANES): paths run again, group by group,
/// each with an observer that shares out what is unmet. Compiled once per instruction set.
#include "host/cpu/attribution_lanes.hpp"

#include <cstddef>

#include "host/cpu/counting.hpp"
#include "host/cpu/lane_memory.hpp"
#include "kernels/model/attribution.hpp"

RISK_BEGIN
namespace {

using L = Lanes<RISK_LANES>;
using F = L::F;
using MemorySize = LaneMemorySize<L>;

/// Runs blocks for one thread.
class AttributionWorker {
 public:
  explicit AttributionWorker(const AttributionTask& task)
      : task_(task),
        net_(task.network),
        sums_(task.into.shape),
        world_memory_(world_size<L>(net_)),
        chain_memory_(chain_size(net_)) {
    Arena<L> vectors = world_memory_.vectors();
    Arena<Lanes<1>> integers = world_memory_.integers();
    world_ = take_world<L>(net_, vectors, integers);
  }

  void run_block(PathRange block) {
    for (std::uint64_t first = block.first; first < block.last; first += L::n) {
      const std::uint64_t left = block.last - first;
      run_group(first, left < L::n ? static_cast<int>(left) : L::n);
    }
    sums_.n_paths += block.count();
  }

  void finish() {
    const std::lock_guard lock(task_.lock);
    task_.into.merge(sums_);
  }

 private:
  static MemorySize chain_size(const NetworkView& net) {
    return largest_chain<L>(net, [&](const ChainSpec& chain, Arena<L>& vectors) {
      take_chain<L>(net, chain, vectors);
      take_result<L>(net, chain.n_cells, vectors);
      take_attributed<L>(chain, vectors);
    });
  }

  void run_group(std::uint64_t first_path, int n_lanes) {
    const PathKeys<L> keys = path_keys<L>(task_.seed, first_path);
    run_world<L>(net_, keys, world_);
    for (int m = 0; m < net_.n_minerals; ++m) run_mineral(m, keys, n_lanes);
  }

  void run_mineral(int m, const PathKeys<L>& keys, int n_lanes) {
    const ChainSpec& chain = net_.chains[m];
    Arena<L> vectors = chain_memory_.vectors();
    ChainState<L> state = take_chain<L>(net_, chain, vectors);
    const ChainResult<L> result = take_result<L>(net_, chain.n_cells, vectors);
    AttributionObserver<L> observer{net_, chain, take_attributed<L>(chain, vectors)};
    start_attributed<L>(chain, observer.need);
    run_chain<L>(net_, m, keys, world_, state, result, observer);
    for (int c = 0; c < chain.n_cells; ++c) {
      const F shortfall = result.measure[static_cast<int>(Measure::shortfall) * chain.n_cells + c];
      const std::uint32_t is_short =
          mask_bits(gt(shortfall, splat<F>(0.0f))) & lanes_below<L>(n_lanes);
      if (is_short != 0) add_cell(m, c, is_short, shortfall, observer.need);
    }
  }

  /// Adds the lanes of one cell that are short.
  void add_cell(int m, int c, std::uint32_t is_short, F shortfall, const AttributedNeed<L>& need) {
    const ChainSpec& chain = net_.chains[m];
    const auto member = static_cast<std::size_t>(net_.ints[chain.cell_member + c]);
    const std::size_t cell =
        member * static_cast<std::size_t>(net_.n_minerals) + static_cast<std::size_t>(m);
    const std::uint32_t in_tail = lanes_above(shortfall, task_.tail_threshold[cell]) & is_short;
    sums_.tail_paths[cell] += static_cast<std::uint64_t>(__builtin_popcount(in_tail));
    const F demand = splat<F>(net_.reals[chain.total_demand_t + net_.ints[chain.cell_sink + c]]);
    const double scale = net_.measure_scale[cell];  // of shortfall, which is the first measure
    const auto add = [&](int country, Cause cause, F unmet_t) {
      const std::size_t at = sums_.index(cell, country, cause);
      add_lanes(unmet_t / demand, scale, is_short, in_tail, sums_.expected[at], sums_.tail[at]);
    };
    const std::vector<int>& countries = task_.last_stage_countries[static_cast<std::size_t>(m)];
    const auto n_nodes = static_cast<int>(countries.size());
    for (int i = 0; i < n_nodes; ++i) {
      for (int k = 0; k < n_supplier_causes; ++k) {
        const auto cause = static_cast<Cause>(k);
        add(countries[static_cast<std::size_t>(i)], cause, need.of(n_nodes, c, i, cause));
      }
    }
    add(task_.member_countries[member], Cause::demand_growth, need.demand_growth[c]);
  }

  static std::uint32_t lanes_above(F value, double threshold) {
    std::uint32_t above = 0;
    for (int k = 0; k < L::n; ++k)
      above |= static_cast<std::uint32_t>(static_cast<double>(lane(value, k)) > threshold) << k;
    return above;
  }

  static void add_lanes(F fraction, double scale, std::uint32_t all, std::uint32_t in_tail,
                        Sum128& expected, Sum128& tail) {
    if (none(gt(fraction, splat<F>(0.0f)))) return;
    std::uint64_t sum = 0;
    std::uint64_t tail_sum = 0;
    for (; all != 0; all &= all - 1) {
      const int k = __builtin_ctz(all);
      const std::uint64_t units = to_fixed_point(lane(fraction, k), scale).value;
      sum += units;
      if (((in_tail >> k) & 1u) != 0) tail_sum += units;
    }
    expected.add(sum);
    tail.add(tail_sum);
  }

  const AttributionTask& task_;
  NetworkView net_;
  AttributionSums sums_;
  LaneMemory<L> world_memory_, chain_memory_;
  World<L> world_;
};

}  // namespace
RISK_END

namespace blocrisk {

void RISK_LANES_NAME(attribution_lanes_)(const AttributionTask& task) {
  AttributionWorker worker(task);
  for (PathRange block = task.queue.next_block(); block.count() > 0;
       block = task.queue.next_block()) {
    worker.run_block(block);
  }
  worker.finish();
}

}  // namespace blocrisk
