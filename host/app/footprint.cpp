#include "host/app/footprint.hpp"

#include <unistd.h>

#include <algorithm>

#include "host/app/numbers.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

// Operations of one step, counted in kernels/model: per base flow the delivery's product and sum
// and its restriction's pass, per node, sink and mineral what stands around them.
constexpr double per_flow = 3;
constexpr double per_node = 30;
constexpr double per_sink = 70;
constexpr double per_mineral = 150;

AccumulatorShape shape_of(const Network& network) {
  return {static_cast<int>(network.members.size()), static_cast<int>(network.minerals.size()),
          network.n_steps, network.header.n_years, network.header.n_thresholds};
}

double operations_per_step(const ChainSpec& chain) {
  double operations = per_mineral;
  for (int stage = 0; stage < chain.n_stages; ++stage) {
    const double nodes = chain.stages[stage].n_nodes;
    const double sinks = chain.stages[stage].n_sinks;
    operations += per_flow * nodes * sinks + per_node * nodes + per_sink * sinks;
  }
  return operations;
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
  Footprint footprint;
  footprint.accumulator_bytes = Accumulators::bytes(shape);
  footprint.summary_bytes = footprint.accumulator_bytes / 2;
  footprint.samples_bytes = std::min(n_paths, n_samples) * sample_bytes_per_path(shape);
  footprint.output_bytes = footprint.accumulator_bytes / 8 + footprint.samples_bytes;
  for (const ChainSpec& chain : network.chains) {
    footprint.operations_per_path += operations_per_step(chain) * network.n_steps;
  }
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

double assumed_operations_per_s(int lanes) {
  return lanes == 16 ? 1.8e10 : lanes == 8 ? 1.2e10 : 1.7e9;
}

}  // namespace blocrisk
