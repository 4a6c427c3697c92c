// How many baseline paths a second? Per lane width that runs here, on one thread and on all; items
// are paths, by processor time on one thread and by real time on all. Each iteration samples the
// same range, as much as `run` gives a backend at a time, into accumulators that exist already; a
// first call, outside the time, wakes caches and memory.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <thread>

#include "host/cpu/cpu_backend.hpp"
#include "host/engine/run.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/parse.hpp"

namespace {

using namespace blocrisk;

constexpr std::uint64_t seed = 1;

const Network& baseline() {
  static const Network network = calibrate(load_scenario(BLOCRISK_BASELINE));
  return network;
}

void sample(benchmark::State& state, CpuOptions options) {
  const auto backend = make_cpu_backend(baseline(), seed, options);
  const PathRange range{0, backend->batch_paths()};
  RunOptions first_call;
  first_call.range = {0, range.last / 8};
  Accumulators into = run_paths(baseline(), *backend, first_call).accumulators;
  for (auto _ : state) backend->run(range, into, nullptr);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(range.count()));
  state.SetLabel(backend->device());
}

void register_width(int lanes, int threads) {
  const std::string name =
      "baseline/lanes:" + std::to_string(lanes) + "/threads:" + std::to_string(threads);
  auto* const registered =
      benchmark::RegisterBenchmark(name.c_str(), sample, CpuOptions{threads, lanes});
  registered->Unit(benchmark::kMillisecond);
  if (threads > 1) registered->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
  const int all_threads = static_cast<int>(std::thread::hardware_concurrency());
  for (const int lanes : available_lanes()) {
    register_width(lanes, 1);
    if (all_threads > 1) register_width(lanes, all_threads);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
