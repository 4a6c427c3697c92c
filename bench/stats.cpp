// What do statistics cost? Merging two states, summarising one (13 members, 13 minerals, 60
// months), offering to a list of worst paths, finding the ranks of an interval.
#include <benchmark/benchmark.h>

#include "host/analysis/binomial.hpp"
#include "host/analysis/summary.hpp"
#include "tests/support/synthetic_result.hpp"

namespace {

using namespace blocrisk;

const StoredResult& baseline_sized() {
  static const StoredResult result = test::synthetic_result(13, 13, 60, 300);
  return result;
}

void merge(benchmark::State& state) {
  const Accumulators& other = baseline_sized().accumulators;
  Accumulators into(other.shape);
  for (auto _ : state) into.merge(other);
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(Accumulators::bytes(other.shape)));
}

void summary(benchmark::State& state) {
  const StoredResult& result = baseline_sized();
  for (auto _ : state) benchmark::DoNotOptimize(summarise(result.accumulators, result.facts));
}

/// Values in random order: after the first thousands nearly every offer is turned away at once.
void offer(benchmark::State& state) {
  WorstList list;
  std::uint64_t path = 0;
  for (auto _ : state) {
    const auto hash = static_cast<std::uint32_t>(path * 0x9E3779B97F4A7C15ull >> 40);
    list.offer({static_cast<float>(hash), path++});
  }
  state.SetItemsProcessed(state.iterations());
}

void ranks(benchmark::State& state) {
  const auto n = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state) {
    for (const Level& level : quantile_levels) benchmark::DoNotOptimize(rank_interval(level, n));
  }
}

BENCHMARK(merge)->Unit(benchmark::kMillisecond);
BENCHMARK(summary)->Unit(benchmark::kMillisecond);
BENCHMARK(offer);
BENCHMARK(ranks)->Arg(10000)->Arg(1000000)->Arg(1000000000000)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
