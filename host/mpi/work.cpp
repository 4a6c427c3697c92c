#include "host/mpi/work.hpp"

#include <algorithm>
#include <utility>

#include "host/engine/run.hpp"
#include "host/io/state_arrays.hpp"

namespace blocrisk {

RankWork::RankWork(const Network& network, const OuterDraws* draws, std::uint64_t seed,
                   Backend& backend, CpuOptions cpu)
    : network_(network),
      draws_(draws),
      seed_(seed),
      backend_(backend),
      cpu_(cpu),
      state_(shape_of(network)) {}

/// In place: a second state would be as large.
void RankWork::begin_sampling() {
  state_.n_paths = 0;
  for (const StateArray<std::uint64_t>& array : state_arrays(state_))
    std::fill_n(array.data, array.count, 0);
  for (WorstList& list : state_.worst) list.assign({});
  for (WorstList& list : state_.member_worst) list.assign({});
  state_.block_digest.clear();
  state_.draws.clear();
}

void RankWork::begin_attribution(std::vector<double> tail_thresholds) {
  backend_.release_memory();  // sampling is over
  tail_thresholds_ = std::move(tail_thresholds);
  attribution_ = AttributionSums(attribution_shape(network_));
}

void RankWork::attribute(PathRange range) {
  const AttributionRequest request{range, tail_thresholds_, {}};
  attribution_.merge(draws_ != nullptr ? attribute_paths(*draws_, seed_, cpu_, request)
                                       : attribute_paths(network_, seed_, cpu_, request));
}

}  // namespace blocrisk
