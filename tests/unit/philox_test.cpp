// The generator against its published answers and two independent implementations.
#include "kernels/random/philox.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#if defined(BLOCRISK_CURAND_HEADER)
// cuRAND's device function, compiled for the host.
#define QUALIFIERS static inline
#include <vector_types.h>
// After the vector types; Random123 has a mulhilo32 of its own.
#define mulhilo32 curand_mulhilo32
#include <curand_philox4x32_x.h>
#endif

namespace {

using Block = std::array<std::uint32_t, 4>;

Block philox(const Block& counter, std::array<std::uint32_t, 2> key) {
  std::uint32_t out[4];
  blocrisk::philox4x32_10({counter[0], counter[1], counter[2], counter[3]}, {key[0], key[1]}, out);
  return {out[0], out[1], out[2], out[3]};
}

// Random123 1.14, tests/kat_vectors, "philox4x32 10".
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

class RandomCounters : public testing::Test {
 protected:
  template <class Compare>
  void for_many(Compare compare) {
    std::mt19937 generator(42);
    for (int k = 0; k < 1000000; ++k) {
      const Block counter{
          static_cast<std::uint32_t>(generator()), static_cast<std::uint32_t>(generator()),
          static_cast<std::uint32_t>(generator()), static_cast<std::uint32_t>(generator())};
      compare(counter,
              {static_cast<std::uint32_t>(generator()), static_cast<std::uint32_t>(generator())});
    }
  }
};

TEST_F(RandomCounters, AgreeWithRandom123) {
  for_many([](const Block& counter, std::array<std::uint32_t, 2> key) {
    const philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
    const philox4x32_key_t k = {{key[0], key[1]}};
    const philox4x32_ctr_t r = philox4x32_R(10, c, k);
    ASSERT_EQ(philox(counter, key), (Block{r.v[0], r.v[1], r.v[2], r.v[3]}));
  });
}

TEST_F(RandomCounters, AgreeWithCurandsHeaderOnTheHost) {
#if defined(BLOCRISK_CURAND_HEADER)
  for_many([](const Block& counter, std::array<std::uint32_t, 2> key) {
    const uint4 r =
        curand_Philox4x32_10({counter[0], counter[1], counter[2], counter[3]}, {key[0], key[1]});
    ASSERT_EQ(philox(counter, key), (Block{r.x, r.y, r.z, r.w}));
  });
#else
  GTEST_SKIP() << "built without the CUDA toolkit's headers";
#endif
}

TEST(Philox, ManyAtOnceAreTheSameAsOneByOne) {
  using Scalar = blocrisk::Lanes<1>;
  const blocrisk::PhiloxKey key{17, 23};
  const blocrisk::Paths<Scalar> paths{123, 456};
  blocrisk::Words<Scalar> many[2];
  blocrisk::philox_many<Scalar, 2>(key, paths, {3, 4}, {50, 60}, many);
  const auto one = blocrisk::philox_words<Scalar>(key, paths, 4, 60);
  EXPECT_EQ((Block{many[1].w[0], many[1].w[1], many[1].w[2], many[1].w[3]}),
            (Block{one.w[0], one.w[1], one.w[2], one.w[3]}));
  EXPECT_EQ((Block{one.w[0], one.w[1], one.w[2], one.w[3]}), philox({4, 60, 123, 456}, {17, 23}));
}

}  // namespace
