/// The digest of a path: a sum of mixed measures, so that threads may add theirs in any order, and
/// two paths with the same measures still differ by their number.
#pragma once

#include "kernels/lanes/lanes.hpp"
#include "kernels/model/measures.hpp"
#include "kernels/model/network.hpp"

RISK_BEGIN

/// Running digest of a group of paths: two independent 32-bit sums.
template <class L>
struct DigestSum {
  typename L::U a, b;
};

/// Number of a value within the path: which measure, of whom.
RISK_FN std::uint32_t digest_slot(int measure, int member, int mineral) {
  return static_cast<std::uint32_t>((measure * max_minerals + mineral) * max_countries + member);
}

template <class U>
RISK_FN U mix_word(U word, std::uint32_t odd_1, std::uint32_t odd_2) {
  word = (word ^ shr(word, 16)) * splat<U>(odd_1);
  word = (word ^ shr(word, 15)) * splat<U>(odd_2);
  return word ^ shr(word, 16);
}

/// Adds one value. Constants: two rounds of published 32-bit finalizers (murmur3, prospector).
template <class L>
RISK_FN void add_to_digest(DigestSum<L>& sum, typename L::F value, std::uint32_t slot) {
  using U = typename L::U;
  const U word = bits(value) + splat<U>(slot * 0x9e3779b9u);
  sum.a = sum.a + mix_word(word, 0x85ebca6bu, 0xc2b2ae35u);
  sum.b = sum.b + mix_word(word, 0x7feb352du, 0x846ca68bu);
}

/// The digest of one path from its sums (splitmix64's finalizer).
RISK_FN std::uint64_t finish_digest(std::uint32_t a, std::uint32_t b, std::uint64_t path) {
  std::uint64_t x = (static_cast<std::uint64_t>(b) << 32) | a;
  x ^= path * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

RISK_END
