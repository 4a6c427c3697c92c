// How many paths a second does a CUDA device sample? The baseline with 12 and with 52 steps a year,
// and in calls of 1e4 paths; items are paths, by real time. Each iteration samples the same range
// into accumulators that exist already; a first call, outside the time, loads the kernels. Where
// there is no device it says why and measures nothing; BLOCRISK_REQUIRE_GPU in the environment
// makes that an error.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "host/engine/cuda_backend.hpp"
#include "host/engine/run.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/parse.hpp"

namespace {

using namespace blocrisk;

constexpr std::uint64_t seed = 1;
constexpr std::uint64_t long_call = 16 * digest_block_paths;
constexpr std::uint64_t short_call = 10'000;

Network baseline(int steps_per_year) {
  const std::string steps = "clock.steps_per_year=" + std::to_string(steps_per_year);
  return calibrate(load_scenario(BLOCRISK_BASELINE, std::vector<std::string>{steps}));
}

void sample(benchmark::State& state, int device, int steps_per_year, std::uint64_t n_paths) {
  const Network network = baseline(steps_per_year);
  const auto backend = make_cuda_backend(network, seed, {device});
  RunOptions first_call;
  first_call.range = {0, n_paths};
  Accumulators into = run_paths(network, *backend, first_call).accumulators;
  for (auto _ : state) backend->run({0, n_paths}, into, nullptr);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n_paths));
}

void register_case(const std::string& name, int device, int steps_per_year, std::uint64_t n_paths) {
  benchmark::RegisterBenchmark(name.c_str(), sample, device, steps_per_year, n_paths)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
  std::string reason;
  const std::vector<CudaDevice> devices = cuda_devices(&reason, 1);
  if (devices.empty()) {
    std::fprintf(stderr, "gpu: nothing to measure: %s\n", reason.c_str());
    return std::getenv("BLOCRISK_REQUIRE_GPU") == nullptr ? 0 : 4;
  }
  const int id = devices.front().id;
  benchmark::AddCustomContext("device", devices.front().name);
  register_case("baseline/steps:12", id, 12, long_call);
  register_case("baseline/steps:52", id, 52, long_call);
  register_case("baseline/steps:12/short", id, 12, short_call);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
