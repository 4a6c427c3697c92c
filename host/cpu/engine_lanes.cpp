/// The engine's inner loop for one lane width (RISK_LANES): blocks of paths, layer 1 of all groups
/// first, then mineral by mineral, so that one mineral's counts stay in cache. Compiled once per
/// instruction set.
#include "host/cpu/engine_lanes.hpp"

#include <cstddef>
#include <cstring>
#include <vector>

#include "host/cpu/counting.hpp"
#include "host/cpu/lane_memory.hpp"
#include "host/cpu/timelines.hpp"
#include "kernels/model/chain.hpp"
#include "kernels/model/members.hpp"
#include "kernels/stats/digest.hpp"

RISK_BEGIN
namespace {

using L = Lanes<RISK_LANES>;
using F = L::F;
using I = L::I;
using U = L::U;
using Memory = LaneMemory<L>;
using MemorySize = LaneMemorySize<L>;

/// What a chain and its result take.
MemorySize chain_size(const NetworkView& net) {
  return largest_chain<L>(net, [&](const ChainSpec& chain, Arena<L>& vectors) {
    take_chain<L>(net, chain, vectors);
    take_result<L>(net, chain.n_cells, vectors);
  });
}

MemorySize members_size(const NetworkView& net) {
  Arena<L> vectors(nullptr);
  take_members<L>(net, vectors);
  return {vectors.used(), 0};
}

/// Writes one lane vector past the caches, where it is a whole line: results are read much later,
/// and fetching their lines from memory first would cost more than the path itself.
RISK_FN void stream(float* target, F value) {
#if RISK_LANES == 16 && RISK_HAS_AVX512
  _mm512_stream_ps(target, value);
#else
  store(target, value);
#endif
}

class Engine final : public LaneEngine {
 public:
  Engine(const NetworkView& net, std::uint64_t seed)
      : net_(net),
        seed_(seed),
        chain_memory_(chain_size(net).vectors),
        block_paths_(paths_per_block(net)),
        changes_(net.n_steps, timeline_notes_per_step(net)),
        first_series_(first_series(net)),
        measure_values_(static_cast<std::size_t>(first_series_.back()) * block_paths_ / L::n),
        member_values_(static_cast<std::size_t>(net.n_members * (n_member_measures + net.n_years)) *
                       block_paths_ / L::n) {
    for (int m = 0; m < net.n_minerals; ++m)
      timelines_.emplace_back(net, net.chains[m].n_cells, changes_);
    for (Group& group : groups_) {
      memory_.emplace_back(world_size<L>(net).vectors + members_size(net).vectors,
                           world_size<L>(net).integers);
      Arena<L> vectors = memory_.back().vectors();
      Arena<Lanes<1>> integers = memory_.back().integers();
      group.world = take_world<L>(net, vectors, integers);
      group.sums = take_members<L>(net, vectors);
    }
  }

  void run(SharedState& shared) override {
    shared_ = &shared;
    for (PathRange block = shared.next_block(); block.count() > 0; block = shared.next_block())
      run_block(block);
    finish();
  }

 private:
  struct Group {
    World<L> world;
    MemberSums<L> sums;
    DigestSum<L> digest;
  };

  /// Hands over the timelines of the blocks run since the last time.
  void finish() {
    for (int m = 0; m < net_.n_minerals; ++m) drain_mineral(m);
    undrained_paths_ = 0;
  }

  void run_block(PathRange range) {
    if (undrained_paths_ + range.count() > StepCounters::most_undrained_paths) finish();
    undrained_paths_ += range.count();
    range_ = range;
    digest_ = 0;
    n_groups_ = static_cast<int>((range.count() + L::n - 1) / L::n);
    for (int first = 0; first < n_groups_; first += world_groups) {
      run_groups(first, first + world_groups < n_groups_ ? first + world_groups : n_groups_);
    }
    for (int m = 0; m < net_.n_minerals; ++m) count_mineral(m);
    count_members();
  }

  static std::vector<int> first_series(const NetworkView& net) {
    std::vector<int> first{0};
    for (int m = 0; m < net.n_minerals; ++m)
      first.push_back(first.back() + n_measures * net.chains[m].n_cells);
    return first;
  }
  Group& group(int g) { return groups_[g % world_groups]; }
  MineralTimelines<L>& timelines(int m) { return timelines_[static_cast<std::size_t>(m)]; }
  /// A measure of a cell, all paths of the block.
  float* measure_values(int m, int k, int c) {
    const auto series = static_cast<std::size_t>(first_series_[static_cast<std::size_t>(m)] +
                                                 k * net_.chains[m].n_cells + c);
    return reinterpret_cast<float*>(measure_values_.first()) + series * block_paths_;
  }
  int n_paths() const { return static_cast<int>(range_.count()); }
  std::uint64_t first_path(int g) const {
    return range_.first + static_cast<std::uint64_t>(g) * L::n;
  }
  int lanes_in(int g) const { return n_paths() - g * L::n < L::n ? n_paths() - g * L::n : L::n; }

