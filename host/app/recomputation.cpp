#include "host/app/recomputation.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/support/error.hpp"
#include "host/support/stopwatch.hpp"

namespace blocrisk {

Blocks blocks_of(const std::vector<PathRange>& ranges) {
  Blocks blocks;
  for (const PathRange& range : ranges) {
    for (std::uint64_t first = range.first; first < range.last;) {
      const std::uint64_t block = first / digest_block_paths;
      const std::uint64_t left = digest_block_paths - first % digest_block_paths;
      const std::uint64_t last = first + std::min(left, range.last - first);
      blocks[block].push_back({first, last});
      first = last;
    }
  }
  return blocks;
}

std::uint64_t count_paths(const Blocks& blocks) {
  std::uint64_t count = 0;
  for (const auto& [block, pieces] : blocks) {
    for (const PathRange& piece : pieces) count += piece.count();
  }
  return count;
}

Blocks choose_blocks(const Blocks& all, double share, std::uint64_t seed) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [block, pieces] : all) numbers.push_back(block);
  const double wanted = std::ceil(share * static_cast<double>(numbers.size()));
  const std::size_t count =
      std::min(numbers.size(), std::max<std::size_t>(static_cast<std::size_t>(wanted), 1));
  std::mt19937_64 random(seed);
  Blocks chosen;
  for (std::size_t k = 0; k < count; ++k) {
    std::swap(numbers[k], numbers[k + random() % (numbers.size() - k)]);
    chosen[numbers[k]] = all.at(numbers[k]);
  }
  return chosen;
}

void Recomputation::run(const Blocks& blocks, const std::vector<std::uint64_t>& looks,
                        const std::function<void(const Progress&)>& report) {
  const std::uint64_t n_paths = count_paths(blocks);
  const Stopwatch watch;
  for (const auto& [block, pieces] : blocks) {
    for (const PathRange& piece : pieces) {
      run_piece(piece, looks, [&] { report({state_.n_paths, n_paths, watch.elapsed_s()}); });
    }
    compare_digest(block);
  }
  compare_draws();
}

void Recomputation::run_piece(PathRange piece, const std::vector<std::uint64_t>& looks,
                              const std::function<void()>& report) {
  const Samples& kept = stored_.samples;
  const std::uint64_t first = std::clamp(kept.first_path, piece.first, piece.last);
  const std::uint64_t end = std::clamp(kept.end_path(), first, piece.last);
  Samples samples = empty_samples(network_, first, end - first);
  for (std::uint64_t next = piece.first; next < piece.last;) {
    if (stop_signal() != nullptr) stop();
    const auto look = std::upper_bound(looks.begin(), looks.end(), state_.n_paths);
    std::uint64_t count =
        std::min(std::max<std::uint64_t>(backend_.batch_paths(), 1), piece.last - next);
    if (look != looks.end()) count = std::min(count, *look - state_.n_paths);
    backend_.run({next, next + count}, state_, samples.n_paths > 0 ? &samples : nullptr);
    next += count;
    if (look != looks.end() && state_.n_paths == *look) history_.record(state_, facts_);
    report();
  }
  if (!kept.agrees_with(samples)) {
    wrong_.push_back("samples of the paths " + std::to_string(first) + " to " +
                     std::to_string(end - 1) + " are not what these paths give");
  }
}

void Recomputation::compare_digest(std::uint64_t block) {
  const auto stored = stored_.accumulators.block_digest.find(block);
  const bool is_there = stored != stored_.accumulators.block_digest.end();
  const std::uint64_t found = state_.block_digest.at(block);
  if (is_there && stored->second == found) return;
  const std::uint64_t first = block * digest_block_paths;
  wrong_.push_back("block " + std::to_string(block) + " (paths " + std::to_string(first) + " to " +
                   std::to_string(first + digest_block_paths - 1) + "): digest " +
                   (is_there ? format_digest(stored->second) : "none") +
                   " is stored, its paths give " + format_digest(found));
}

/// Paths of one draw lie in one block, so that all of them were run again.
void Recomputation::compare_draws() {
  for (const auto& [draw, found] : state_.draws) {
    const auto stored = stored_.accumulators.draws.find(draw);
    if (stored != stored_.accumulators.draws.end() && stored->second == found) continue;
    wrong_.push_back("draw " + std::to_string(draw) +
                     " of the uncertain inputs: its values or sums are not what its paths give");
  }
}

void Recomputation::stop() const {
  throw StoppedEarly(stopped_by() + " after " + format_count(state_.n_paths) +
                     " paths were run again; " +
                     (wrong_.empty() ? "none of them differed" : wrong_.front()));
}

}  // namespace blocrisk
