/// The promise that a backend's numbers are the CPU's one-lane numbers, to the bit: cases, and the
/// names of what differs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/engine/backend.hpp"

namespace blocrisk {

/// Names of the parts of two states that differ; empty where all bits agree.
std::vector<std::string> differences(const Accumulators& a, const Accumulators& b);
std::vector<std::string> differences(const Samples& a, const Samples& b);

/// A scenario with overrides, and the paths to compare, in calls of the backend one after the
/// other.
struct ParityCase {
  std::string name;
  std::string file;
  std::vector<std::string> overrides;
  std::vector<PathRange> calls;
};

/// `scale` multiplies the number of paths: the host emulation is slow, a device is not. Files named
/// in the environment's BLOCRISK_PARITY_SCENARIOS, separated by ':', are cases too.
std::vector<ParityCase> parity_cases(std::uint64_t scale);

using MakeBackend =
    std::function<std::unique_ptr<Backend>(const Network& network, std::uint64_t seed)>;

/// Names of what differs between the backend and the CPU with one lane.
std::vector<std::string> compare_with_cpu(const Network& network,
                                          const std::vector<PathRange>& calls,
                                          const MakeBackend& make);
std::vector<std::string> compare_with_cpu(const ParityCase& parity_case, const MakeBackend& make);

}  // namespace blocrisk
