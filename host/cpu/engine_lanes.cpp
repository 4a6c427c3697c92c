/// The engine's inner loop for one lane width (RISK_LANES): blocks of paths, layer 1 of all groups
/// first, then mineral by mineral, so that one mineral's counts stay in cache. Compiled once per
/// instruction set.
#include "host/cpu/engine_lanes.hpp"

#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "kernels/model/chain.hpp"
#include "kernels/model/members.hpp"
#include "kernels/stats/digest.hpp"
#include "kernels/stats/fixed_point_value.hpp"

RISK_BEGIN
namespace {

using L = Lanes<RISK_LANES>;
using F = L::F;
using I = L::I;
using U = L::U;

int groups_per_block(const NetworkView& net) {
  return static_cast<int>(paths_per_block(net)) / L::n;
}

/// Lane vectors and integers behind the rows of an arena. Untouched pages cost nothing.
class Memory {
 public:
  Memory(std::size_t vectors, std::size_t integers)
      : vectors_(allocate(vectors * sizeof(F))),
        integers_(allocate(integers * sizeof(std::int32_t))) {}
  Arena<L> vectors() const { return Arena<L>(vectors_.get()); }
  Arena<Lanes<1>> integers() const { return Arena<Lanes<1>>(integers_.get()); }

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  static void* allocate(std::size_t bytes) {
    void* p = std::aligned_alloc(64, (bytes / 64 + 1) * 64);
    if (p == nullptr) throw std::bad_alloc();
    return p;
  }
  std::unique_ptr<void, Free> vectors_, integers_;
};

struct MemorySize {
  std::size_t vectors, integers;
  std::size_t bytes() const { return vectors * sizeof(F) + integers * sizeof(std::int32_t); }
};

MemorySize world_size(const NetworkView& net) {
  Arena<L> vectors(nullptr);
  Arena<Lanes<1>> integers(nullptr);
  take_world<L>(net, vectors, integers);
  return {vectors.used(), integers.used()};
}

/// The most that any one chain needs: chains run one after the other in the same memory.
MemorySize chain_size(const NetworkView& net) {
  MemorySize most{0, 0};
  for (int m = 0; m < net.n_minerals; ++m) {
    Arena<L> vectors(nullptr);
    Arena<Lanes<1>> integers(nullptr);
    take_chain<L>(net, net.chains[m], vectors, integers);
    if (vectors.used() > most.vectors) most.vectors = vectors.used();
    if (integers.used() > most.integers) most.integers = integers.used();
  }
  return most;
}

/// Sums over all minerals of one group, and its digest.
struct GroupMembers {
  MemberSums<L> sums;
  DigestSum<L> digest;
};

int group_member_vectors(const NetworkView& net) {
  return net.n_members * (net.n_years + n_member_measures);
}
int result_vectors(const NetworkView& net) { return net.n_members * (n_measures + net.n_years); }

/// Counts one value per lane into a series; lanes from `n` on are beyond the range asked for.
RISK_FN void count(SeriesTally& tally, int series, F value, int n) {
  std::uint32_t* const counts = tally.counts_of(series);
  const U word = bits(value);
  if (none(ne(word, splat<U>(0u)))) {
    counts[0] += static_cast<std::uint32_t>(n);
    return;
  }
  const BinRange range = tally.range;
  const I key = as_signed(shr(word, range.shift())) - splat<I>(range.first_key() - 2);
  const I bin = min(max(key, splat<I>(1)), splat<I>(range.n_bins() - 1));
  alignas(64) std::int32_t slots[L::n];
  store(slots, select(eq(word, splat<U>(0u)), splat<I>(0), bin));
  for (int k = 0; k < n; ++k) ++counts[slots[k]];
}

/// Adds one value per lane to the fixed-point moments of a series.
RISK_FN void add_moments(SeriesTally& tally, int series, F value, double scale, int n) {
  if (none(ne(bits(value), splat<U>(0u)))) return;
  alignas(64) float values[L::n];
  store(values, value);
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
  for (int k = 0; k < n; ++k) {
    const FixedPoint fixed = to_fixed_point(values[k], scale);
    sum += fixed.value;
    squares += fixed.square;
  }
  tally.sums[static_cast<std::size_t>(series)] += sum;
  tally.squares[static_cast<std::size_t>(series)] += squares;
}

/// Adds one small fixed-point number per lane: value x scale < 2^31.
RISK_FN std::uint64_t small_sum(F value, float scale, int n) {
  alignas(64) std::int32_t units[L::n];
  store(units, truncate(fma(value, splat<F>(scale), splat<F>(0.5f))));
  std::uint64_t sum = 0;
  for (int k = 0; k < n; ++k) sum += static_cast<std::uint32_t>(units[k]);
  return sum;
}

RISK_FN void note_worst(std::vector<WorstCandidate>& worst, float entry, int series, F value,
                        std::uint64_t first_path, int n) {
  const auto candidates = and_(ge(value, splat<F>(entry)), gt(value, splat<F>(0.0f)));
  if (none(candidates)) return;
  alignas(64) float values[L::n];
  store(values, value);
  const std::uint32_t lanes = mask_bits(candidates);
  for (int k = 0; k < n; ++k) {
    if ((lanes >> k & 1u) != 0) {
      worst.push_back({series, {values[k], first_path + static_cast<std::uint64_t>(k)}});
    }
  }
}

/// Fills the timelines of the mineral at hand.
struct TimelineObserver {
  MineralTally& tally;
  int n_steps;
  int n;  ///< lanes that count

