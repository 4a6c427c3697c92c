// Every lane operation, elementary function and generator: all builds give the scalar's bits.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "kernels/lanes/slots.hpp"
#include "tests/unit/lane_probe.hpp"

namespace {

using blocrisk::probe::Inputs;
using blocrisk::probe::Operation;
using blocrisk::probe::table_size;
using blocrisk::probe::Variant;

constexpr std::int64_t n_elements = std::int64_t{1} << 20;

template <class T>
struct AlignedArray {
  explicit AlignedArray(std::int64_t n)
      : data(static_cast<T*>(
            ::operator new (static_cast<std::size_t>(n) * sizeof(T), std::align_val_t{64}))) {}
  ~AlignedArray() { ::operator delete (data, std::align_val_t{64}); }
  AlignedArray(const AlignedArray&) = delete;
  AlignedArray& operator=(const AlignedArray&) = delete;
  T* data;
};

float float_of(std::uint32_t bits) {
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

/// Inputs with the edges first, then random bits: magnitudes from denormal to overflow.
class GeneratedInputs {
 public:
  GeneratedInputs() {
    std::mt19937 generator(20270101);
    for (auto* reals : {a_.data, b_.data, c_.data}) fill_finite(reals, generator);
    for (std::int64_t k = 0; k < n_elements; ++k) {
      const std::uint32_t word = generator();
      positive_.data[k] = float_of(0x00800000U + word % 0x7f000000U);
      const std::uint32_t share = generator() >> 8;
      probability_.data[k] = k % 64 == 0 ? 1.0F : static_cast<float>(share) * 0x1p-24F;
      index_.data[k] = static_cast<std::int32_t>(generator() % table_size);
      word_.data[k] = edge_word(k, generator());
      word_2_.data[k] = generator();
    }
    for (int k = 0; k < table_size; ++k) table_.data[k] = static_cast<float>(k) * 1.25F;
  }

  Inputs inputs() const {
    return {a_.data,     b_.data,    c_.data,      positive_.data, probability_.data,
            index_.data, word_.data, word_2_.data, table_.data,    n_elements};
  }

 private:
  static void fill_finite(float* out, std::mt19937& generator) {
    const float edges[] = {0.0F,          -0.0F,          1.0F,           -1.0F,
                           0.5F,          -0.5F,          1e-45F,         -1e-45F,
                           1e-38F,        3.4028235e38F,  -3.4028235e38F, 8388608.5F,
                           2147483520.0F, -2147483648.0F, 87.3F,          -87.3F};
    for (std::int64_t k = 0; k < n_elements; ++k) {
      const std::uint32_t bits = generator();
      const float wild = float_of((bits & 0x7f800000U) == 0x7f800000U ? bits ^ 0x40000000U : bits);
      const float tame = (static_cast<float>(generator() >> 8) * 0x1p-24F - 0.5F) * 200.0F;
      const std::uint32_t kind = generator() % 16;
      out[k] = kind == 0 ? edges[generator() % std::size(edges)] : kind < 8 ? wild : tame;
    }
  }
  static std::uint32_t edge_word(std::int64_t k, std::uint32_t random) {
    const std::uint32_t edges[] = {0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU, 0x7ffffffeU};
    return k % 16 == 3 ? edges[random % std::size(edges)] : random;
  }

  AlignedArray<float> a_{n_elements}, b_{n_elements}, c_{n_elements}, positive_{n_elements},
      probability_{n_elements}, table_{table_size};
  AlignedArray<std::int32_t> index_{n_elements};
  AlignedArray<std::uint32_t> word_{n_elements}, word_2_{n_elements};
};

const GeneratedInputs& generated() {
  static const GeneratedInputs inputs;
  return inputs;
}

/// Scalar results of all operations, computed once.
const std::vector<std::unique_ptr<AlignedArray<std::uint32_t>>>& scalar_results() {
  static const auto results = [] {
    const Variant& scalar = *blocrisk::probe::variants()[0];
    std::vector<std::unique_ptr<AlignedArray<std::uint32_t>>> all;
    for (int k = 0; k < scalar.n_operations; ++k) {
      all.push_back(std::make_unique<AlignedArray<std::uint32_t>>(n_elements));
      scalar.operations[k].run(generated().inputs(), all.back()->data);
    }
    return all;
  }();
  return results;
}

class LaneVariant : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (!GetParam()->runs_here()) GTEST_SKIP() << "this processor lacks the instructions";
  }
};

TEST_P(LaneVariant, EveryOperationGivesTheScalarsBits) {
  const Variant& variant = *GetParam();
  AlignedArray<std::uint32_t> out(n_elements);
  for (int k = 0; k < variant.n_operations; ++k) {
    const Operation& operation = variant.operations[k];
    operation.run(generated().inputs(), out.data);
    const std::uint32_t* expected = scalar_results()[static_cast<std::size_t>(k)]->data;
    for (std::int64_t i = 0; i < n_elements; ++i) {
      ASSERT_EQ(expected[i], out.data[i]) << operation.name << " at element " << i;
    }
  }
}

TEST_P(LaneVariant, MasksAndPathNumbersAreRightInEveryLane) {
  const char* wrong = GetParam()->check_groups();
  EXPECT_EQ(wrong, nullptr) << wrong;
}

