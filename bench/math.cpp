// How fast are exp, log and the inverse normal, and how far off? Rates per lane width
// (items_per_second) on inputs in L1; the worst error of the inputs used is the ulp counter,
// the worst of all inputs is tests/unit/math_exhaustive_test.cpp's answer.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "bench/lane_rates.hpp"
#include "kernels/math/exact_double.hpp"

namespace {

using blocrisk::rates::Loops;
using blocrisk::rates::n_values;

alignas(64) float reals[n_values];
alignas(64) std::uint32_t words[n_values];
alignas(64) float results[n_values];

double ulp_error(float value, double truth) {
  int exponent = 0;
  std::frexp(truth, &exponent);
  return std::fabs(static_cast<double>(value) - truth) * std::ldexp(1.0, 24 - exponent);
}

template <class Input, class Truth>
void measure(benchmark::State& state, void (*loop)(const Input*, float*), const Input* inputs,
             Truth truth) {
  for (auto _ : state) {
    loop(inputs, results);
    benchmark::ClobberMemory();
  }
  double worst = 0.0;
  for (int k = 0; k < n_values; ++k) {
    worst = std::max(worst, ulp_error(results[k], truth(inputs[k])));
  }
  state.counters["ulp"] = worst;
  state.SetItemsProcessed(state.iterations() * n_values);
}

void measure_reals(benchmark::State& state, void (*loop)(const float*, float*), double low,
                   double high, double (*truth)(double)) {
  std::mt19937 generator(1);
  std::uniform_real_distribution<double> argument(low, high);
  for (float& x : reals) x = static_cast<float>(argument(generator));
  measure(state, loop, reals, [=](float x) { return truth(static_cast<double>(x)); });
}

void measure_words(benchmark::State& state, void (*loop)(const std::uint32_t*, float*)) {
  std::mt19937 generator(1);
  for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(generator());
  measure(state, loop, words, [](std::uint32_t word) {
    const double z = -blocrisk::normal_quantile_d(((word & 0x7fffffffU) + 0.5) * 0x1p-32);
    return word >> 31 ? -z : z;
  });
}

double exp_truth(double x) { return std::exp(x); }
double log_truth(double x) { return std::log(x); }
double one_minus_exp_neg_truth(double x) { return -std::expm1(-x); }

void register_loops(const Loops& loops) {
  if (!loops.runs_here()) return;
  const std::string name = loops.name;
  benchmark::RegisterBenchmark(("normal_from_word/" + name).c_str(), measure_words,
                               loops.normal_from_word);
  benchmark::RegisterBenchmark(("exp/" + name).c_str(), measure_reals, loops.exp, -10.0, 10.0,
                               exp_truth);
  benchmark::RegisterBenchmark(("log/" + name).c_str(), measure_reals, loops.log, 1e-3, 10.0,
                               log_truth);
  benchmark::RegisterBenchmark(("one_minus_exp_neg/" + name).c_str(), measure_reals,
                               loops.one_minus_exp_neg, 1e-6, 1.0, one_minus_exp_neg_truth);
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
