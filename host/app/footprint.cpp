#include "host/app/footprint.hpp"

#include <unistd.h>

#include <algorithm>

#include "host/app/numbers.hpp"
#include "host/engine/run.hpp"
#include "host/engine/work.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t resident_device_threads = 132 * 1024;  // of the largest device in view
constexpr int rows_per_slot =
    40;  // kernels/model/chain_state.hpp: lane vectors kept per node or sink

/// Largest number of nodes and sinks of any chain: chains are done one after the other.
std::uint64_t most_slots(const Network& network) {
  std::uint64_t most = 0;
  for (const ChainSpec& chain : network.chains) {
    std::uint64_t slots = 0;
    for (int stage = 0; stage < chain.n_stages; ++stage) {
      slots +=
          static_cast<std::uint64_t>(chain.stages[stage].n_nodes + chain.stages[stage].n_sinks);
    }
    most = std::max(most, slots);
  }
  return most;
}

std::uint64_t sample_bytes_per_path(const AccumulatorShape& shape) {
  const int values = n_measures * shape.n_cells() + n_member_measures * shape.n_members +
                     shape.n_years * shape.n_members;
  return static_cast<std::uint64_t>(values) * sizeof(float);
}

}  // namespace

Footprint estimate_footprint(const Network& network, std::uint64_t n_paths,
                             std::uint64_t n_samples) {
  const AccumulatorShape shape = shape_of(network);
  const std::uint64_t path_state_bytes = most_slots(network) * rows_per_slot * sizeof(float);
  Footprint footprint;
  footprint.accumulator_bytes = Accumulators::bytes(shape);
  footprint.summary_bytes = footprint.accumulator_bytes / 2;
  footprint.samples_bytes = std::min(n_paths, n_samples) * sample_bytes_per_path(shape);
  footprint.device_bytes = footprint.accumulator_bytes +
                           (network.reals.size() + network.ints.size()) * sizeof(float) +
                           resident_device_threads * path_state_bytes;
  footprint.output_bytes = footprint.accumulator_bytes / 8 + footprint.samples_bytes;
  footprint.operations_per_path = operations_per_path(network.view());
  return footprint;
}

void require_memory(std::uint64_t bytes) {
  const auto here = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                    static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  if (bytes <= here) return;
  throw EnvironmentError("this run would need about " + format_bytes(static_cast<double>(bytes)) +
                         " of memory and the machine has " +
                         format_bytes(static_cast<double>(here)) +
                         "; fewer --samples or --threads need less, `blocrisk plan` says how much");
}

}  // namespace blocrisk