  /// Both layers of groups [first, last).
  void run_groups(int first, int last) {
    for (int g = first; g < last; ++g) start_group(g);
    for (int m = 0; m < net_.n_minerals; ++m) run_mineral(m, first, last);
    for (int g = first; g < last; ++g) finish_group(g);
  }

  void start_group(int g) {
    const PathKeys<L> keys = path_keys<L>(seed_, first_path(g));
    run_world<L>(net_, keys, group(g).world);
    for (int member = 0; member < net_.n_members; ++member)
      start_member<L>(net_, member, group(g).sums);
    group(g).digest = {splat<U>(0u), splat<U>(0u)};
  }

  void run_mineral(int m, int first, int last) {
    const ChainSpec& chain = net_.chains[m];
    Arena<L> vectors = chain_memory_.vectors();
    ChainState<L> state = take_chain<L>(net_, chain, vectors);
    const ChainResult<L> result = take_result<L>(net_, chain.n_cells, vectors);
    for (int g = first; g < last; ++g) {
      timelines(m).begin_group(lanes_below<L>(lanes_in(g)));
      TimelineObserver<L> observer{timelines(m)};
      run_chain<L>(net_, m, path_keys<L>(seed_, first_path(g)), group(g).world, state, result,
                   observer);
      for (int c = 0; c < chain.n_cells; ++c) keep_cell(m, g, c, result);
      timelines(m).end_group();
    }
    timelines(m).count_changes();
  }

  void keep_cell(int m, int g, int c, const ChainResult<L>& result) {
    const ChainSpec& chain = net_.chains[m];
    const int member = net_.ints[chain.cell_member + c];
    for (int k = 0; k < n_measures; ++k) {
      const F value = result.measure[k * chain.n_cells + c];
      stream(measure_values(m, k, c) + g * L::n, value);
      add_to_digest<L>(group(g).digest, value, digest_slot(k, member, m));
    }
    add_to_member<L>(net_, chain, c, result, group(g).sums);
  }

  /// First [member][mineral] index of a cell.
  std::size_t cell_index(int m, int c) const {
    return static_cast<std::size_t>(net_.ints[net_.chains[m].cell_member + c] * net_.n_minerals +
                                    m);
  }

  void count_mineral(int m) {
    if (shared_->samples() != nullptr) sample_mineral(m);
    const auto lock = shared_->lock_mineral(m);
    for (int c = 0; c < net_.chains[m].n_cells; ++c) count_cell(m, c);
  }

  void count_cell(int m, int c) {
    Accumulators& into = shared_->accumulators();
    const std::size_t cell = cell_index(m, c);
    for (int k = 0; k < n_measures; ++k) {
      const Values values{measure_values(m, k, c), n_paths()};
      const BinRange range = bins_of(measure_table[k].kind);
      const auto measure = static_cast<std::size_t>(k);
      count_values<L>(values, range,
                      &into.histogram[measure][cell * static_cast<std::size_t>(range.n_bins())]);
      const double scale =
          net_.measure_scale[measure * static_cast<std::size_t>(net_.n_members * net_.n_minerals) +
                             cell];
      add_moments(values, scale, into.moments[measure][cell]);
      if (ratio_index(k) < 0 || net_.n_thresholds == 0) continue;
      auto& exceedance = into.exceedance[static_cast<std::size_t>(ratio_index(k))];
      count_exceedances<L>(values, net_.exceedance, net_.n_thresholds,
                           &exceedance[cell * static_cast<std::size_t>(net_.n_thresholds)]);
    }
    const Values shortfall{measure_values(m, static_cast<int>(Measure::shortfall), c), n_paths()};
    offer_worst<L>(shortfall, range_.first, into.worst[cell]);
  }

  void drain_mineral(int m) {
    const auto lock = shared_->lock_mineral(m);
    timelines(m).drain(m, shared_->accumulators(), [&](int c) { return cell_index(m, c); });
  }

  void sample_mineral(int m) {
    Samples& samples = *shared_->samples();
    for (int path = 0; path < n_paths(); ++path) {
      const std::uint64_t number = range_.first + static_cast<std::uint64_t>(path);
      if (!samples.holds(number)) continue;
      const std::size_t row = (number - samples.first_path) *
                              static_cast<std::size_t>(net_.n_members * net_.n_minerals);
      for (int c = 0; c < net_.chains[m].n_cells; ++c) {
        for (int k = 0; k < n_measures; ++k) {
          samples.measure[static_cast<std::size_t>(k)][row + cell_index(m, c)] =
              measure_values(m, k, c)[path];
        }
      }
    }
  }

  /// Values of one member-level measure, all paths of the block; annual losses have one row a year.
  float* member_values(int measure, int member, int year = 0) {
    const int rows_before = measure < static_cast<int>(MemberMeasure::annual_loss)
                                ? measure * net_.n_members + member
                                : n_member_measures * net_.n_members + member * net_.n_years + year;
    return reinterpret_cast<float*>(member_values_.first()) +
           static_cast<std::size_t>(rows_before) * block_paths_;
  }

