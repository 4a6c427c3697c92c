/// How long things took.
#pragma once

#include <chrono>

namespace blocrisk {

class Stopwatch {
 public:
  /// Seconds since it was made.
  [[nodiscard]] double elapsed_s() const { return seconds(start_, Clock::now()); }
  /// Seconds since the last lap, or since it was made.
  double lap() {
    const Clock::time_point now = Clock::now();
    const double lap_s = seconds(last_, now);
    last_ = now;
    return lap_s;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
  }

  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace blocrisk