  void begin_step(int, const ChainState<L>&) {}
  void stage(int, int, const ChainState<L>&, Row<F>, F) {}
  void end_step(int, const ChainState<L>&) {}
  RISK_FN void cell(int step, int c, F unmet_fraction, F cover_days) {
    const int series = c * n_steps + step;
    count(tally.shortfall, series, unmet_fraction, n);
    if (any(gt(unmet_fraction, splat<F>(0.0f)))) {
      tally.shortfall.sums[static_cast<std::size_t>(series)] += small_sum(unmet_fraction, timeline_shortfall_scale, n);
    }
    const F days = min(cover_days, splat<F>(timeline_cover_limit_days));
    count(tally.cover, series, days, n);
    tally.cover.sums[static_cast<std::size_t>(series)] += small_sum(days, timeline_cover_scale, n);
  }
  RISK_FN void market(int step, F price, F restricted) {
    count(tally.price, step, price, n);
    tally.price.sums[static_cast<std::size_t>(step)] += small_sum(price, timeline_price_scale, n);
    tally.restricted_sum[static_cast<std::size_t>(step)] += small_sum(restricted, timeline_restricted_scale, n);
  }
};

/// Runs blocks for one thread.
class Worker {
 public:
  Worker(const NetworkView& net, std::uint64_t seed, BlockQueue& queue)
      : net_(net),
        seed_(seed),
        queue_(queue),
        mineral_tally_(net),
        member_tally_(net),
        chain_memory_(chain_size(net).vectors, chain_size(net).integers),
        result_memory_(static_cast<std::size_t>(result_vectors(net)), 0),
        member_memory_(static_cast<std::size_t>(groups_per_block(net) * group_member_vectors(net)), 0) {
    Arena<L> members = member_memory_.vectors();
    for (int g = 0; g < groups_per_block(net); ++g) {
      world_memory_.emplace_back(world_size(net).vectors, world_size(net).integers);
      Arena<L> vectors = world_memory_.back().vectors();
      Arena<Lanes<1>> integers = world_memory_.back().integers();
      world_.push_back(take_world<L>(net, vectors, integers));
      group_.emplace_back().sums = take_members<L>(net, members);
    }
  }

  void run_block(PathRange range) {
    range_ = range;
    n_groups_ = static_cast<int>((range.count() + L::n - 1) / L::n);
    for (int g = 0; g < n_groups_; ++g) start_group(g);
    for (int m = 0; m < net_.n_minerals; ++m) run_mineral(m);
    queue_.prepare(member_tally_);
    for (int g = 0; g < n_groups_; ++g) finish_group(g);
    member_tally_.digest_block = range.first / digest_block_paths;
    queue_.collect(member_tally_);
  }

 private:
  std::uint64_t first_path(int g) const { return range_.first + static_cast<std::uint64_t>(g) * L::n; }
  int lanes_in(int g) const {
    const std::uint64_t left = range_.last - first_path(g);
    return left < L::n ? static_cast<int>(left) : L::n;
  }