/// The law, word for word: pad with zeros to a multiple of 16, add the pieces in order, halve.
float padded_row_sum(const std::vector<float>& row) {
  std::vector<float> padded = row;
  padded.resize((row.size() + 15) / 16 * 16, 0.0F);
  float slots[16] = {};
  for (std::size_t k = 0; k < padded.size(); ++k) {
    slots[k % 16] = k < 16 ? padded[k] : slots[k % 16] + padded[k];
  }
  for (const int half : {8, 4, 2, 1}) {
    for (int k = 0; k < half; ++k) slots[k] = slots[k] + slots[k + half];
  }
  return slots[0];
}

/// values[64][16 paths], a quarter of them zero, whose sum depends on the order.
void draw_values(std::mt19937& generator, float (&values)[64 * 16]) {
  for (float& value : values) {
    value = generator() % 4 == 0 ? 0.0F
                                 : std::ldexp(static_cast<float>(generator() >> 8),
                                              static_cast<int>(generator() % 20) - 30);
  }
}

std::vector<float> row_of(const float (&values)[64 * 16], int n, int path) {
  std::vector<float> row;
  for (int slot = 0; slot < n; ++slot) row.push_back(values[16 * slot + path]);
  return row;
}

TEST_P(LaneVariant, SlotsAreSummedInTheLawsOrder) {
  std::mt19937 generator(7);
  alignas(64) float values[64 * 16];
  alignas(64) float sums[16];
  int in_another_order = 0;
  for (int n = 0; n <= 64; ++n) {
    draw_values(generator, values);
    GetParam()->sum_rows(n, values, sums);
    for (int path = 0; path < 16; ++path) {
      const std::vector<float> row = row_of(values, n, path);
      EXPECT_EQ(padded_row_sum(row), sums[path]) << "n = " << n << ", path " << path;
      in_another_order += std::accumulate(row.begin(), row.end(), 0.0F) != sums[path];
    }
  }
  EXPECT_GT(in_another_order, 100) << "the inputs cannot tell one order from another";
}

TEST_P(LaneVariant, WhatVisitsReturnIsSummedInTheLawsOrder) {
  std::mt19937 generator(8);
  alignas(64) float values[64 * 16];
  alignas(64) float sums[16];
  alignas(64) float negative[16];
  for (int n = 0; n <= 64; ++n) {
    draw_values(generator, values);
    int visits[64] = {};
    GetParam()->sum_visited(n, values, sums, negative, visits);
    for (int path = 0; path < 16; ++path) {
      EXPECT_EQ(padded_row_sum(row_of(values, n, path)), sums[path])
          << "n = " << n << ", path " << path;
      EXPECT_EQ(sums[path], -negative[path]) << "n = " << n << ", path " << path;
    }
    for (int slot = 0; slot < 64; ++slot)
      EXPECT_EQ(visits[slot], slot < n ? 16 / GetParam()->lanes : 0) << "slot " << slot;
  }
}

TEST(EachOf, VisitsTheSlotsOfTheBitsInOrder) {
  std::mt19937_64 generator(9);
  for (int n = 0; n <= 64; ++n) {
    const std::uint64_t below_n = n == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
    const std::uint64_t some = generator() & below_n;
    std::vector<int> expected, visited;
    for (int slot = 0; slot < n; ++slot)
      if ((some >> slot & 1) != 0) expected.push_back(slot);
    blocrisk::each_of(n, some, [&](int slot) { visited.push_back(slot); });
    EXPECT_EQ(visited, expected) << "n = " << n;
  }
}

std::vector<const Variant*> all_variants() {
  std::vector<const Variant*> list;
  for (const Variant* const* v = blocrisk::probe::variants(); *v != nullptr; ++v) {
    list.push_back(*v);
  }
  return list;
}

INSTANTIATE_TEST_SUITE_P(AllBuilds, LaneVariant, testing::ValuesIn(all_variants()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(ScalarLane, MinAndMaxFollowTheComparisonAlsoForZeros) {
  EXPECT_TRUE(std::signbit(blocrisk::min(0.0F, -0.0F)));
  EXPECT_FALSE(std::signbit(blocrisk::min(-0.0F, 0.0F)));
  EXPECT_TRUE(std::signbit(blocrisk::max(0.0F, -0.0F)));
  EXPECT_EQ(blocrisk::min(2.0F, 1.0F), 1.0F);
  EXPECT_EQ(blocrisk::max(2.0F, 1.0F), 2.0F);
}

TEST(ScalarLane, FmaRoundsOnce) {
  const float a = 1.0F + 0x1p-12F;
  EXPECT_EQ(blocrisk::fma(a, a, -1.0F - 0x1p-11F), 0x1p-24F);
}

TEST(ScalarLane, EachVisitsEverySlotOnce) {
  std::vector<int> visits(17, 0);
  blocrisk::each<blocrisk::Lanes<1>>(17,
                                     [&](int slot) { ++visits[static_cast<std::size_t>(slot)]; });
  EXPECT_EQ(visits, std::vector<int>(17, 1));
}

}  // namespace