  /// Member-level measures of a group, once all its minerals have run.
  void finish_group(int g) {
    const MemberSums<L>& sums = group(g).sums;
    DigestSum<L>& digest = group(g).digest;
    constexpr int annual = static_cast<int>(MemberMeasure::annual_loss);
    for (int member = 0; member < net_.n_members; ++member) {
      finish_member<L>(net_, member, sums);
      for (int k = 0; k < annual; ++k) {
        const F value = sums.measure[k * net_.n_members + member];
        store(member_values(k, member) + g * L::n, value);
        add_to_digest<L>(digest, value, digest_slot(n_measures + k, member, 0));
      }
      for (int y = 0; y < net_.n_years; ++y) {
        const F value = sums.year_loss[member * net_.n_years + y];
        store(member_values(annual, member, y) + g * L::n, value);
        add_to_digest<L>(digest, value, digest_slot(n_measures + annual, member, y));
      }
    }
    add_digests(g);
  }

  void count_members() {
    const auto lock = shared_->lock_members();
    Accumulators& into = shared_->accumulators();
    for (int member = 0; member < net_.n_members; ++member) {
      for (int k = 0; k < n_member_measures; ++k) {
        const int rows = k == static_cast<int>(MemberMeasure::annual_loss) ? net_.n_years : 1;
        for (int y = 0; y < rows; ++y)
          count_member(k, member, {member_values(k, member, y), n_paths()}, into);
      }
      const Values loss{member_values(static_cast<int>(MemberMeasure::loss), member), n_paths()};
      offer_worst<L>(loss, range_.first, into.member_worst[static_cast<std::size_t>(member)]);
    }
    into.n_paths += range_.count();
    into.block_digest[range_.first / digest_block_paths] += digest_;
    if (shared_->samples() != nullptr) sample_members();
  }

  void count_member(int k, int member, Values values, Accumulators& into) {
    const BinRange range = bins_of(member_measure_table[k].kind);
    const auto measure = static_cast<std::size_t>(k);
    const auto at = static_cast<std::size_t>(member);
    count_values<L>(values, range,
                    &into.member_histogram[measure][at * static_cast<std::size_t>(range.n_bins())]);
    const double scale = net_.member_measure_scale[k * net_.n_members + member];
    add_moments(values, scale, into.member_moments[measure][at]);
  }

  void add_digests(int g) {
    alignas(64) std::uint32_t a[L::n];
    alignas(64) std::uint32_t b[L::n];
    store(a, group(g).digest.a);
    store(b, group(g).digest.b);
    for (int k = 0; k < lanes_in(g); ++k) {
      digest_ += finish_digest(a[k], b[k], first_path(g) + static_cast<std::uint64_t>(k));
    }
  }

  void sample_members() {
    Samples& samples = *shared_->samples();
    constexpr auto annual = static_cast<std::size_t>(MemberMeasure::annual_loss);
    for (int path = 0; path < n_paths(); ++path) {
      const std::uint64_t number = range_.first + static_cast<std::uint64_t>(path);
      if (!samples.holds(number)) continue;
      const std::size_t row =
          (number - samples.first_path) * static_cast<std::size_t>(net_.n_members);
      for (int member = 0; member < net_.n_members; ++member) {
        const std::size_t at = row + static_cast<std::size_t>(member);
        for (std::size_t k = 0; k < annual; ++k) {
          samples.member_measure[k][at] = member_values(static_cast<int>(k), member)[path];
        }
        for (int y = 0; y < net_.n_years; ++y) {
          const std::size_t year =
              at * static_cast<std::size_t>(net_.n_years) + static_cast<std::size_t>(y);
          samples.member_measure[annual][year] =
              member_values(static_cast<int>(annual), member, y)[path];
        }
      }
    }
  }

  NetworkView net_;
  std::uint64_t seed_;
  SharedState* shared_ = nullptr;  ///< of the present run
  Memory chain_memory_;
  std::size_t block_paths_;
  ChangeLists<L> changes_;
  std::vector<int> first_series_;  ///< [mineral + 1] of its series among all measures and cells
  Memory measure_values_;          ///< [mineral][measure][cell][path]
  Memory member_values_;
  std::vector<MineralTimelines<L>> timelines_;  ///< [mineral]
  std::vector<Memory> memory_;                  ///< of each group held
  Group groups_[world_groups];
  PathRange range_;
  int n_groups_ = 0;
  std::uint64_t digest_ = 0;
  std::uint64_t undrained_paths_ = 0;
};

}  // namespace
RISK_END

namespace blocrisk {

std::unique_ptr<LaneEngine> RISK_LANES_NAME(engine_lanes_)(const NetworkView& network,
                                                           std::uint64_t seed) {
  return std::make_unique<Engine>(network, seed);
}

std::uint64_t RISK_JOIN(RISK_LANES_NAME(engine_lanes_), _bytes)(const NetworkView& network) {
  const std::uint64_t group = world_size<L>(network).bytes() + members_size(network).bytes();
  return world_groups * group + chain_size(network).bytes() +
         paths_per_block(network) * result_bytes_per_path(network) + timeline_bytes(network, L::n);
}

}  // namespace blocrisk
