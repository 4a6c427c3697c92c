#include "host/cpu/draws_backend.hpp"

#include <algorithm>
#include <mutex>

#include "host/cpu/block_queue.hpp"
#include "host/cpu/lane_variants.hpp"
#include "host/engine/run.hpp"

namespace blocrisk {
namespace {

class DrawsBackend final : public Backend {
 public:
  DrawsBackend(const OuterDraws& draws, std::uint64_t seed, CpuOptions options)
      : draws_(draws),
        seed_(seed),
        lanes_(options.lanes),
        n_threads_(choose_threads(options.threads)) {
    const auto all = make_cpu_backend(draws.base(), seed, {n_threads_, lanes_});
    name_ = all->name();
    device_ = all->device();
    const std::uint64_t per_thread = all->batch_paths() / static_cast<std::uint64_t>(n_threads_);
    const std::uint64_t n_draws = std::max<std::uint64_t>(per_thread / draws.paths_per_draw(), 1);
    batch_paths_ = n_draws * draws.paths_per_draw() * static_cast<std::uint64_t>(n_threads_);
  }

  std::string name() const override { return name_; }
  std::string device() const override { return device_; }
  std::uint64_t batch_paths() const override { return batch_paths_; }

  void run(PathRange range, Accumulators& into, Samples* samples) override {
    BlockQueue queue(range, draws_.paths_per_draw());
    std::mutex lock;
    run_on_threads(busy_threads(n_threads_, range, draws_.paths_per_draw()), queue, [&] {
      Accumulators mine(into.shape);
      for (PathRange block = queue.next_block(); block.count() > 0; block = queue.next_block())
        run_draw(block, mine, samples);
      const std::lock_guard guard(lock);
      into.merge(mine);
    });
  }

 private:
  /// `block`: paths of one draw.
  void run_draw(PathRange block, Accumulators& into, Samples* samples) const {
    const std::uint64_t draw = draws_.draw_of(block.first);
    const Network network = draws_.network(draw);
    const std::vector<Sum128> before = into.measure_sums();
    make_cpu_backend(network, seed_, {1, lanes_})->run(block, into, samples);
    into.add_draw(draw, block.count(), draws_.values(draw), before);
  }

  const OuterDraws& draws_;
  std::uint64_t seed_;
  int lanes_, n_threads_;
  std::string name_, device_;
  std::uint64_t batch_paths_;
};

}  // namespace

std::unique_ptr<Backend> make_draws_backend(const OuterDraws& draws, std::uint64_t seed,
                                            CpuOptions options) {
  return std::make_unique<DrawsBackend>(draws, seed, options);
}

CpuMemory draws_memory(const OuterDraws& draws, CpuOptions options, PathRange range) {
  CpuMemory memory = cpu_memory(draws.base(), {1, options.lanes}, range);
  memory.threads = busy_threads(choose_threads(options.threads), range, draws.paths_per_draw());
  memory.bytes_per_thread += Accumulators::bytes(shape_of(draws.base()));
  return memory;
}

}  // namespace blocrisk
