/// A run of the CPU engine from a scenario, with every path's measures.
#pragma once

#include <cstdint>
#include <vector>

#include "host/cpu/cpu_backend.hpp"
#include "host/engine/run.hpp"
#include "host/scenario/calibrate.hpp"

namespace blocrisk {

inline constexpr std::uint64_t test_seed = 20270101;

/// Paths [0, n_paths) with the widest lanes, all of them sampled.
inline RunResult run_engine(const Network& network, std::uint64_t n_paths,
                            CpuOptions options = {}) {
  const auto backend = make_cpu_backend(network, test_seed, options);
  RunOptions run;
  run.range = {0, n_paths};
  run.n_samples = n_paths;
  return run_paths(network, *backend, run);
}

/// Measure of one member and mineral, path after path.
inline std::vector<float> values_of(const RunResult& result, Measure measure, int member = 0,
                                    int mineral = 0) {
  const Samples& samples = result.samples;
  const auto& all = samples.measure[static_cast<std::size_t>(measure)];
  std::vector<float> values;
  for (std::uint64_t path = 0; path < samples.n_paths; ++path) {
    const std::uint64_t row =
        path * static_cast<std::uint64_t>(samples.n_members) + static_cast<std::uint64_t>(member);
    values.push_back(all[row * static_cast<std::uint64_t>(samples.n_minerals) +
                         static_cast<std::uint64_t>(mineral)]);
  }
  return values;
}

}  // namespace blocrisk
