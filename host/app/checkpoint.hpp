/// Checkpoints of a run: result files of what is done so far, beside the output, the one before
/// kept too. Each is there whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "host/analysis/facts.hpp"
#include "host/analysis/run_watch.hpp"
#include "host/engine/run.hpp"
#include "host/io/result.hpp"
#include "host/io/whole_file.hpp"
#include "host/support/error.hpp"

namespace blocrisk {

/// A checkpoint, and the file that it was in.
struct ReadCheckpoint {
  std::filesystem::path file;
  StoredResult result;
};

/// The two files that belong to an output, NAME.checkpoint and NAME.checkpoint.previous.
struct CheckpointFiles {
  explicit CheckpointFiles(const std::filesystem::path& output);
  std::filesystem::path latest, previous;

  /// The newest that is there, readable or not; nothing where there is none.
  std::optional<std::filesystem::path> newest() const;
  /// Of both, on the disk.
  std::uint64_t bytes() const { return bytes_on_disk(latest) + bytes_on_disk(previous); }
  /// The latest that can be read. Where that is the one before, `complain` hears why, and the
  /// broken one is removed. Throws EnvironmentError where there is none.
  ReadCheckpoint read(const std::function<void(const std::string&)>& complain) const;
  /// The result is in place: they are not needed any more.
  void remove() const;
  /// What a killed process left while it wrote a checkpoint or the output.
  void remove_temporaries() const;

 private:
  std::filesystem::path output_;
};

/// What there is to say about a run in its file, given what it has done.
using DescribeRun = std::function<RunOrigin(const RunResult& result)>;

/// Writes checkpoints of one run, every so many seconds or when told to.
class CheckpointWriter {
 public:
  struct Settings {
    std::filesystem::path output;
    double interval_s;            ///< 0: only when told to
    std::uint64_t samples_asked;  ///< by the whole run
    std::uint64_t paths_kept;     ///< in the checkpoint that the run goes on from; 0: there is none
  };
  /// Refers to the facts and the watch.
  CheckpointWriter(Settings settings, const ResultFacts& facts, const RunWatch& watch,
                   DescribeRun describe);

  /// Where one is due. A failure is no reason to lose the run: it is said on standard error, and
  /// the next interval tries again.
  void write_if_due(const RunResult& result);
  /// The end of a run that somebody stopped: writes one and throws StoppedEarly, or
  /// EnvironmentError where it could not be written.
  [[noreturn]] void stop_early(const RunResult& result);
  /// Writes a checkpoint where it has more than the last, if it can.
  void keep(const RunResult& result);
  /// Makes something of a run that is done; where that fails, keeps the run and gives up.
  template <typename Work>
  void or_rescue(const RunResult& result, const Work& work) {
    try {
      with_memory_told(work);
    } catch (const EnvironmentError& failure) {
      keep(result);
      give_up(failure);
    }
  }
  /// Throws `failure`, and says what is kept of the run.
  [[noreturn]] void give_up(const EnvironmentError& failure) const;

 private:
  /// Throws EnvironmentError where that fails; the checkpoints before are still there then.
  void write(const RunResult& result, const std::string& why);

  Settings settings_;
  const ResultFacts& facts_;
  const RunWatch& watch_;
  DescribeRun describe_;
  double last_s_ = 0;  ///< of the run's sampling, when the last one was written
};

}  // namespace blocrisk
