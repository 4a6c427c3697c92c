/// \file
/// Samples paths in a space's memory, batch after batch, and hands the counts over. The order of
/// the kernels stands here, once for devices and for the host space of the tests.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "host/engine/backend.hpp"
#include "host/support/error.hpp"
#include "kernels/cuda/chains.cuh"
#include "kernels/cuda/network_tables.cuh"
#include "kernels/cuda/paths.cuh"
#include "kernels/cuda/worst.cuh"

RISK_BEGIN

/// Largest batch: its fixed-point sums fit 64 bits, and it has one digest.
inline constexpr int most_batch_paths = static_cast<int>(digest_block_paths);
/// With samples a batch's results visit the host whole.
inline constexpr int most_sampled_paths = 4096;

/// What an engine takes of its space's memory.
struct DeviceMemory {
  std::size_t fixed_bytes, path_bytes;
  std::size_t bytes(int most_paths) const {
    return fixed_bytes + static_cast<std::size_t>(most_paths) * path_bytes;
  }
};

inline DeviceMemory device_memory(const TallyLayout& tally, const BatchLayout& batch) {
  const auto lists = static_cast<std::size_t>(tally.n_worst_lists);
  const std::size_t fixed =
      tally.n_counts * sizeof(std::uint32_t) +
      tally.n_sums * (sizeof(std::uint64_t) + sizeof(Sum128)) +
      lists * (n_worst_paths * sizeof(WorstPath) + sizeof(float) + sizeof(int));
  // Keys twice: sorting needs as much again.
  return {fixed, batch_bytes(batch.scratch_words + batch.result_words, 1) +
                     2 * lists * sizeof(std::uint64_t)};
}
/// `net` as the host sees it.
inline DeviceMemory device_memory(const NetworkView& net) {
  return device_memory(lay_out_tally(net), lay_out_batch(net));
}

constexpr int whole_warps(int n_paths) {
  return (n_paths + warp_threads - 1) / warp_threads * warp_threads;
}

/// Copies the paths of a batch that `samples` holds; `batch` is as the host sees it.
inline void copy_samples(const BatchView& batch, Samples& samples) {
  const NetworkView& net = batch.net;
  for (int path = 0; path < batch.n_paths; ++path) {
    if (!samples.holds(batch.path_number(path))) continue;
    const std::size_t first =
        (batch.path_number(path) - samples.first_path) * static_cast<std::size_t>(net.n_members);
    for (int m = 0; m < net.n_minerals; ++m) {
      const ChainSpec& chain = net.chains[m];
      const Row<float> measure = batch.chain_result(path, m).measure;
      for (int c = 0; c < chain.n_cells; ++c) {
        const std::size_t member =
            first + static_cast<std::size_t>(net.ints[chain.cell_member + c]);
        const std::size_t at = member * static_cast<std::size_t>(net.n_minerals) + m;
        for (int k = 0; k < n_measures; ++k)
          samples.measure[k][at] = measure[k * chain.n_cells + c];
      }
    }
    const MemberSums<PathLane> sums = batch.members(path);
    for (int member = 0; member < net.n_members; ++member) {
      for (const MemberMeasure k :
           {MemberMeasure::loss, MemberMeasure::worst_year_loss, MemberMeasure::price_shock_cost}) {
        samples.member_measure[static_cast<int>(k)][first + member] =
            member_value<PathLane>(net, k, member, sums);
      }
      auto& annual = samples.member_measure[static_cast<int>(MemberMeasure::annual_loss)];
      for (int y = 0; y < net.n_years; ++y) {
        annual[(first + member) * net.n_years + y] = sums.year_loss[member * net.n_years + y];
      }
    }
  }
}

inline bool overlap(PathRange paths, const Samples& samples) {
  return paths.first < samples.first_path + samples.n_paths && samples.first_path < paths.last;
}

template <class Space>
class RangeEngine {
 public:
  /// Takes at most `memory_bytes` of the space for good, and batches of at most `most_paths`.
  RangeEngine(const Network& network, std::uint64_t seed, Space& space, std::size_t memory_bytes,
              int most_paths = most_batch_paths)
      : space_(space),
        host_net_(network.view()),
        seed_(seed),
        tally_layout_(lay_out_tally(host_net_)),
        batch_layout_(lay_out_batch(host_net_)),
        tables_(network, space),
        capacity_(choose_capacity(memory_bytes, most_paths)) {
    reserve();
  }

  /// Most paths of one batch.
  int capacity_paths() const { return capacity_; }
  /// Paths after which counts have to be drained, lest 32 bits overflow.
  std::uint64_t most_undrained_paths() const {
    return (std::uint64_t{1} << 31) / static_cast<std::uint64_t>(std::max(host_net_.n_years, 1));
  }

