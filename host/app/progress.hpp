/// Progress of a run on standard error: a live line for people, JSON lines for programs.
#pragma once

#include <string>

#include "host/engine/run.hpp"

namespace blocrisk {

enum class ProgressStyle { silent, live, json };

/// `choice` is auto, json or none; auto is live on a terminal and nothing elsewhere.
ProgressStyle progress_style(const std::string& choice, bool quiet);

/// Shows at most a few states a second, and always the last. Erases its live line when destroyed.
class ProgressReporter {
 public:
  explicit ProgressReporter(ProgressStyle style) : style_(style) {}
  ~ProgressReporter();
  ProgressReporter(const ProgressReporter&) = delete;
  ProgressReporter& operator=(const ProgressReporter&) = delete;

  void update(const Progress& progress);

 private:
  ProgressStyle style_;
  double last_shown_s_ = -1;
  bool end_is_shown_ = false;
  bool line_is_live_ = false;
};

}  // namespace blocrisk
