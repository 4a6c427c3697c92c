/// \file
/// The worst paths of every cell and member. A batch's candidates are 64-bit keys whose order is
/// "list, then worst first", so that one sort of integers ranks them all.
#pragma once

#include "kernels/cuda/batch.cuh"

RISK_BEGIN

/// Lists of a run, and the candidates of a batch; trivially copyable.
struct WorstView {
  std::uint64_t* keys;  ///< [candidate]
  std::uint32_t* n_keys;
  float* entry;      ///< [list] value below which a candidate is pointless
  WorstPath* paths;  ///< [list][n_worst_paths], worst first
  int* n_paths;      ///< [list]
};

inline constexpr int key_path_bits = 16;
inline constexpr int key_value_bits = 32;
static_assert(digest_block_paths <= 1U << key_path_bits, "a batch's path has to fit its key");

/// Key of a list's first candidate, whatever its value.
RISK_FN std::uint64_t first_key_of(int list) {
  return static_cast<std::uint64_t>(list) << (key_value_bits + key_path_bits);
}
/// Larger values come first, then smaller paths; `value` > 0.
RISK_FN std::uint64_t key_of(int list, float value, int path) {
  return first_key_of(list) | static_cast<std::uint64_t>(~bits(value)) << key_path_bits |
         static_cast<std::uint64_t>(path);
}
RISK_FN WorstPath path_of_key(std::uint64_t key, std::uint64_t first_path) {
  const float value = from_bits(~static_cast<std::uint32_t>(key >> key_path_bits));
  return {value, first_path + (key & ((1U << key_path_bits) - 1))};
}

/// Thread = path x list: puts the path forward if it may be among the worst.
struct NoteWorst {
  static constexpr int block_threads = 256;
  BatchView batch;
  TallyLayout layout;
  WorstView worst;

  RISK_FN void operator()(int path, int list) const {
    const float value =
        list < layout.n_cells ? shortfall(path, list) : loss(path, list - layout.n_cells);
    if (!batch.counts(path) || !(value > 0.0f) || value < worst.entry[list]) return;
    worst.keys[take_number(worst.n_keys)] = key_of(list, value, path);
  }

 private:
  RISK_FN float shortfall(int path, int cell) const {
    int mineral = 0;
    while (cell >= layout.first_cell[mineral + 1]) ++mineral;
    const int row = static_cast<int>(Measure::shortfall) * batch.net.chains[mineral].n_cells;
    return batch.chain_result(path, mineral).measure[row + cell - layout.first_cell[mineral]];
  }
  RISK_FN float loss(int path, int member) const {
    return member_value<PathLane>(batch.net, MemberMeasure::loss, member, batch.members(path));
  }
};

/// First of `n` sorted keys that is not below `key`.
RISK_FN std::uint32_t lower_bound(const std::uint64_t* keys, std::uint32_t n, std::uint64_t key) {
  std::uint32_t first = 0;
  while (n > 0) {
    const std::uint32_t half = n / 2;
    if (keys[first + half] < key) {
      first += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return first;
}

/// Thread = list: merges the batch's sorted candidates into the list.
struct MergeWorst {
  static constexpr int block_threads = 32;
  WorstView worst;
  std::uint64_t first_path;
  std::uint32_t n_keys;

  RISK_FN void operator()(int list, int) const {
    const std::uint32_t first = lower_bound(worst.keys, n_keys, first_key_of(list));
    const std::uint32_t last = lower_bound(worst.keys, n_keys, first_key_of(list + 1));
    const int n_new = last - first < n_worst_paths ? static_cast<int>(last - first) : n_worst_paths;
    WorstPath* const paths = worst.paths + static_cast<std::size_t>(list) * n_worst_paths;
    worst.n_paths[list] = merge(worst.keys + first, n_new, paths, worst.n_paths[list]);
    if (worst.n_paths[list] == n_worst_paths) worst.entry[list] = paths[n_worst_paths - 1].value;
  }

 private:
  /// Both are sorted worst first; keeps the worst in `old`. Returns their number.
  RISK_FN int merge(const std::uint64_t* fresh, int n_fresh, WorstPath* old, int n_old) const {
    int from_old = 0;
    int from_fresh = 0;
    while (from_old + from_fresh < n_worst_paths && (from_old < n_old || from_fresh < n_fresh)) {
      const bool take_old =
          from_fresh == n_fresh ||
          (from_old < n_old && worse(old[from_old], path_of_key(fresh[from_fresh], first_path)));
      take_old ? ++from_old : ++from_fresh;
    }
    const int n = from_old + from_fresh;
    // From the back, so that nothing is overwritten before it has moved.
    for (int at = n - 1; from_fresh > 0; --at) {
      const WorstPath candidate = path_of_key(fresh[from_fresh - 1], first_path);
      const bool take_old = from_old > 0 && worse(candidate, old[from_old - 1]);
      old[at] = take_old ? old[--from_old] : candidate;
      if (!take_old) --from_fresh;
    }
    return n;
  }
};

RISK_END
