/// \file
/// Layer 2: the half-warps that run one mineral's chains, with its timelines and its digests. All
/// of a launch's chains are the same mineral's, whose description comes by value: what is the same
/// for all threads is then read without an instruction of its own.
#pragma once

#include "kernels/cuda/paths.cuh"

RISK_BEGIN

inline constexpr int chain_block_threads = 128;
inline constexpr int chain_block_paths = chain_block_threads / half_warp_lanes;
static_assert(warp_threads % chain_block_paths == 0, "blocks are whole");

/// Words that a block may share, lest sharing keeps others off the multiprocessor.
inline constexpr int most_shared_words = 8192;

/// One mineral of a batch; trivially copyable.
struct ChainLaunch {
  BatchView batch;
  TallyView tally;
  ChainSpec chain;
  std::int32_t mineral;
  std::int32_t sums_are_shared;
  std::int32_t n_flow_words;
};

static_assert(sizeof(ChainLaunch) <= 4096, "as much as every device takes by value");

/// Base flows of a stage, [node][padded sink]: every path of a block reads them at every step.
RISK_FN int flow_words(const StageSpec& stage) {
  return stage.n_nodes * padded_sinks(stage.n_sinks);
}

/// What a block adds up, or remembers, while its paths run. Sums of at most 2^31 units, for a path
/// has up to 2^24 of them, prices some more.
struct BlockTally {
  std::uint32_t* cover_sum;       ///< [cell][step]
  std::uint32_t* shortfall_sum;   ///< [cell][step]
  std::uint32_t* price_sum;       ///< [step]
  std::uint32_t* restricted_sum;  ///< [step]
  std::uint32_t* cover_bin;       ///< [path of the block][cell] of the step before
  float* flow_t;                  ///< [stage][node][padded sink]
};

/// Words of the sums that a block shares.
RISK_FN int shared_sum_words(int n_cells, int n_steps) { return 2 * (n_cells + 1) * n_steps; }
RISK_FN int cover_bin_words(int n_cells) { return chain_block_paths * n_cells; }

inline ChainLaunch chain_launch(const BatchView& batch, const TallyView& tally,
                                const ChainSpec& chain, int mineral) {
  const int words = shared_sum_words(chain.n_cells, batch.net.n_steps);
  int n_flow_words = 0;
  for (int s = 0; s < chain.n_stages; ++s) n_flow_words += flow_words(chain.stages[s]);
  return {batch, tally, chain, mineral, words <= most_shared_words ? 1 : 0, n_flow_words};
}

/// `shared` is the block's memory: flows, bins, sums where they are shared.
RISK_FN BlockTally lay_out_block(const ChainLaunch& launch, std::uint32_t* shared) {
  const int n_steps = launch.batch.net.n_steps;
  const int n_cells = launch.chain.n_cells;
  BlockTally block{};
  block.flow_t = reinterpret_cast<float*>(shared);
  block.cover_bin = shared + launch.n_flow_words;
  block.cover_sum = block.cover_bin + cover_bin_words(n_cells);
  block.shortfall_sum = block.cover_sum + n_cells * n_steps;
  block.price_sum = block.shortfall_sum + n_cells * n_steps;
  block.restricted_sum = block.price_sum + n_steps;
  return block;
}
inline int shared_words(const ChainLaunch& launch) {
  const int n_cells = launch.chain.n_cells;
  return launch.n_flow_words + cover_bin_words(n_cells) +
         (launch.sums_are_shared != 0 ? shared_sum_words(n_cells, launch.batch.net.n_steps) : 0);
}

/// Fills the timelines while a chain runs. Cells report from the lane that holds them, each lane
/// for itself. Histograms leave out shortfalls of zero, which drain_tally() works out, and count
/// cover by its changes of bin from step to step, which are few.
template <class L>
struct TimelineObserver {
  const ChainLaunch& launch;
  BlockTally block;
  int path;  ///< of the block
  bool counted;