  /// Runs one path and forgets it: what cannot work here fails before sampling starts.
  void try_out() {
    empty({0, 1});
    space_.clear(entry_);
    run_batch({0, 1}, nullptr);
    collect();
  }

  /// Empties all counts, for the paths of `range`, at least one. Paths that cannot enter the worst
  /// lists of `into` will not be put forward.
  void start(PathRange range, const Accumulators& into) {
    empty(range);
    space_.copy_in(entries(into), entry_);
  }

  /// Samples `piece`: at most `capacity_paths()` paths of one digest block.
  void run_batch(PathRange piece, Samples* samples) {
    while (piece.first < piece.last) {
      const bool sampled = samples != nullptr && samples->n_paths > 0 && overlap(piece, *samples);
      const std::uint64_t most = sampled ? most_sampled_paths : piece.count();
      const BatchView batch = view_of({piece.first, std::min(piece.first + most, piece.last)});
      run_paths(batch);
      tally(batch);
      rank_worst(batch);
      if (sampled) sample(batch, *samples);
      n_paths_ += static_cast<std::uint64_t>(batch.n_paths);
      piece.first += static_cast<std::uint64_t>(batch.n_paths);
    }
  }

  /// Waits for the batches and brings everything since `start` to the host.
  void collect() {
    space_.fetch(counts_, collected_.counts);
    space_.fetch(run_sums_, collected_.sums);
    space_.fetch(worst_, collected_.worst);
    space_.fetch(n_worst_, collected_.n_worst);
    space_.fetch(digests_, collected_.digests);
    space_.wait();
  }

  /// Adds what was collected to the accumulators; the space may compute meanwhile.
  void drain(Accumulators& into) {
    drain_tally(tally_layout_, host_net_, span_of(collected_.counts), span_of(collected_.sums),
                {span_of(collected_.worst), span_of(collected_.n_worst)}, n_paths_, into);
    for (std::size_t k = 0; k < n_blocks_; ++k)
      into.block_digest[first_block_ + k] += collected_.digests.data()[k];
    into.n_paths += n_paths_;
  }

 private:
  template <class T>
  using Vector = typename Space::template Vector<T>;

  template <class T>
  using HostVector = typename Space::template HostVector<T>;

  /// What has left the space and waits to be added to the accumulators.
  struct Collected {
    HostVector<std::uint32_t> counts, n_keys;
    HostVector<Sum128> sums;
    HostVector<WorstPath> worst;
    HostVector<int> n_worst;
    HostVector<std::uint64_t> digests;
  };
  template <class Values>
  static auto span_of(const Values& values) {
    return std::span(values.data(), values.size());
  }

  /// Empties all counts but the worst lists' entry values.
  void empty(PathRange range) {
    first_block_ = range.first / digest_block_paths;
    n_blocks_ = (range.last - 1) / digest_block_paths - first_block_ + 1;
    if (digests_.size() < n_blocks_) digests_ = Vector<std::uint64_t>(n_blocks_);
    n_paths_ = 0;
    space_.clear(digests_);
    space_.clear(counts_);
    space_.clear(batch_sums_);
    space_.clear(run_sums_);
    space_.clear(n_worst_);
  }

  /// Equal parts of a digest block, as large as memory allows.
  int choose_capacity(std::size_t memory_bytes, int most_paths) const {
    const DeviceMemory need = device_memory(tally_layout_, batch_layout_);
    const std::size_t least = need.bytes(warp_threads);
    if (memory_bytes < least) {
      throw EnvironmentError("the device has " + std::to_string(memory_bytes >> 20) +
                             " MiB to spare, this scenario takes at least " +
                             std::to_string((least >> 20) + 1) +
                             " MiB; free memory on it, or use --backend cpu");
    }
    const std::size_t fit = std::min((memory_bytes - need.fixed_bytes) / need.path_bytes,
                                     static_cast<std::size_t>(most_paths));
    for (int n_parts = 1;; ++n_parts) {
      const int part = whole_warps((most_batch_paths + n_parts - 1) / n_parts);
      if (static_cast<std::size_t>(part) <= fit) return part;
    }
  }

