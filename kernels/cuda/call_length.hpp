/// \file
/// How many paths one call of a device backend takes. A call ends with a drain, which takes
/// milliseconds, so not too few; and with a look at signals and progress, so not too many.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "host/engine/accumulators.hpp"

namespace blocrisk {

class CallLength {
 public:
  explicit CallLength(std::size_t n_devices) : least_(16 * n_devices), blocks_(least_) {}
  std::uint64_t paths() const { return blocks_ * digest_block_paths; }

  /// Makes the next call as long as it should be.
  void learn(std::uint64_t n_paths, double elapsed_s) {
    if (n_paths < paths() || elapsed_s <= 0) return;  // a last, short call says little
    const double blocks = aimed_s * static_cast<double>(n_paths) / elapsed_s / digest_block_paths;
    blocks_ = static_cast<std::uint64_t>(
        std::clamp(blocks, static_cast<double>(least_), static_cast<double>(most_growth * least_)));
  }

 private:
  static constexpr double aimed_s = 1;
  static constexpr std::uint64_t most_growth = 256;
  std::uint64_t least_, blocks_;
};

}  // namespace blocrisk