  RISK_FN void begin_step(int, const ChainState<L>&) {}
  RISK_FN void stage(int, int, const ChainState<L>&, float) {}
  RISK_FN void end_step(int, const ChainState<L>&) {}
  RISK_FN void cell(int step, int c, float unmet_fraction, float cover_days) {
    if (!counted) return;
    const TallyLayout& layout = launch.tally.layout;
    if (gt(unmet_fraction, 0.0f)) {
      count(layout.shortfall, cell_series(c, step), unmet_fraction);
      add(block.shortfall_sum, layout.shortfall.first_sum, c, step, unmet_fraction,
          timeline_shortfall_scale);
    }
    const float days = min(cover_days, timeline_cover_limit_days);
    count_change(step, c, bin_of_bits(bits(days), layout.cover.bins));
    add(block.cover_sum, layout.cover.first_sum, c, step, days, timeline_cover_scale);
  }
  RISK_FN void market(int step, float price, float restricted) {
    if (!counted || half_warp_lane() != 0) return;
    const TallyLayout& layout = launch.tally.layout;
    const std::size_t series = launch.mineral * n_steps() + step;
    count(layout.price, series, price);
    add_units(block.price_sum + step, layout.price.first_sum + series, price, timeline_price_scale);
    add_units(block.restricted_sum + step, layout.first_restricted_sum + series, restricted,
              timeline_restricted_scale);
  }

 private:
  RISK_FN int n_steps() const { return launch.batch.net.n_steps; }
  RISK_FN std::size_t cell_series(int c, int step) const {
    return static_cast<std::size_t>(launch.tally.layout.first_cell[launch.mineral] + c) *
               n_steps() +
           step;
  }
  RISK_FN std::uint32_t* bins_of(const SeriesFamily& family, std::size_t series) const {
    return launch.tally.counts + family.first_count +
           series * static_cast<std::size_t>(family.bins.n_bins());
  }
  RISK_FN void count(const SeriesFamily& family, std::size_t series, float value) const {
    add_alone(bins_of(family, series) + bin_of_bits(bits(value), family.bins), 1u);
  }
  RISK_FN void count_change(int step, int c, std::int32_t bin) const {
    std::uint32_t& before = block.cover_bin[path * launch.chain.n_cells + c];
    const auto now = static_cast<std::uint32_t>(bin);
    if (step > 0 && before == now) return;
    std::uint32_t* const bins = bins_of(launch.tally.layout.cover, cell_series(c, step));
    if (step > 0) add_alone(bins + before, ~0u);  // one less
    add_alone(bins + now, 1u);
    before = now;
  }
  RISK_FN void add(std::uint32_t* shared, std::size_t first_sum, int c, int step, float value,
                   float scale) const {
    add_units(shared + c * n_steps() + step, first_sum + cell_series(c, step), value, scale);
  }
  RISK_FN void add_units(std::uint32_t* shared, std::size_t sum, float value, float scale) const {
    const std::uint32_t units = as_word(timeline_units<L>(value, scale));
    if (launch.sums_are_shared != 0) {
      add_alone(shared, units);
    } else {
      add_alone(launch.tally.sums + sum, static_cast<std::uint64_t>(units));
    }
  }
};

/// Half-warp = path. All threads of a block call begin(), then run(), then end(); between them all
/// wait for each other.
template <class L>
struct RunChains {
  static constexpr int block_threads = chain_block_threads;
  ChainLaunch launch;

  RISK_FN void begin(std::uint32_t* shared, int thread_of_block) const {
    const BlockTally block = lay_out_block(launch, shared);
    float* flow_t = block.flow_t;
    for (int s = 0; s < L::n_stages; ++s) {
      const StageSpec& stage = launch.chain.stages[s];
      const float* const from = launch.batch.net.reals + stage.flow_t;
      const int n = flow_words(stage);
      for (int k = thread_of_block; k < n; k += block_threads) flow_t[k] = from[k];
      flow_t += n;
    }
    if (launch.sums_are_shared == 0) return;
    const int n = shared_sum_words(launch.chain.n_cells, launch.batch.net.n_steps);
    for (int k = thread_of_block; k < n; k += block_threads) block.cover_sum[k] = 0;
  }

