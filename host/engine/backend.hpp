/// The backend contract: name yourself, say whether you can run here, run a range of paths.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/engine/accumulators.hpp"
#include "host/engine/samples.hpp"
#include "host/scenario/network.hpp"

namespace blocrisk {

/// Path numbers [first, last).
struct PathRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t count() const { return last - first; }
  friend bool operator==(const PathRange&, const PathRange&) = default;
};

/// Samples paths of one network with one seed. Not thread-safe; owns its threads and devices.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;    ///< "cpu" or "cuda"
  virtual std::string device() const = 0;  ///< for people: "16 lanes (AVX-512), 2 threads"
  /// Paths that the next call should get: enough to keep every thread or device busy, few enough
  /// that progress and signals, which are looked at between calls, wait about a second.
  virtual std::uint64_t batch_paths() const = 0;
  /// Adds the paths of `range` to `into`; stores those below `samples->n_paths` where it is given.
  virtual void run(PathRange range, Accumulators& into, Samples* samples) = 0;
};

}  // namespace blocrisk