  void start_group(int g) {
    const PathKeys<L> keys = path_keys<L>(seed_, first_path(g));
    run_world<L>(net_, keys, world_[static_cast<std::size_t>(g)]);
    GroupMembers& group = group_[static_cast<std::size_t>(g)];
    for (int member = 0; member < net_.n_members; ++member) start_member<L>(net_, member, group.sums);
    group.digest = {splat<U>(0u), splat<U>(0u)};
  }

  void run_mineral(int m) {
    const ChainSpec& chain = net_.chains[m];
    queue_.prepare(m, mineral_tally_);
    Arena<L> vectors = chain_memory_.vectors();
    Arena<Lanes<1>> integers = chain_memory_.integers();
    ChainState<L> state = take_chain<L>(net_, chain, vectors, integers);
    Arena<L> results = result_memory_.vectors();
    const ChainResult<L> result = take_result<L>(net_, chain.n_cells, results);
    for (int g = 0; g < n_groups_; ++g) {
      const PathKeys<L> keys = path_keys<L>(seed_, first_path(g));
      TimelineObserver observer{mineral_tally_, net_.n_steps, lanes_in(g)};
      run_chain<L>(net_, m, keys, world_[static_cast<std::size_t>(g)], state, result, observer);
      for (int c = 0; c < chain.n_cells; ++c) {
        tally_cell(m, g, c, result);
        add_to_member<L>(net_, chain, c, result, group_[static_cast<std::size_t>(g)].sums);
      }
      mineral_tally_.n_paths += static_cast<std::uint64_t>(lanes_in(g));
    }
    queue_.collect(mineral_tally_);
  }

  void tally_cell(int m, int g, int c, const ChainResult<L>& result) {
    const ChainSpec& chain = net_.chains[m];
    const int member = net_.ints[chain.cell_member + c];
    const int n = lanes_in(g);
    for (int k = 0; k < n_measures; ++k) {
      const F value = result.measure[k * chain.n_cells + c];
      const int cell = (k * net_.n_members + member) * net_.n_minerals + m;
      count(mineral_tally_.measure[k], c, value, n);
      add_moments(mineral_tally_.measure[k], c, value, net_.measure_scale[cell], n);
      add_to_digest<L>(group_[static_cast<std::size_t>(g)].digest, value, digest_slot(k, member, m));
      if (measure_table[k].kind == MeasureKind::ratio) count_exceedance(ratio_index(k), c, value, n);
    }
    const F shortfall = result.measure[static_cast<int>(Measure::shortfall) * chain.n_cells + c];
    note_worst(mineral_tally_.worst, mineral_tally_.worst_entry[static_cast<std::size_t>(c)], c, shortfall, first_path(g), n);
    if (queue_.samples() != nullptr) sample_cell(m, g, member, c, result);
  }

  void count_exceedance(int ratio, int c, F value, int n) {
    if (none(gt(value, splat<F>(0.0f)))) return;
    const std::uint32_t counted = n == 32 ? ~0u : (1u << n) - 1u;
    std::uint32_t* const counts = mineral_tally_.exceedance[ratio].data() + c * net_.n_thresholds;
    for (int k = 0; k < net_.n_thresholds; ++k) {
      const std::uint32_t above = mask_bits(gt(value, splat<F>(net_.exceedance[k]))) & counted;
      counts[k] += static_cast<std::uint32_t>(__builtin_popcount(above));
    }
  }

  void sample_cell(int m, int g, int member, int c, const ChainResult<L>& result) {
    Samples& samples = *queue_.samples();
    for (int k = 0; k < lanes_in(g); ++k) {
      const std::uint64_t path = first_path(g) + static_cast<std::uint64_t>(k);
      if (!samples.holds(path)) continue;
      const std::size_t at = ((path - samples.first_path) * static_cast<std::size_t>(net_.n_members) + static_cast<std::size_t>(member)) *
                                 static_cast<std::size_t>(net_.n_minerals) + static_cast<std::size_t>(m);
      for (int measure = 0; measure < n_measures; ++measure) {
        samples.measure[measure][at] = lane(result.measure[measure * net_.chains[m].n_cells + c], k);
      }
    }
  }

