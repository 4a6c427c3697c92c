/// The backend contract: name yourself, say whether you can run here, run a range of paths.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/engine/accumulators.hpp"
#include "host/engine/samples.hpp"
#include "host/scenario/network.hpp"
#include "host/support/error.hpp"

namespace blocrisk {

/// Path numbers [first, last).
struct PathRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t count() const { return last - first; }
  friend bool operator==(const PathRange&, const PathRange&) = default;
};

/// A call failed and added nothing: what was there before it is whole.
struct NothingAdded : EnvironmentError {
  using EnvironmentError::EnvironmentError;
};

/// Hears in the midst of a call how many of its paths are done; false: do no more.
using GoOn = std::function<bool(std::uint64_t paths_done)>;

/// Samples paths of one network with one seed. Not thread-safe; owns its threads and devices.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;    ///< "cpu", "cuda", or both, of several ranks
  virtual std::string device() const = 0;  ///< for people: "16 lanes (AVX-512), 2 threads"
  /// Paths that the next call should get: enough to keep every thread or device busy, few enough
  /// that progress and signals, which are looked at between calls, wait about a second, unless
  /// `run_while` asks in between.
  virtual std::uint64_t batch_paths() const = 0;
  /// Adds the paths of `range` to `into`; stores those that `samples` holds.
  virtual void run(PathRange range, Accumulators& into, Samples* samples) = 0;
  /// The same for backends whose calls are long: they ask `go_on` every now and then and may stop
  /// after a beginning of the range. Returns the paths added.
  virtual std::uint64_t run_while(PathRange range, Accumulators& into, Samples* samples,
                                  const GoOn& go_on);
  /// Gives back what is kept from call to call. Another call may follow.
  virtual void release_memory() {}
};

inline std::uint64_t Backend::run_while(PathRange range, Accumulators& into, Samples* samples,
                                        const GoOn&) {
  run(range, into, samples);
  return range.count();
}

}  // namespace blocrisk
