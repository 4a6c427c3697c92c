#include "host/engine/work.hpp"

namespace blocrisk {
namespace {

// Operations of one step, counted in kernels/model: per base flow the delivery's product and sum
// and its restriction's pass, per node, sink and mineral what stands around them.
constexpr double per_flow = 3;
constexpr double per_node = 30;
constexpr double per_sink = 70;
constexpr double per_mineral = 150;

double operations_per_step(const ChainSpec& chain) {
  double operations = per_mineral;
  for (int stage = 0; stage < chain.n_stages; ++stage) {
    const double nodes = chain.stages[stage].n_nodes;
    const double sinks = chain.stages[stage].n_sinks;
    operations += per_flow * nodes * sinks + per_node * nodes + per_sink * sinks;
  }
  return operations;
}

}  // namespace

double operations_per_path(const NetworkView& network) {
  double operations = 0;
  for (int m = 0; m < network.n_minerals; ++m) operations += operations_per_step(network.chains[m]);
  return operations * network.n_steps;
}

}  // namespace blocrisk
