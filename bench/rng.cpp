// How fast are words and normals? Rates per lane width (items_per_second), one thread.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/lane_rates.hpp"

namespace {

using blocrisk::rates::Loops;
using blocrisk::rates::n_values;

template <class Result>
void measure(benchmark::State& state, Result (*loop)(std::uint32_t)) {
  std::uint32_t block = 0;
  for (auto _ : state) benchmark::DoNotOptimize(loop(block++));
  state.SetItemsProcessed(state.iterations() * n_values);
}

void register_loops(const Loops& loops) {
  if (!loops.runs_here()) return;
  const std::string name = loops.name;
  benchmark::RegisterBenchmark(("words/" + name).c_str(), measure<std::uint32_t>, loops.words);
  benchmark::RegisterBenchmark(("words_of_four_streams/" + name).c_str(), measure<std::uint32_t>,
                               loops.words_of_four_streams);
  benchmark::RegisterBenchmark(("normals/" + name).c_str(), measure<float>, loops.normals);
}

}  // namespace

int main(int argc, char** argv) {
  register_loops(blocrisk::rates::plain_1);
#if defined(__x86_64__)
  register_loops(blocrisk::rates::avx2_8);
  register_loops(blocrisk::rates::avx512_16);
#endif
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
