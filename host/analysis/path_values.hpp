/// What comparing two scenarios looks at, of every path of a range, and how a backend gives it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/engine/run.hpp"

namespace blocrisk {

/// All measures of a batch are held at once, though few are kept.
inline constexpr std::uint64_t most_batch_bytes = std::uint64_t{64} << 20;

/// Values of a series in path order.
struct PathValues {
  std::vector<std::string> members, minerals;
  std::vector<std::uint8_t> has_demand;          ///< [member][mineral]
  std::vector<std::vector<float>> shortfall;     ///< [member][mineral]
  std::vector<std::vector<float>> months_short;  ///< [member][mineral]
  std::vector<std::vector<float>> loss;          ///< [member]

  /// Makes room for `n_paths` more in every series.
  void reserve(std::uint64_t n_paths);
  /// Appends the samples of paths [first, first + count), all of which they hold.
  void append(const Samples& samples, std::uint64_t first, std::uint64_t count);
  /// Bytes that `n_paths` of them take.
  std::uint64_t bytes(std::uint64_t n_paths) const;
};

/// Of no path yet, with room for `n_paths`.
PathValues empty_path_values(const Network& network, std::uint64_t n_paths);

/// Runs the paths of a range into the accumulators and appends the values of its first `n_values`.
/// False where `on_progress`, asked after every batch, said stop before the last.
bool run_with_values(const Network& network, Backend& backend, PathRange range,
                     std::uint64_t n_values, Accumulators& into, PathValues& values,
                     const std::function<bool(const Progress&)>& on_progress);

}  // namespace blocrisk
