#include "host/sweep/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "host/support/error.hpp"
#include "host/support/sha256.hpp"
#include "host/sweep/row_content.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t checksum_bytes = 64;
constexpr std::size_t program_bytes = 96;  // of the second line
constexpr std::uint64_t most_text_bytes = std::uint64_t{1} << 24;

}  // namespace

std::filesystem::path journal_path(const std::filesystem::path& output) {
  return output.string() + ".journal";
}

void Journal::fail(const std::string& action) const {
  throw EnvironmentError(path_.string() + ": cannot " + action + ": " +
                         std::system_category().message(errno));
}

Journal::Journal(const std::filesystem::path& path, const std::string& sweep_sha256,
                 std::size_t row_bytes, EarlierMembers earlier, const std::string& program)
    : path_(path), row_bytes_(row_bytes) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file_ < 0) fail("open");
  struct stat status {};
  const bool is_file = ::fstat(file_, &status) == 0 && S_ISREG(status.st_mode);
  const bool is_free = is_file && ::flock(file_, LOCK_EX | LOCK_NB) == 0;
  try {
    if (!is_file) throw EnvironmentError(path.string() + " is not a regular file");
    if (!is_free) throw EnvironmentError(path.string() + ": another sweep is at work on it");
    const std::string sweep =
        "blocrisk-sweep-journal 2 " + sweep_sha256 + " " + std::to_string(row_bytes) + "\n";
    if (earlier == EarlierMembers::discard && ::ftruncate(file_, 0) != 0) fail("empty");
    scan(sweep, program);
    if (earlier == EarlierMembers::refuse && !places_.empty()) {
      throw EnvironmentError(path.string() +
                             " holds finished members of an earlier sweep; --resume goes on with "
                             "them, --overwrite begins anew");
    }
  } catch (...) {
    ::close(file_);
    throw;
  }
}

Journal::~Journal() {
  if (places_.empty()) remove();
  ::close(file_);
}

bool Journal::read_at(std::uint64_t at, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t count = ::pread(file_, into.data(), into.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read");
    if (count == 0) return false;
    at += static_cast<std::uint64_t>(count);
    into = into.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

void Journal::scan(const std::string& sweep, std::string program) {
  program.resize(program_bytes - 1, ' ');
  const std::string header = sweep + program + '\n';
  struct stat status {};
  if (::fstat(file_, &status) != 0) fail("look at");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::string found(std::min<std::uint64_t>(size, header.size()), '\0');
  read_at(0, std::as_writable_bytes(std::span(found)));
  if (!sweep.starts_with(found.substr(0, sweep.size()))) {
    throw EnvironmentError(path_.string() +
                           " is the journal of another sweep: another file, scenario, seed, paths "
                           "or program; begin anew with --overwrite, or write elsewhere with -o");
  }
  end_ = header.size();
  while (scan_record(end_, size)) {
  }
  if (!places_.empty()) {
    if (found != header)
      begun_by_ = found.substr(sweep.size(), found.find_last_not_of(" \n") + 1 - sweep.size());
    if (end_ < size && ::ftruncate(file_, static_cast<off_t>(end_)) != 0)
      fail("cut off the end of");
    return;
  }
  // Whoever began it, perhaps cut short in its first lines, has left nothing.
  if (::ftruncate(file_, 0) != 0) fail("empty");
  if (::pwrite(file_, header.data(), header.size(), 0) != static_cast<ssize_t>(header.size()))
    fail("write");
}

/// False where no whole record begins there.
bool Journal::scan_record(std::uint64_t at, std::uint64_t size) {
  std::uint64_t length = 0;
  if (size < at + sizeof length) return false;
  if (!read_at(at, std::as_writable_bytes(std::span(&length, 1)))) return false;
  at += sizeof length;
  if (length > row_bytes_ + most_text_bytes || size < at + length + checksum_bytes) return false;
  std::string record(length + checksum_bytes, '\0');
  if (!read_at(at, std::as_writable_bytes(std::span(record)))) return false;
  const std::string_view content = std::string_view(record).substr(0, length);
  if (sha256(content) != std::string_view(record).substr(length)) return false;
  std::optional<MemberRow> row = row_from(content, row_bytes_);
  if (!row) return false;
  Place place{{}, at + length - row->figures.size()};
  row->figures = Row();  // gives back their room, see `append`
  place.facts = std::move(*row);
  end_ = at + length + checksum_bytes;
  places_.insert_or_assign(place.facts.member, std::move(place));
  return true;
}

void Journal::append(const MemberRow& row) {
  const std::string content = content_of(row);
  const std::uint64_t length = content.size();
  std::string record(reinterpret_cast<const char*>(&length), sizeof length);
  record += content + sha256(content);
  for (std::size_t done = 0; done < record.size();) {
    const ssize_t count = ::pwrite(file_, record.data() + done, record.size() - done,
                                   static_cast<off_t>(end_ + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int reason = errno;
      // Where even that fails, what was written is no whole record, and the next opening drops it.
      static_cast<void>(::ftruncate(file_, static_cast<off_t>(end_)) == 0);
      errno = reason;
      fail("write");
    }
    done += static_cast<std::size_t>(count);
  }
  if (::fdatasync(file_) != 0) fail("sync");
  // Without the figures, nor room for them: that would be the whole sweep in memory.
  Place place{{row.member, row.message, row.scenario_sha256, row.network_hash, row.digest, {}}, 0};
  place.figures_at = end_ + sizeof(std::uint64_t) + content.size() - row.figures.size();
  end_ += record.size();
  places_.insert_or_assign(row.member, std::move(place));
}

const MemberRow& Journal::facts(std::uint64_t member) const { return places_.at(member).facts; }

void Journal::read_figures(std::uint64_t member, std::size_t offset,
                           std::span<std::byte> into) const {
  if (!read_at(places_.at(member).figures_at + offset, into))
    throw EnvironmentError(path_.string() + " was cut short while it was read");
}

void Journal::remove() { ::unlink(path_.c_str()); }

}  // namespace blocrisk
