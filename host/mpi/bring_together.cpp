#include "host/mpi/bring_together.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "host/io/state_arrays.hpp"
#include "host/mpi/orders.hpp"

namespace blocrisk {
namespace {

std::span<Sum128> as_sums(const StateArray<std::uint64_t>& array) {
  // They lie in memory as two words each, see state_arrays.hpp.
  return {reinterpret_cast<Sum128*>(array.data), array.count / 2};
}

/// A WorstList as it travels.
struct PackedWorst {
  std::uint64_t count;
  WorstPath paths[n_worst_paths];
};

PackedWorst pack(const WorstList& list) {
  PackedWorst packed;
  std::memset(static_cast<void*>(&packed), 0, sizeof packed);
  packed.count = list.paths().size();
  std::copy(list.paths().begin(), list.paths().end(), packed.paths);
  return packed;
}

WorstList unpack(const PackedWorst& packed) {
  WorstList list;
  list.assign({packed.paths, packed.paths + packed.count});
  return list;
}

void merge_worst(void* from, void* into, int* count, MPI_Datatype*) {
  const auto* const others = static_cast<const PackedWorst*>(from);
  auto* const mine = static_cast<PackedWorst*>(into);
  // It is MPI that calls, which no exception passes through.
  all_or_none([&] {
    for (int k = 0; k < *count; ++k) {
      WorstList list = unpack(mine[k]);
      list.merge(unpack(others[k]));
      mine[k] = pack(list);
    }
  });
}

void bring_worst(Communicator& ranks, std::vector<WorstList>& lists) {
  std::vector<PackedWorst> packed(lists.size());
  std::transform(lists.begin(), lists.end(), packed.begin(), pack);
  ranks.reduce(std::span(packed), merge_worst);
  if (!ranks.is_first()) return;
  std::transform(packed.begin(), packed.end(), lists.begin(), unpack);
}

/// Several ranks may have paths of one block.
void bring_digests(Communicator& ranks, Accumulators& state, PathRange range) {
  const std::uint64_t first = range.first / digest_block_paths;
  const std::uint64_t last = (range.last - 1) / digest_block_paths;
  std::vector<std::uint64_t> digests(last - first + 1);
  for (const auto& [block, digest] : state.block_digest) digests[block - first] = digest;
  ranks.add_up(digests);
  if (!ranks.is_first()) return;
  for (std::uint64_t block = first; block <= last; ++block)
    state.block_digest[block] = digests[block - first];
}

/// Outer draws [first, last) as rows of words, all ranks alike.
class DrawRows {
 public:
  DrawRows(const Accumulators& state, std::uint64_t first, std::uint64_t last, std::size_t n_inputs)
      : first_(first),
        last_(last),
        n_inputs_(n_inputs),
        n_sums_(state.measure_sums().size()),
        counts_((last - first) * (1 + n_sums_)),
        inputs_((last - first) * n_inputs) {
    for (auto draw = state.draws.lower_bound(first); draw != state.draws.lower_bound(last); ++draw)
      set(draw->first - first, draw->second);
  }

  void bring(Communicator& ranks) {
    ranks.add_up(counts_);
    ranks.unite(inputs_);  // a draw that two ranks have has the same bits in both
  }

  void put_into(Accumulators& state) const {
    for (std::uint64_t row = 0; row < last_ - first_; ++row) {
      DrawSums& draw = state.draws[first_ + row];
      const auto counts = counts_.begin() + offset(row, 1 + n_sums_);
      draw.n_paths = *counts;
      draw.sums.assign(counts + 1, counts + 1 + static_cast<std::ptrdiff_t>(n_sums_));
      draw.inputs.clear();
      for (std::size_t k = 0; k < n_inputs_; ++k)
        draw.inputs.push_back(std::bit_cast<double>(inputs_[row * n_inputs_ + k]));
    }
  }

 private:
  static std::ptrdiff_t offset(std::uint64_t row, std::size_t width) {
    return static_cast<std::ptrdiff_t>(row * width);
  }
  void set(std::uint64_t row, const DrawSums& draw) {
    const auto counts = counts_.begin() + offset(row, 1 + n_sums_);
    *counts = draw.n_paths;
    std::copy(draw.sums.begin(), draw.sums.end(), counts + 1);
    std::transform(draw.inputs.begin(), draw.inputs.end(), inputs_.begin() + offset(row, n_inputs_),
                   [](double value) { return std::bit_cast<std::uint64_t>(value); });
  }

  std::uint64_t first_, last_;
  std::size_t n_inputs_, n_sums_;
  std::vector<std::uint64_t> counts_;  ///< [draw] paths, then the sums
  std::vector<std::uint64_t> inputs_;  ///< [draw][input] bits of the values
};

void bring_draws(Communicator& ranks, Accumulators& state, PathRange range,
                 std::uint64_t paths_per_draw) {
  constexpr std::uint64_t most_rows = 256;
  const std::size_t n_mine = state.draws.empty() ? 0 : state.draws.begin()->second.inputs.size();
  const std::size_t n_inputs = ranks.maximum(n_mine);
  const std::uint64_t end = (range.last - 1) / paths_per_draw + 1;
  for (std::uint64_t at = range.first / paths_per_draw; at < end; at += most_rows) {
    DrawRows rows(state, at, std::min(at + most_rows, end), n_inputs);
    rows.bring(ranks);
    if (ranks.is_first()) rows.put_into(state);
  }
}

}  // namespace

void bring_together(Communicator& ranks, Accumulators& state, PathRange range,
                    std::uint64_t paths_per_draw) {
  std::span<std::uint64_t> n_paths(&state.n_paths, 1);
  ranks.add_up(n_paths);
  for (const StateArray<std::uint64_t>& array : state_arrays(state)) {
    if (array.holds_sums()) {
      ranks.add_up(as_sums(array));
    } else {
      ranks.add_up(std::span(array.data, array.count));
    }
  }
  bring_worst(ranks, state.worst);
  bring_worst(ranks, state.member_worst);
  bring_digests(ranks, state, range);
  if (paths_per_draw > 0) bring_draws(ranks, state, range, paths_per_draw);
}

void bring_together(Communicator& ranks, AttributionSums& sums) {
  ranks.add_up(std::span(&sums.n_paths, 1));
  ranks.add_up(sums.tail_paths);
  ranks.add_up(sums.expected);
  ranks.add_up(sums.tail);
}

}  // namespace blocrisk