  void reserve() {
    const auto lists = static_cast<std::size_t>(tally_layout_.n_worst_lists);
    scratch_ = Vector<unsigned char>(batch_bytes(batch_layout_.scratch_words, capacity_));
    results_ = Vector<unsigned char>(batch_bytes(batch_layout_.result_words, capacity_));
    counts_ = Vector<std::uint32_t>(tally_layout_.n_counts);
    batch_sums_ = Vector<std::uint64_t>(tally_layout_.n_sums);
    run_sums_ = Vector<Sum128>(tally_layout_.n_sums);
    keys_ = Vector<std::uint64_t>(lists * static_cast<std::size_t>(capacity_));
    n_keys_ = Vector<std::uint32_t>(1);
    entry_ = Vector<float>(lists);
    worst_ = Vector<WorstPath>(lists * n_worst_paths);
    n_worst_ = Vector<int>(lists);
    space_.clear(worst_);
  }

  std::vector<float> entries(const Accumulators& into) const {
    std::vector<float> entries;
    for (int m = 0; m < host_net_.n_minerals; ++m) {
      const ChainSpec& chain = host_net_.chains[m];
      for (int c = 0; c < chain.n_cells; ++c) {
        const int member = host_net_.ints[chain.cell_member + c];
        entries.push_back(into.worst[member * host_net_.n_minerals + m].entry_value());
      }
    }
    for (const WorstList& list : into.member_worst) entries.push_back(list.entry_value());
    return entries;
  }

  BatchView view_of(PathRange paths) {
    BatchView batch{};
    batch.net = tables_.view();
    batch.layout = batch_layout_;
    batch.seed = seed_;
    batch.first_path = paths.first;
    batch.n_paths = static_cast<std::int32_t>(paths.count());
    batch.scratch = Space::data(scratch_);
    batch.results = Space::data(results_);
    return batch;
  }
  TallyView tally_view() { return {tally_layout_, Space::data(counts_), Space::data(batch_sums_)}; }

  void run_paths(const BatchView& batch) {
    const int n_threads = whole_warps(batch.n_paths);
    space_.each_thread(RunWorld{batch}, n_threads);
    for (int m = 0; m < host_net_.n_minerals; ++m) {
      const ChainSpec& chain = host_net_.chains[m];
      run_chains(space_, chain_launch(batch, tally_view(), chain, m), shape_of(chain), n_threads);
    }
    space_.each_thread(RunMember{batch, tally_view()}, n_threads, host_net_.n_members);
  }

  void tally(const BatchView& batch) {
    const int n_threads = whole_warps(batch.n_paths);
    space_.each_thread(CountMeasure{batch, tally_view()}, n_threads,
                       n_measures * tally_layout_.n_cells);
    const std::uint64_t block = batch.first_path / digest_block_paths - first_block_;
    space_.each_thread(AddDigest{batch, Space::data(digests_) + block}, n_threads);
    space_.each_thread(CarrySums{Space::data(batch_sums_), Space::data(run_sums_)},
                       static_cast<int>(tally_layout_.n_sums));
  }

  void rank_worst(const BatchView& batch) {
    const int n_lists = tally_layout_.n_worst_lists;
    const WorstView worst{Space::data(keys_), Space::data(n_keys_), Space::data(entry_),
                          Space::data(worst_), Space::data(n_worst_)};
    space_.clear(n_keys_);
    space_.each_thread(NoteWorst{batch, tally_layout_, worst}, whole_warps(batch.n_paths), n_lists);
    space_.fetch(n_keys_, collected_.n_keys);
    space_.wait();
    const std::uint32_t n_keys = *collected_.n_keys.data();
    if (n_keys == 0) return;
    space_.sort(keys_, n_keys);
    space_.each_thread(MergeWorst{worst, batch.first_path, n_keys}, n_lists);
  }

  void sample(BatchView batch, Samples& samples) {
    std::vector<unsigned char> results = space_.download(
        results_, batch_bytes(batch_layout_.result_words, whole_warps(batch.n_paths)));
    batch.net = host_net_;
    batch.scratch = nullptr;
    batch.results = results.data();
    copy_samples(batch, samples);
  }

  Space& space_;
  NetworkView host_net_;
  std::uint64_t seed_;
  TallyLayout tally_layout_;
  BatchLayout batch_layout_;
  NetworkTables<Space> tables_;
  int capacity_;
  Vector<unsigned char> scratch_, results_;
  Vector<std::uint32_t> counts_;
  Vector<std::uint64_t> batch_sums_;
  Vector<Sum128> run_sums_;
  Vector<std::uint64_t> keys_;
  Vector<std::uint32_t> n_keys_;
  Vector<float> entry_;
  Vector<WorstPath> worst_;
  Vector<int> n_worst_;
  Vector<std::uint64_t> digests_;  ///< [block of the range], and beyond
  Collected collected_;
  std::uint64_t first_block_ = 0;
  std::uint64_t n_blocks_ = 0;
  std::uint64_t n_paths_ = 0;
};

RISK_END
