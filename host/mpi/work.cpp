#include "host/mpi/work.hpp"

#include <utility>

#include "host/engine/run.hpp"

namespace blocrisk {

RankWork::RankWork(const Network& network, const OuterDraws* draws, std::uint64_t seed,
                   Backend& backend, CpuOptions cpu)
    : network_(network),
      draws_(draws),
      seed_(seed),
      backend_(backend),
      cpu_(cpu),
      state_(shape_of(network)) {}

void RankWork::begin_sampling() { state_ = Accumulators(shape_of(network_)); }

void RankWork::begin_attribution(std::vector<double> tail_thresholds) {
  tail_thresholds_ = std::move(tail_thresholds);
  attribution_ = AttributionSums(attribution_shape(network_));
}

void RankWork::attribute(PathRange range) {
  const AttributionRequest request{range, tail_thresholds_, {}};
  attribution_.merge(draws_ != nullptr ? attribute_paths(*draws_, seed_, cpu_, request)
                                       : attribute_paths(network_, seed_, cpu_, request));
}

}  // namespace blocrisk
