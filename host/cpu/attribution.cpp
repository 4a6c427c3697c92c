#include "host/cpu/attribution.hpp"

#include <algorithm>
#include <mutex>

#include "host/cpu/block_queue.hpp"
#include "host/cpu/lane_variants.hpp"

namespace blocrisk {
namespace {

std::vector<std::vector<int>> last_stage_countries(const Network& network) {
  std::vector<std::vector<int>> countries;
  for (const auto& stages : network.base) countries.push_back(stages.back().node_country);
  return countries;
}

}  // namespace

AttributionShape attribution_shape(const Network& network) {
  return {static_cast<int>(network.members.size()), static_cast<int>(network.minerals.size()),
          static_cast<int>(network.countries.size())};
}

AttributionSums attribute_paths(const Network& network, std::uint64_t seed, CpuOptions options,
                                const AttributionRequest& request) {
  const LaneVariant& variant = choose_variant(options.lanes);
  const int threads = choose_threads(options.threads);
  const auto countries = last_stage_countries(network);
  AttributionSums sums(attribution_shape(network));
  const std::uint64_t batch = attribution_block_paths * 4 * static_cast<std::uint64_t>(threads);
  std::uint64_t next = request.range.first;
  while (next < request.range.last) {
    const PathRange piece{next, next + std::min(batch, request.range.last - next)};
    BlockQueue queue(piece, attribution_block_paths);
    std::mutex lock;
    const AttributionTask task{network.view(),         seed,  countries, network.member_countries,
                               request.tail_threshold, queue, lock,      sums};
    run_on_threads(busy_threads(threads, piece, attribution_block_paths), queue,
                   [&] { variant.attribute(task); });
    next = piece.last;
    if (request.on_progress && !request.on_progress(next - request.range.first)) break;
  }
  return sums;
}

AttributionSums attribute_paths(const OuterDraws& draws, std::uint64_t seed, CpuOptions options,
                                const AttributionRequest& request) {
  const Network& base = draws.base();
  AttributionSums sums(attribution_shape(base));
  const CpuOptions one_thread{1, options.lanes};
  const int threads = choose_threads(options.threads);
  const std::uint64_t per_draw = draws.paths_per_draw();
  std::uint64_t next = request.range.first;
  while (next < request.range.last) {
    const std::uint64_t batch = per_draw * static_cast<std::uint64_t>(threads);
    const PathRange piece{next, next + std::min(batch, request.range.last - next)};
    BlockQueue queue(piece, per_draw);
    std::mutex lock;
    run_on_threads(busy_threads(threads, piece, per_draw), queue, [&] {
      for (PathRange block = queue.next_block(); block.count() > 0; block = queue.next_block()) {
        const Network network = draws.network(draws.draw_of(block.first));
        const AttributionSums part =
            attribute_paths(network, seed, one_thread, {block, request.tail_threshold, {}});
        const std::lock_guard guard(lock);
        sums.merge(part);
      }
    });
    next = piece.last;
    if (request.on_progress && !request.on_progress(next - request.range.first)) break;
  }
  return sums;
}

}  // namespace blocrisk
