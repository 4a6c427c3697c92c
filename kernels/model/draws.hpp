/// The draws of a group of paths: one key, one path number per lane.
#pragma once

#include "kernels/math/exp_log.hpp"
#include "kernels/math/normal.hpp"
#include "kernels/model/arena.hpp"
#include "kernels/random/address.hpp"

RISK_BEGIN

template <class L>
struct PathKeys {
  PhiloxKey key;
  Paths<L> paths;
};

/// Paths first_path, first_path + 1, ..
template <class L>
RISK_FN PathKeys<L> path_keys(std::uint64_t seed, std::uint64_t first_path) {
  return {key_from_seed(seed), paths_from<L>(first_path)};
}

template <class L>
RISK_FN Words<L> draw_words(const PathKeys<L>& keys, std::uint32_t stream, std::uint32_t block) {
  return philox_words<L>(keys.key, keys.paths, block, stream);
}

#if !defined(__CUDACC__)
/// The same with a block of its own per lane.
template <class L>
requires(L::n > 1) RISK_FN Words<L> draw_words(const PathKeys<L>& keys, std::uint32_t stream,
                                               typename L::U block) {
  return philox_words<L>(keys.key, keys.paths, block, stream);
}
#endif

/// Four words of a stream into four neighbouring slots.
template <class L>
RISK_FN void store_words(Row<typename L::U> row, const Words<L>& words) {
  for (int k = 0; k < 4; ++k) row[k] = words.w[k];
}

RISK_END
