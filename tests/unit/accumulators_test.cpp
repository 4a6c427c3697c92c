#include "host/engine/accumulators.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/synthetic_result.hpp"

namespace blocrisk {
namespace {

using test::add_synthetic_paths;
using test::same_state;
using test::synthetic_facts;

std::vector<WorstPath> sorted_offers(int n) {
  std::vector<WorstPath> offers;
  for (int k = 0; k < n; ++k)
    offers.push_back({1.0f + static_cast<float>(k % 60), static_cast<std::uint64_t>(k)});
  std::sort(offers.begin(), offers.end(), worse);
  return offers;
}

TEST(WorstList, KeepsLargestValuesThenSmallestPathNumbers) {
  WorstList list;
  list.offer({2.0f, 7});
  list.offer({3.0f, 9});
  list.offer({2.0f, 3});
  list.offer({0.0f, 1});  // not short at all
  const std::vector<WorstPath> expected{{3.0f, 9}, {2.0f, 3}, {2.0f, 7}};
  EXPECT_EQ(list.paths(), expected);
}

TEST(WorstList, HoldsTheWorstWhateverTheOrderOfOffers) {
  const std::vector<WorstPath> sorted = sorted_offers(500);
  std::vector<WorstPath> shuffled = sorted;
  std::mt19937 generator(1);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(shuffled.begin(), shuffled.end(), generator);
    WorstList list;
    for (const WorstPath& offer : shuffled) list.offer(offer);
    ASSERT_EQ(list.paths().size(), static_cast<std::size_t>(n_worst_paths));
    EXPECT_TRUE(std::equal(list.paths().begin(), list.paths().end(), sorted.begin()));
  }
}

TEST(WorstList, EntryValueTellsWhatCanBeSkipped) {
  WorstList list;
  EXPECT_EQ(list.entry_value(), 0.0f);
  for (int k = 1; k <= n_worst_paths; ++k) list.offer({static_cast<float>(k), 0});
  EXPECT_EQ(list.entry_value(), 1.0f);
}

TEST(WorstList, MergesToWhatOneListWouldHold) {
  const std::vector<WorstPath> offers = sorted_offers(300);
  WorstList whole, even, odd;
  for (std::size_t k = 0; k < offers.size(); ++k) {
    whole.offer(offers[k]);
    (k % 2 == 0 ? even : odd).offer(offers[k]);
  }
  odd.merge(even);
  EXPECT_EQ(odd, whole);
}

TEST(Accumulators, MergedInAnyOrderAreThoseOfOneRun) {
  const ResultFacts facts = synthetic_facts(3, 2, 12);
  Accumulators whole(facts.shape());
  add_synthetic_paths(whole, facts, 0, 700);
  const std::uint64_t cuts[] = {0, 150, 151, 420, 700};
  std::vector<int> order{0, 1, 2, 3};
  do {
    Accumulators merged(facts.shape());
    for (const int part : order) {
      Accumulators piece(facts.shape());
      add_synthetic_paths(piece, facts, cuts[part], cuts[part + 1]);
      merged.merge(piece);
    }
    ASSERT_TRUE(same_state(merged, whole));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Accumulators, SameStateSeesAMissingPath) {
  const ResultFacts facts = synthetic_facts(3, 2, 12);
  Accumulators a(facts.shape()), b(facts.shape());
  add_synthetic_paths(a, facts, 0, 700);
  add_synthetic_paths(b, facts, 0, 699);
  EXPECT_FALSE(same_state(a, b));
}

template <typename Value>
std::uint64_t bytes_in(const std::vector<Value>& values) {
  return values.size() * sizeof(Value);
}

TEST(Accumulators, BytesAreWhatTheVectorsHold) {
  const AccumulatorShape shape{4, 3, 24, 2, 5};
  const Accumulators state(shape);
  std::uint64_t bytes = 0;
  for (const auto& values : state.histogram) bytes += bytes_in(values);
  for (const auto& values : state.moments) bytes += bytes_in(values);
  for (const auto& values : state.exceedance) bytes += bytes_in(values);
  for (const auto& values : state.member_histogram) bytes += bytes_in(values);
  for (const auto& values : state.member_moments) bytes += bytes_in(values);
  bytes += (state.worst.size() + state.member_worst.size()) * n_worst_paths * sizeof(WorstPath);
  bytes += bytes_in(state.shortfall_histogram) + bytes_in(state.cover_histogram) +
           bytes_in(state.price_histogram) + bytes_in(state.shortfall_sum) +
           bytes_in(state.cover_sum) + bytes_in(state.price_sum) + bytes_in(state.restricted_sum);
  EXPECT_EQ(Accumulators::bytes(shape), bytes);
}

TEST(Sum128, CarriesIntoTheHighWord) {
  Sum128 sum;
  sum.add(~0ull);
  sum.add(2);
  EXPECT_EQ(sum, (Sum128{1, 1}));
  sum.add(Sum128{~0ull, 3});
  EXPECT_EQ(sum, (Sum128{0, 5}));
}

}  // namespace
}  // namespace blocrisk
