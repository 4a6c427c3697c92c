/// \file
/// A batch of paths in device memory: which words belong to which thread. Paths lie in groups of a
/// warp, 32 side by side, so that a row's slot is one line of memory.
#pragma once

#include "kernels/cuda/counting.cuh"
#include "kernels/cuda/tally_layout.hpp"
#include "kernels/model/chain.hpp"
#include "kernels/model/members.hpp"
#include "kernels/stats/digest.hpp"

RISK_BEGIN

using PathLane = Lanes<1>;
static_assert(row_stride == warp_threads);

/// Words of one path: where each thing starts in its scratch memory and in its results.
struct BatchLayout {
  std::uint32_t scratch_words, result_words;
  // scratch
  std::uint32_t world;
  std::uint32_t chain[max_minerals];
  // results
  std::uint32_t chain_result[max_minerals];
  std::uint32_t members;
  std::uint32_t digests;  ///< [mineral, then member][2]
};

/// `net` as the host sees it.
inline BatchLayout lay_out_batch(const NetworkView& net) {
  BatchLayout layout{};
  Arena<PathLane> scratch(nullptr);
  Arena<PathLane> results(nullptr);
  const auto used = [](const Arena<PathLane>& arena) {
    return static_cast<std::uint32_t>(arena.used());
  };
  layout.world = used(scratch);
  take_world<PathLane>(net, scratch, scratch);
  for (int m = 0; m < net.n_minerals; ++m) {
    layout.chain[m] = used(scratch);
    take_chain<PathLane>(net, net.chains[m], scratch, scratch);
    layout.chain_result[m] = used(results);
    take_result<PathLane>(net, net.chains[m].n_cells, results);
  }
  layout.members = used(results);
  take_members<PathLane>(net, results);
  layout.digests = used(results);
  results.take<std::uint32_t>(2 * (net.n_minerals + net.n_members));
  layout.scratch_words = used(scratch);
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
  RISK_FN PathKeys<PathLane> keys(int path) const {
    return path_keys<PathLane>(seed, path_number(path));
  }

  RISK_FN World<PathLane> world(int path) const {
    Arena<PathLane> arena = arena_at(scratch, layout.scratch_words, layout.world, path);
    return take_world<PathLane>(net, arena, arena);
  }
  RISK_FN ChainState<PathLane> chain(int path, int mineral) const {
    Arena<PathLane> arena = arena_at(scratch, layout.scratch_words, layout.chain[mineral], path);
    return take_chain<PathLane>(net, net.chains[mineral], arena, arena);
  }
  RISK_FN ChainResult<PathLane> chain_result(int path, int mineral) const {
    Arena<PathLane> arena =
        arena_at(results, layout.result_words, layout.chain_result[mineral], path);
    return take_result<PathLane>(net, net.chains[mineral].n_cells, arena);
  }
  RISK_FN MemberSums<PathLane> members(int path) const {
    Arena<PathLane> arena = arena_at(results, layout.result_words, layout.members, path);
    return take_members<PathLane>(net, arena);
  }
  /// Digests of the path's minerals and, after them, members: two words each.
  RISK_FN Row<std::uint32_t> digests(int path) const {
    Arena<PathLane> arena = arena_at(results, layout.result_words, layout.digests, path);
    return arena.take<std::uint32_t>(2 * (net.n_minerals + net.n_members));
  }

 private:
  static RISK_FN Arena<PathLane> arena_at(unsigned char* memory, std::uint32_t words_per_path,
                                          std::uint32_t first_word, int path) {
    const std::size_t words_before =
        static_cast<std::size_t>(path / warp_threads) * words_per_path + first_word;
    const std::size_t word =
        words_before * warp_threads + static_cast<std::size_t>(path % warp_threads);
    return Arena<PathLane>(memory + word * sizeof(std::uint32_t));
  }
};

/// Bytes of scratch memory and results of `n_paths` paths, a multiple of a warp's.
inline std::size_t batch_bytes(std::uint32_t words_per_path, int n_paths) {
  return static_cast<std::size_t>(words_per_path) * static_cast<std::size_t>(n_paths) *
         sizeof(std::uint32_t);
}

RISK_END