  /// Member-level measures of a group, once all its minerals have run.
  void finish_group(int g) {
    GroupMembers& group = group_[static_cast<std::size_t>(g)];
    for (int member = 0; member < net_.n_members; ++member) {
      finish_member<L>(net_, member, group.sums);
      for (int y = 0; y < net_.n_years; ++y) {
        tally_member(MemberMeasure::annual_loss, g, member, group.sums.year_loss[member * net_.n_years + y], y);
      }
      for (const MemberMeasure m : {MemberMeasure::loss, MemberMeasure::worst_year_loss, MemberMeasure::price_shock_cost}) {
        tally_member(m, g, member, member_value<L>(net_, m, member, group.sums));
      }
      const F loss = member_value<L>(net_, MemberMeasure::loss, member, group.sums);
      note_worst(member_tally_.worst, member_tally_.worst_entry[static_cast<std::size_t>(member)], member, loss, first_path(g), lanes_in(g));
    }
    if (queue_.samples() != nullptr) sample_members(g);
    member_tally_.n_paths += static_cast<std::uint64_t>(lanes_in(g));
    add_digests(g);
  }

  void tally_member(MemberMeasure measure, int g, int member, F value, int year = 0) {
    const int m = static_cast<int>(measure);
    SeriesTally& tally = member_tally_.measure[m];
    count(tally, member, value, lanes_in(g));
    add_moments(tally, member, value, net_.member_measure_scale[m * net_.n_members + member], lanes_in(g));
    add_to_digest<L>(group_[static_cast<std::size_t>(g)].digest, value, digest_slot(n_measures + m, member, year));
  }

  void add_digests(int g) {
    alignas(64) std::uint32_t a[L::n];
    alignas(64) std::uint32_t b[L::n];
    store(a, group_[static_cast<std::size_t>(g)].digest.a);
    store(b, group_[static_cast<std::size_t>(g)].digest.b);
    for (int k = 0; k < lanes_in(g); ++k) {
      member_tally_.digest += finish_digest(a[k], b[k], first_path(g) + static_cast<std::uint64_t>(k));
    }
  }

  void sample_members(int g) {
    Samples& samples = *queue_.samples();
    const GroupMembers& group = group_[static_cast<std::size_t>(g)];
    for (int k = 0; k < lanes_in(g); ++k) {
      const std::uint64_t path = first_path(g) + static_cast<std::uint64_t>(k);
      if (!samples.holds(path)) continue;
      const std::size_t first = (path - samples.first_path) * static_cast<std::size_t>(net_.n_members);
      for (int member = 0; member < net_.n_members; ++member) {
        const std::size_t at = first + static_cast<std::size_t>(member);
        for (const MemberMeasure m : {MemberMeasure::loss, MemberMeasure::worst_year_loss, MemberMeasure::price_shock_cost}) {
          const int row = static_cast<int>(m);
          samples.member_measure[row][at] = lane(member_value<L>(net_, m, member, group.sums), k);
        }
        for (int y = 0; y < net_.n_years; ++y) {
          const std::size_t year = at * static_cast<std::size_t>(net_.n_years) + static_cast<std::size_t>(y);
          samples.member_measure[static_cast<int>(MemberMeasure::annual_loss)][year] = lane(group.sums.year_loss[member * net_.n_years + y], k);
        }
      }
    }
  }

  NetworkView net_;
  std::uint64_t seed_;
  BlockQueue& queue_;
  MineralTally mineral_tally_;
  MemberTally member_tally_;
  Memory chain_memory_, result_memory_, member_memory_;
  std::vector<Memory> world_memory_;  // [group], like the next two
  std::vector<World<L>> world_;
  std::vector<GroupMembers> group_;
  PathRange range_;
  int n_groups_ = 0;
};

}  // namespace
RISK_END

namespace blocrisk {

#define RISK_JOIN_(a, b) a##b
#define RISK_JOIN(a, b) RISK_JOIN_(a, b)

void RISK_JOIN(engine_lanes_, RISK_LANES)(const NetworkView& network, std::uint64_t seed,
                                          BlockQueue& queue) {
  Worker worker(network, seed, queue);
  for (PathRange block = queue.next_block(); block.count() > 0; block = queue.next_block()) {
    worker.run_block(block);
  }
}

std::uint64_t RISK_JOIN(RISK_JOIN(engine_lanes_, RISK_LANES), _bytes)(const NetworkView& network) {
  const std::uint64_t vectors = static_cast<std::uint64_t>(result_vectors(network)) +
                                static_cast<std::uint64_t>(groups_per_block(network) * group_member_vectors(network));
  return static_cast<std::uint64_t>(groups_per_block(network)) * world_size(network).bytes() + chain_size(network).bytes() + vectors * sizeof(F);
}

}  // namespace blocrisk
