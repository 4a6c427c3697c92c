// A draw's address: stream numbers, the counter's layout, and what words a step reads.
#include "kernels/random/address.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

using Scalar = blocrisk::Lanes<1>;
using blocrisk::stream_id;

/// FNV-1a and murmur3's finalizer in 64-bit arithmetic, for a second opinion.
std::uint32_t stream_id_again(const std::string& tag) {
  std::uint64_t hash = 0x811c9dc5;
  for (const char byte : tag) {
    hash ^= static_cast<std::uint64_t>(static_cast<unsigned char>(byte));
    hash = hash * 0x01000193 % (std::uint64_t{1} << 32);
  }
  hash ^= hash >> 16;
  hash = hash * 0x85ebca6b % (std::uint64_t{1} << 32);
  hash ^= hash >> 13;
  hash = hash * 0xc2b2ae35 % (std::uint64_t{1} << 32);
  return static_cast<std::uint32_t>(hash ^ hash >> 16);
}

TEST(StreamId, IsFnv1aFinishedByFmix32) {
  for (const std::string tag : {"", "a", "price|gallium", "event|CHN", "caf\xc3\xa9"}) {
    EXPECT_EQ(stream_id(tag), stream_id_again(tag)) << tag;
  }
  static_assert(stream_id("a") != stream_id("b"), "usable in constant expressions");
}

TEST(StreamId, NumbersAreFixedForever) {
  EXPECT_EQ(stream_id("price|gallium"), 0xde9aecc3U);
  EXPECT_EQ(stream_id("event|CHN"), 0xdccbdeb4U);
}

TEST(StreamId, TagsOfALargeScenarioDoNotCollide) {
  std::set<std::uint32_t> seen;
  std::size_t n_tags = 0;
  for (const char* purpose : {"regime", "event", "price", "outage", "include"}) {
    for (int mineral = 0; mineral < 20; ++mineral) {
      for (int country = 0; country < 20; ++country) {
        const std::string tag =
            std::string(purpose) + "|M" + std::to_string(mineral) + "|C" + std::to_string(country);
        seen.insert(stream_id(tag));
        ++n_tags;
      }
    }
  }
  // 2,000 tags collide with probability 5e-4; these do not.
  EXPECT_EQ(seen.size(), n_tags);
}

TEST(Address, CounterIsBlockStreamPathAndKeyIsSeed) {
  const std::uint64_t seed = 0x1122334455667788;
  const std::uint64_t path = 0x99aabbccddeeff00;
  const auto words = blocrisk::philox_words<Scalar>(blocrisk::key_from_seed(seed),
                                                    blocrisk::paths_from<Scalar>(path), 5, 0xabcd);
  std::uint32_t expected[4];
  blocrisk::philox4x32_10({5, 0xabcd, 0xddeeff00, 0x99aabbcc}, {0x55667788, 0x11223344}, expected);
  for (int k = 0; k < 4; ++k) EXPECT_EQ(words.w[k], expected[k]);
}

TEST(Address, FourConsecutiveStepsShareABlock) {
  const auto key = blocrisk::key_from_seed(1);
  const auto paths = blocrisk::paths_from<Scalar>(77);
  for (int step = 0; step < 40; ++step) {
    const auto words =
        blocrisk::philox_words<Scalar>(key, paths, static_cast<std::uint32_t>(step / 4), 9);
    EXPECT_EQ(blocrisk::step_word<Scalar>(key, paths, step, 9), words.w[step % 4]);
  }
}

}  // namespace
