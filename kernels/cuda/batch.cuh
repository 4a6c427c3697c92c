/// \file
/// A batch of paths in device memory: which words belong to which thread. Paths lie in groups of a
/// warp, 32 side by side, so that a row's slot is one line of memory; so do the lanes of a warp
/// that runs two chains.
#pragma once

#include <algorithm>

#include "kernels/cuda/counting.cuh"
#include "kernels/cuda/tally_layout.hpp"
#include "kernels/model/chain.hpp"
#include "kernels/model/members.hpp"
#include "kernels/stats/digest.hpp"

RISK_BEGIN

using PathLane = Lanes<1>;
static_assert(row_stride == warp_threads);

/// Half a warp per path x mineral: stages of the chain, and pieces of 16 slots in its widest row.
struct ChainShape {
  int n_stages, n_pieces;
};

/// `chain` is of a network as the host sees it.
inline ChainShape shape_of(const ChainSpec& chain) {
  int widest = 1;
  for (int s = 0; s < chain.n_stages; ++s) {
    const StageSpec& stage = chain.stages[s];
    widest = std::max({widest, stage.n_nodes, stage.n_sinks, stage.n_classes});
  }
  const int n_pieces = (widest + piece_slots - 1) / piece_slots;
  return {chain.n_stages, n_pieces <= 2 ? n_pieces : 4};
}

/// Calls f(policy) with the half-warp policy of a chain of S stages.
template <int S, class Fn>
void with_pieces(int n_pieces, Fn&& f) {
  switch (n_pieces) {
    case 1:
      return f(HalfWarp<S, 1>{});
    case 2:
      return f(HalfWarp<S, 2>{});
    default:
      return f(HalfWarp<S, 4>{});
  }
}
template <class Fn>
void with_half_warp(ChainShape shape, Fn&& f) {
  static_assert(max_stages == 4);
  switch (shape.n_stages) {
    case 1:
      return with_pieces<1>(shape.n_pieces, f);
    case 2:
      return with_pieces<2>(shape.n_pieces, f);
    case 3:
      return with_pieces<3>(shape.n_pieces, f);
    default:
      return with_pieces<4>(shape.n_pieces, f);
  }
}

/// Words of one path: where each thing starts in its scratch memory and in its results.
struct BatchLayout {
  std::uint32_t scratch_words, result_words;
  // scratch
  std::uint32_t world, world_headers;
  std::uint32_t chain[max_minerals];        ///< words of all lanes of the path's half-warp
  std::uint32_t chain_words[max_minerals];  ///< of one lane
  // results
  std::uint32_t chain_result[max_minerals];
  std::uint32_t members;
  std::uint32_t digests;  ///< [mineral, then member][2]
};

/// Words that a lane needs for what its chain does not keep in registers.
inline std::uint32_t lane_words(const NetworkView& net, const ChainSpec& chain) {
  std::uint32_t words = 0;
  with_half_warp(shape_of(chain), [&](auto policy) {
    using L = decltype(policy);
    Arena<L> arena(nullptr);
    take_chain<L>(net, chain, arena);
    words = static_cast<std::uint32_t>(arena.used());
  });
  return words;
}

/// `net` as the host sees it.
inline BatchLayout lay_out_batch(const NetworkView& net) {
  BatchLayout layout{};
  Arena<PathLane> vectors(nullptr);
  Arena<PathLane> headers(nullptr);
  Arena<PathLane> results(nullptr);
  const auto used = [](const Arena<PathLane>& arena) {
    return static_cast<std::uint32_t>(arena.used());
  };
  take_world<PathLane>(net, vectors, headers);
  layout.world_headers = used(vectors);
  layout.scratch_words = used(vectors) + used(headers);
  for (int m = 0; m < net.n_minerals; ++m) {
    layout.chain[m] = layout.scratch_words;
    layout.chain_words[m] = lane_words(net, net.chains[m]);
    layout.scratch_words += half_warp_lanes * layout.chain_words[m];
    layout.chain_result[m] = used(results);
    take_result<PathLane>(net, net.chains[m].n_cells, results);
  }
  layout.members = used(results);
  take_members<PathLane>(net, results);
  layout.digests = used(results);
  results.take<std::uint32_t>(2 * (net.n_minerals + net.n_members));
  layout.result_words = used(results);
  return layout;
}

