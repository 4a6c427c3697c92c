/// The CPU backend where inputs are uncertain: threads over outer draws, each with a network of its
/// own, whose paths one thread runs.
#pragma once

#include <cstdint>
#include <memory>

#include "host/cpu/cpu_backend.hpp"
#include "host/scenario/outer_draws.hpp"

namespace blocrisk {

/// Paths of any range; its `run` throws ScenarioError where a draw makes no scenario. Keeps a
/// reference to `draws`. Throws EnvironmentError as `make_cpu_backend` does.
std::unique_ptr<Backend> make_draws_backend(const OuterDraws& draws, std::uint64_t seed,
                                            CpuOptions options);

/// What it holds beside the accumulators over `range`: each thread has some of its own.
CpuMemory draws_memory(const OuterDraws& draws, CpuOptions options, PathRange range);

}  // namespace blocrisk
