/// The exceptions that end a command, each with the exit code it stands for.
///
/// Libraries throw them; only `main` catches, prints and exits. A mistake of ours is an assertion,
/// not one of these.
#pragma once

#include <cstddef>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "host/scenario/complaint.hpp"

namespace blocrisk {

enum class ExitCode : int {
  done = 0,
  usage = 2,
  scenario = 3,
  environment = 4,
  stopped_early = 5,
  verification = 6
};

/// What `main` catches: a message for a person and the code to exit with.
class Error : public std::runtime_error {
 public:
  Error(ExitCode exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}
  [[nodiscard]] ExitCode exit_code() const { return exit_code_; }

 private:
  ExitCode exit_code_;
};

/// The command line makes no sense.
struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// The scenario is invalid; carries every complaint, not only the first.
class ScenarioError : public Error {
 public:
  /// `n_unlisted`: complaints beyond those that were kept.
  explicit ScenarioError(std::vector<Complaint> complaints, std::size_t n_unlisted = 0)
      : Error(ExitCode::scenario, format_complaints(complaints, n_unlisted)),
        complaints_(std::move(complaints)) {}
  explicit ScenarioError(const std::string& message) : Error(ExitCode::scenario, message) {}
  [[nodiscard]] const std::vector<Complaint>& complaints() const { return complaints_; }

 private:
  std::vector<Complaint> complaints_;
};

/// A device, disk or file failed us.
struct EnvironmentError : Error {
  explicit EnvironmentError(const std::string& message) : Error(ExitCode::environment, message) {}
};

/// Calls `work`; memory that runs out is a failure of the environment like others.
template <typename Work>
decltype(auto) with_memory_told(const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw EnvironmentError(
        "out of memory; fewer --samples or --threads need less, `blocrisk plan` says how much");
  }
}

/// Stopped by a signal or the time limit; what was done is kept and can be resumed.
struct StoppedEarly : Error {
  explicit StoppedEarly(const std::string& message) : Error(ExitCode::stopped_early, message) {}
};

/// Recomputed paths do not have the stored bits.
struct VerificationError : Error {
  explicit VerificationError(const std::string& message) : Error(ExitCode::verification, message) {}
};

}  // namespace blocrisk