/// What the kernels of a batch share: trivially copyable, passed by value. Its functions hand out
/// the rows of the thread's own path.
struct BatchView {
  NetworkView net;
  BatchLayout layout;
  std::uint64_t seed, first_path;
  std::int32_t n_paths;  ///< paths that count; threads beyond, up to a whole warp, only run along
  unsigned char* scratch;
  unsigned char* results;

  RISK_FN bool counts(int path) const { return path < n_paths; }
  RISK_FN std::uint64_t path_number(int path) const {
    return first_path + static_cast<std::uint64_t>(path);
  }
  // What a path has for itself looks the same to a thread of its own and to all lanes of a
  // half-warp.
  template <class L>
  RISK_FN PathKeys<L> keys(int path) const {
    return path_keys<L>(seed, path_number(path));
  }
  template <class L>
  RISK_FN World<L> world(int path) const {
    Arena<L> vectors(scratch_at(layout.world, path));
    Arena<PathLane> headers(scratch_at(layout.world_headers, path));
    return take_world<L>(net, vectors, headers);
  }
  template <class L>
  RISK_FN ChainResult<L> chain_result(int path, int mineral, int n_cells) const {
    Arena<L> arena(at(results, layout.result_words, layout.chain_result[mineral], path));
    return take_result<L>(net, n_cells, arena);
  }
  RISK_FN ChainResult<PathLane> chain_result(int path, int mineral) const {
    return chain_result<PathLane>(path, mineral, net.chains[mineral].n_cells);
  }
  /// Of the lane that is thread number `thread` of all half-warps; its `cold` memory is its own.
  template <class L>
  RISK_FN ChainState<L> chain(int thread, const ChainSpec& chain, int mineral, void* cold) const {
    constexpr int group_threads = warp_threads * half_warp_lanes;  // of a warp's paths
    const int warp = thread % group_threads / warp_threads;
    const std::size_t word =
        static_cast<std::size_t>(thread / group_threads) * layout.scratch_words +
        layout.chain[mineral] + warp * layout.chain_words[mineral];
    Arena<L> arena(word_at(scratch, word, thread % warp_threads), cold);
    return take_chain<L>(net, chain, arena);
  }
  RISK_FN MemberSums<PathLane> members(int path) const {
    Arena<PathLane> arena(at(results, layout.result_words, layout.members, path));
    return take_members<PathLane>(net, arena);
  }
  /// Digests of the path's minerals and, after them, members: two words each.
  RISK_FN Row<std::uint32_t> digests(int path) const {
    Arena<PathLane> arena(at(results, layout.result_words, layout.digests, path));
    return arena.take<std::uint32_t>(2 * (net.n_minerals + net.n_members));
  }

 private:
  /// A thread's own word of a row that starts `row` rows of a warp into the memory.
  static RISK_FN void* word_at(unsigned char* memory, std::size_t row, int thread) {
    return memory + (row * warp_threads + static_cast<std::size_t>(thread)) * sizeof(std::uint32_t);
  }
  static RISK_FN void* at(unsigned char* memory, std::uint32_t words_per_path, std::uint32_t word,
                          int path) {
    const std::size_t row = static_cast<std::size_t>(path / warp_threads) * words_per_path + word;
    return word_at(memory, row, path % warp_threads);
  }
  RISK_FN void* scratch_at(std::uint32_t word, int path) const {
    return at(scratch, layout.scratch_words, word, path);
  }
};

/// Bytes of scratch memory and results of `n_paths` paths, a multiple of a warp's.
inline std::size_t batch_bytes(std::uint32_t words_per_path, int n_paths) {
  return static_cast<std::size_t>(words_per_path) * static_cast<std::size_t>(n_paths) *
         sizeof(std::uint32_t);
}

RISK_END
