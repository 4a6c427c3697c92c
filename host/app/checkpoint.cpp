#include "host/app/checkpoint.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "host/app/interrupt.hpp"
#include "host/app/numbers.hpp"
#include "host/io/result_reader.hpp"
#include "host/io/result_writer.hpp"
#include "host/io/whole_file.hpp"

namespace blocrisk {
namespace {

namespace fs = std::filesystem;

/// The stop reason of a checkpoint whose run goes on.
constexpr const char* not_stopped = "checkpoint";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Those of the paths that are done, where that is not all of them: other rows hold nothing yet.
std::optional<Samples> first_samples(const RunResult& result) {
  const Samples& all = result.samples;
  const std::uint64_t count = std::min(all.n_paths, result.accumulators.n_paths);
  if (count == all.n_paths) return std::nullopt;
  Samples done(all.first_path, count, all.n_members, all.n_minerals, all.n_years);
  done.copy_from(all);
  return done;
}

}  // namespace

CheckpointFiles::CheckpointFiles(const fs::path& output)
    : latest(output.string() + ".checkpoint"), previous(previous_of(latest)), output_(output) {}

std::optional<fs::path> CheckpointFiles::newest() const {
  for (const fs::path& file : {latest, previous}) {
    if (is_there(file)) return file;
  }
  return std::nullopt;
}

ReadCheckpoint CheckpointFiles::read(
    const std::function<void(const std::string&)>& complain) const {
  if (!newest()) {
    throw EnvironmentError("there is no checkpoint " + latest.string() +
                           " to resume from; run without --resume");
  }
  if (!is_there(latest)) return {previous, read_intact_result(previous)};
  if (!is_there(previous)) return {latest, read_intact_result(latest)};
  try {
    return {latest, read_intact_result(latest)};
  } catch (const EnvironmentError& error) {
    ReadCheckpoint found{previous, read_intact_result(previous)};
    complain(std::string(error.what()) + "; going on from the checkpoint before, " +
             previous.string());
    // Or it would take the good one's place when the next checkpoint is written.
    std::error_code ignored;
    fs::remove(latest, ignored);
    return found;
  }
}

void CheckpointFiles::remove() const {
  std::error_code ignored;
  fs::remove(previous, ignored);
  fs::remove(latest, ignored);
}

void CheckpointFiles::remove_temporaries() const {
  remove_abandoned_temporaries(latest);
  remove_abandoned_temporaries(output_);
}

CheckpointWriter::CheckpointWriter(Settings settings, const ResultFacts& facts,
                                   const RunWatch& watch, DescribeRun describe)
    : settings_(std::move(settings)),
      facts_(facts),
      watch_(watch),
      describe_(std::move(describe)) {}

void CheckpointWriter::write_if_due(const RunResult& result) {
  if (settings_.interval_s <= 0 || result.sampling_now_s - last_s_ < settings_.interval_s) return;
  last_s_ = result.sampling_now_s;
  try {
    write(result, not_stopped);
  } catch (const EnvironmentError& error) {
    std::fprintf(stderr, "blocrisk: no checkpoint after %s paths, the run goes on: %s\n",
                 format_count(result.accumulators.n_paths).c_str(), error.what());
  }
}

void CheckpointWriter::stop_early(const RunResult& result) {
  const CheckpointFiles files(settings_.output);
  const std::string what = stopped_by() + " after " + format_count(result.accumulators.n_paths) +
                           " of " + format_count(result.paths_asked) + " paths";
  try {
    write(result, stop_signal());
  } catch (const EnvironmentError& error) {
    throw EnvironmentError(what + ", which could not be kept: " + error.what() +
                           (files.newest() ? "; the checkpoint before is still there" : ""));
  }
  throw StoppedEarly(what + ", kept in " + files.latest.string() +
                     "; the same command with --resume goes on from there");
}

void CheckpointWriter::keep(const RunResult& result) {
  if (result.accumulators.n_paths <= settings_.paths_kept) return;
  try {
    write(result, not_stopped);
  } catch (const EnvironmentError&) {
    // For the reason that there was to keep it, most likely.
  }
}

void CheckpointWriter::give_up(const EnvironmentError& failure) const {
  const std::string what = failure.what();
  if (settings_.paths_kept == 0) throw EnvironmentError(what + "; nothing was written");
  throw EnvironmentError(what + "; " + format_count(settings_.paths_kept) + " paths are kept in " +
                         CheckpointFiles(settings_.output).latest.string() +
                         ", and the same command with --resume goes on from there");
}

void CheckpointWriter::write(const RunResult& result, const std::string& why) {
  RunOrigin origin = describe_(result);
  origin.stop_reason = why;
  origin.samples_asked = settings_.samples_asked;
  with_memory_told([&] {
    const Summary summary = summarise(result.accumulators, facts_);
    const std::optional<Samples> first = first_samples(result);
    write_result(CheckpointFiles(settings_.output).latest,
                 {facts_, result.accumulators, summary, first ? *first : result.samples, origin,
                  watch_.so_far()},
                 Overwrite::keep_previous);
  });
  settings_.paths_kept = result.accumulators.n_paths;
}

}  // namespace blocrisk
