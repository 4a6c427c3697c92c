// How long does a result file take, and how large is it? Baseline size (13 members, 13 minerals, 60
// months); the file goes to the folder for temporary files and is synced each time.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "host/analysis/summary.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/result_writer.hpp"
#include "tests/support/synthetic_result.hpp"

namespace {

using namespace blocrisk;

std::filesystem::path scratch_file() {
  return std::filesystem::temp_directory_path() /
         ("blocrisk-bench-" + std::to_string(::getpid()) + ".h5");
}

const StoredResult& baseline_sized() {
  static const StoredResult result = test::synthetic_result(13, 13, 60, 2000);
  return result;
}

void write_baseline() {
  const StoredResult& result = baseline_sized();
  static const Summary summary = summarise(result.accumulators, result.facts);
  write_result(scratch_file(),
               {result.facts, result.accumulators, summary, result.samples, result.origin},
               Overwrite::allow);
}

void write(benchmark::State& state) {
  write_baseline();
  for (auto _ : state) write_baseline();
  state.counters["file_MB"] = static_cast<double>(std::filesystem::file_size(scratch_file())) / 1e6;
  std::filesystem::remove(scratch_file());
}

void read(benchmark::State& state) {
  write_baseline();
  for (auto _ : state) benchmark::DoNotOptimize(read_result(scratch_file()));
  std::filesystem::remove(scratch_file());
}

BENCHMARK(write)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(read)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace

BENCHMARK_MAIN();