  RISK_FN void run(std::uint32_t* shared, int thread) const {
    const BatchView& batch = launch.batch;
    const ChainSpec& chain = launch.chain;
    const int mineral = launch.mineral;
    const int path = thread / half_warp_lanes;
    const World<L> world = batch.world<L>(path);
    const ChainResult<L> result = batch.chain_result<L>(path, mineral, chain.n_cells);
    alignas(8) unsigned char cold[cold_slot_bytes<L> * L::n_pieces];
    ChainState<L> state = batch.chain<L>(thread, chain, mineral, cold + unknown_zero());
    const BlockTally block = lay_out_block(launch, shared);
    use_shared_flows(block.flow_t, state);
    TimelineObserver<L> observer{launch, block, path % chain_block_paths, batch.counts(path)};
    run_chain<L>(batch.net, chain, mineral, batch.keys<L>(path), world, state, result, observer);
    const DigestSum<PathLane> digest = digest_of(result);
    if (half_warp_lane() == 0) store_digest(batch, path, mineral, digest);
  }

  RISK_FN void end(const std::uint32_t* shared, int thread_of_block) const {
    if (launch.sums_are_shared == 0) return;
    const TallyLayout& layout = launch.tally.layout;
    const BlockTally block = lay_out_block(launch, const_cast<std::uint32_t*>(shared));
    const int n_steps = launch.batch.net.n_steps;
    const std::size_t first_cell =
        static_cast<std::size_t>(layout.first_cell[launch.mineral]) * n_steps;
    const std::size_t first = static_cast<std::size_t>(launch.mineral) * n_steps;
    const int n = launch.chain.n_cells * n_steps;
    flush(block.cover_sum, n, layout.cover.first_sum + first_cell, thread_of_block);
    flush(block.shortfall_sum, n, layout.shortfall.first_sum + first_cell, thread_of_block);
    flush(block.price_sum, n_steps, layout.price.first_sum + first, thread_of_block);
    flush(block.restricted_sum, n_steps, layout.first_restricted_sum + first, thread_of_block);
  }

 private:
  /// Nothing, but the compiler does not know. It leaves memory that is read at unknown places where
  /// it is, instead of giving it registers and taking them from others.
  static RISK_FN int unknown_zero() {
    int zero = 0;
#if defined(__CUDA_ARCH__)
    asm("mov.u32 %0, 0;" : "=r"(zero));
#endif
    return zero;
  }

  RISK_FN void use_shared_flows(const float* flow_t, ChainState<L>& state) const {
    each_stage<L>(launch.chain, [&](int s) {
      state.stage[s].flow_t = flow_t;
      flow_t += flow_words(launch.chain.stages[s]);
    });
  }

  /// A lane reads back what it has written of its own cells.
  RISK_FN DigestSum<PathLane> digest_of(const ChainResult<L>& result) const {
    DigestSum<PathLane> sum{0u, 0u};
    const NetworkView& net = launch.batch.net;
    each_cell<L>(net, launch.chain, [&](auto, int c) {
      const int member = net.ints[launch.chain.cell_member + c];
      for (int k = 0; k < n_measures; ++k) {
        add_to_digest<PathLane>(sum, result.measure[k * launch.chain.n_cells + c],
                                digest_slot(k, member, launch.mineral));
      }
    });
    return {sum_of_lanes(sum.a), sum_of_lanes(sum.b)};
  }

  RISK_FN void flush(const std::uint32_t* shared, int n, std::size_t first_sum,
                     int thread_of_block) const {
    for (int k = thread_of_block; k < n; k += block_threads) {
      if (shared[k] != 0) {
        add_alone(launch.tally.sums + first_sum + k, static_cast<std::uint64_t>(shared[k]));
      }
    }
  }
};

RISK_END
