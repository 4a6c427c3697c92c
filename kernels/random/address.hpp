/// \file
/// Every draw has an address: (seed, path, step or occurrence, stream) -> Philox counter.
/// Streams are named, so adding a supplier or a mineral moves nobody else's draws.
///
/// key = (seed low 32, seed high 32); counter = (block, stream, path low 32, path high 32).
/// cuRAND gives the same words with subsequence = path, offset / 4 = stream << 32 | block.
#pragma once

#include <string_view>

#include "kernels/random/philox.hpp"

RISK_BEGIN

/// Stable number of a stream's tag "purpose|name|name": FNV-1a over its bytes, finished with
/// murmur3's fmix32, for FNV alone leaves the last bytes poorly mixed. Distinct tags may
/// collide (32 bits); whoever collects tags checks for that.
constexpr std::uint32_t stream_id(std::string_view tag) {
  std::uint32_t hash = 2166136261U;
  for (const char byte : tag) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  }
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bU;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35U;
  return hash ^ (hash >> 16);
}

RISK_FN PhiloxKey key_from_seed(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

/// Consecutive paths, lane k = first_path + k.
template <class L>
RISK_FN Paths<L> paths_from(std::uint64_t first_path) {
  using U = typename L::U;
  const U start = splat<U>(static_cast<std::uint32_t>(first_path));
  const U high = splat<U>(static_cast<std::uint32_t>(first_path >> 32));
  const U lo = start + iota<U>();
  return {lo, select(lt(lo, start), high + splat<U>(1U), high)};
}

/// Any paths, lane k = path_numbers[k].
template <class L>
RISK_FN Paths<L> paths_of(const std::uint64_t* path_numbers) {
  alignas(64) std::uint32_t lo[L::n];
  alignas(64) std::uint32_t hi[L::n];
  for (int k = 0; k < L::n; ++k) {
    lo[k] = static_cast<std::uint32_t>(path_numbers[k]);
    hi[k] = static_cast<std::uint32_t>(path_numbers[k] >> 32);
  }
  return {load<typename L::U>(lo), load<typename L::U>(hi)};
}

/// Streams read once per step keep four consecutive steps in one block.
RISK_FN std::uint32_t block_of_step(int step) { return static_cast<std::uint32_t>(step) / 4U; }
RISK_FN int word_of_step(int step) { return step % 4; }

/// The word of one step of a stream that is read once per step. Four calls in a row cost four
/// generations: hot loops keep the block's Words instead.
template <class L>
RISK_FN typename L::U step_word(PhiloxKey key, Paths<L> paths, int step, std::uint32_t stream) {
  return philox_words<L>(key, paths, block_of_step(step), stream).w[word_of_step(step)];
}

RISK_END
