#include "host/mpi/ranks_backend.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "host/cpu/attribution_lanes.hpp"
#include "host/mpi/bring_together.hpp"
#include "host/mpi/introductions.hpp"
#include "host/mpi/orders.hpp"
#include "host/mpi/sample_rows.hpp"
#include "host/support/stopwatch.hpp"

namespace blocrisk {

RanksBackend::RanksBackend(Communicator& ranks, const JobText& job, RankWork& own)
    : ranks_(ranks), own_(own), dealer_(ranks, {}) {
  Introductions all = introduce_all(ranks, job.range, to_bytes(job),
                                    {own.backend().batch_paths(), introduction(own.backend())});
  name_ = backends_text(all);
  device_ = devices_text(ranks, all);
  dealer_.set_batches(std::move(all.batch_paths));
}

/// All wait for the last piece and until states are brought together, so that a call should take
/// many times that; but neither checkpoints nor progress should wait for minutes.
std::uint64_t RanksBackend::batch_paths() const {
  constexpr double least_s = 10, most_s = 60, times_bringing = 30;
  const std::uint64_t everybody = dealer_.batch_paths();
  if (paths_per_s_ <= 0) return 4 * everybody;
  const double wanted_s = std::clamp(times_bringing * bringing_together_s_, least_s, most_s);
  return std::max(everybody, static_cast<std::uint64_t>(wanted_s * paths_per_s_));
}

/// Paths that are counted together, or share a draw.
std::uint64_t RanksBackend::grain() const {
  constexpr std::uint64_t most = 2048;
  if (own_.paths_per_draw() > 0) return own_.paths_per_draw();
  return std::bit_floor(std::clamp<std::uint64_t>(own_.backend().batch_paths(), 1, most));
}

void RanksBackend::run(PathRange range, Accumulators& into, Samples* samples) {
  run_while(range, into, samples, [](std::uint64_t) { return true; });
}

std::uint64_t RanksBackend::run_while(PathRange range, Accumulators& into, Samples* samples,
                                      const GoOn& go_on) {
  const Stopwatch watch;
  dealer_.set_own_batch(own_.backend().batch_paths());
  const std::uint64_t until = samples != nullptr ? samples->end_path() : 0;
  Deal deal{Order::sample, until, grain(), [&](PathRange piece) {
              own_.sample(piece, samples);
              return std::string();
            }};
  if (samples != nullptr) {
    deal.take = [&](int rank, PathRange piece, const std::string&) {
      const PathRange rows = below(piece, until);
      if (rank > 0 && rows.count() > 0) receive_samples(ranks_, rank, rows, *samples);
    };
  }
  const std::uint64_t n_done = dealer_.deal(range, deal, go_on);
  const Stopwatch bringing;
  const PathRange done{range.first, range.first + n_done};
  all_or_none([&] {
    order_all(ranks_, {Order::bring_accumulators, done});
    bring_together(ranks_, own_.state(), done, own_.paths_per_draw());
  });
  into.merge(own_.state());
  own_.begin_sampling();
  bringing_together_s_ = bringing.elapsed_s();
  paths_per_s_ = static_cast<double>(n_done) / watch.elapsed_s();
  return n_done;
}

AttributionSums RanksBackend::attribute(const AttributionRequest& request) {
  order_all(ranks_, {Order::begin_attribution, request.range, 0,
                     request.tail_threshold.size() * sizeof(double)});
  std::vector<double> thresholds = request.tail_threshold;
  ranks_.broadcast(std::as_writable_bytes(std::span(thresholds)));
  own_.begin_attribution(std::move(thresholds));
  // Whatever ran the paths, these are for processors.
  const std::vector<std::uint64_t> batches(static_cast<std::size_t>(ranks_.size()),
                                           8 * attribution_block_paths);
  const std::uint64_t per_draw = own_.paths_per_draw();
  Dealer(ranks_, batches)
      .deal(
          request.range,
          {Order::attribute, 0, per_draw > 0 ? per_draw : attribution_block_paths,
           [this](PathRange piece) {
             own_.attribute(piece);
             return std::string();
           }},
          request.on_progress ? request.on_progress : [](std::uint64_t) { return true; });
  all_or_none([&] {
    order_all(ranks_, {Order::bring_attribution});
    bring_together(ranks_, own_.attribution());
  });
  return own_.attribution();
}

}  // namespace blocrisk
