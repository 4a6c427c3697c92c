/// Who delivered how much to whom in one stage and step. A run keeps sums only; this splits them by
/// supplier, after the fact.
#pragma once

#include <vector>

#include "host/replay/one_path.hpp"

namespace blocrisk {

/// Tonnes of a step, [node][sink].
struct Deliveries {
  int n_nodes, n_sinks;
  std::vector<double> tonnes;
  double at(int node, int sink) const {
    return tonnes[static_cast<std::size_t>(node * n_sinks + sink)];
  }
};

/// Goes through contracts and fills as the kernels do (model, section 4.5), in double and sink by
/// sink, and remembers who had put what into each pool: a pool's buyers get from its suppliers in
/// proportion. Feed and final stocks have no part in it. Expects the state that
/// `PathWatcher::stage` hands over for stage `s`; what the sinks get agrees with the kernels' needs
/// less gaps to single precision.
Deliveries split_deliveries(const NetworkView& net, const ChainSpec& chain, int s,
                            const ChainState<OneLane>& state);

}  // namespace blocrisk
