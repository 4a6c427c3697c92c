/// Writes a result file without an engine, for the tests of readers in other languages.
///   write_synthetic_result FILE [N_MEMBERS N_MINERALS N_STEPS N_PATHS N_SAMPLES]

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "host/analysis/table.hpp"
#include "host/io/result_writer.hpp"
#include "tests/support/synthetic_result.hpp"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto number = [&](int index, int otherwise) {
    return argc > index ? std::atoi(argv[index]) : otherwise;
  };
  const auto n_paths = static_cast<std::uint64_t>(number(5, 500));
  blocrisk::StoredResult result =
      blocrisk::test::synthetic_result(number(2, 3), number(3, 2), number(4, 24), n_paths,
                                       static_cast<std::uint64_t>(number(6, 10)));
  const auto start = std::chrono::steady_clock::now();
  const blocrisk::Summary summary = blocrisk::summarise(result.accumulators, result.facts);
  result.convergence.record(result.accumulators, result.facts);
  const auto summarised = std::chrono::steady_clock::now();
  blocrisk::write_result(argv[1],
                         {result.facts, result.accumulators, summary, result.samples, result.origin,
                          &result.convergence},
                         blocrisk::Overwrite::allow);
  const auto written = std::chrono::steady_clock::now();
  const auto ms = [](auto from, auto to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
  };
  std::printf("summarise %.1f ms, write %.1f ms\n", ms(start, summarised), ms(summarised, written));
}
