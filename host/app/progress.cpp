#include "host/app/progress.hpp"

#include <unistd.h>
#include <cstdio>

#include "host/app/numbers.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

constexpr double seconds_between_updates = 0.2;

double paths_per_s(const Progress& progress) {
  const std::uint64_t now = progress.paths_done - progress.paths_begun_with;
  return progress.elapsed_s > 0 ? static_cast<double>(now) / progress.elapsed_s : 0;
}

double remaining_s(const Progress& progress) {
  const double rate = paths_per_s(progress);
  return rate > 0 ? static_cast<double>(progress.paths_asked - progress.paths_done) / rate : 0;
}

void print_live(const Progress& progress) {
  const double percent =
      100.0 * static_cast<double>(progress.paths_done) / static_cast<double>(progress.paths_asked);
  std::fprintf(stderr, "\r%5.1f %%  %s of %s paths  %.0f paths/s  %s left\033[K", percent,
               format_count(progress.paths_done).c_str(),
               format_count(progress.paths_asked).c_str(), paths_per_s(progress),
               format_duration(remaining_s(progress)).c_str());
}

void print_json(const Progress& progress) {
  JsonWriter json;
  json.begin_object()
      .member("event", "progress")
      .member("paths_done", progress.paths_done)
      .member("paths_asked", progress.paths_asked)
      .member("elapsed_s", progress.elapsed_s)
      .member("paths_per_s", paths_per_s(progress))
      .member("remaining_s", remaining_s(progress))
      .end_object();
  std::fprintf(stderr, "%s\n", json.text().c_str());
}

}  // namespace

ProgressStyle progress_style(const std::string& choice, bool quiet) {
  if (quiet || choice == "none") return ProgressStyle::silent;
  if (choice == "json") return ProgressStyle::json;
  return isatty(STDERR_FILENO) != 0 ? ProgressStyle::live : ProgressStyle::silent;
}

ProgressReporter::~ProgressReporter() {
  if (line_is_live_) std::fputs("\r\033[K", stderr);
}

void ProgressReporter::update(const Progress& progress) {
  // Whoever waits for more than paths may say more than once that these are done.
  const bool is_end = progress.paths_done == progress.paths_asked && !end_is_shown_;
  const bool is_due =
      last_shown_s_ < 0 || progress.elapsed_s - last_shown_s_ >= seconds_between_updates;
  if (style_ == ProgressStyle::silent || !(is_end || is_due)) return;
  end_is_shown_ = end_is_shown_ || is_end;
  last_shown_s_ = progress.elapsed_s;
  if (style_ == ProgressStyle::json) return print_json(progress);
  print_live(progress);
  line_is_live_ = true;
}

}  // namespace blocrisk
