#include "host/io/whole_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "host/support/error.hpp"

namespace blocrisk {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& action) {
  const std::string reason = std::system_category().message(errno);
  throw EnvironmentError(path.string() + ": cannot " + action + ": " + reason);
}

[[noreturn]] void refuse_existing(const std::filesystem::path& path) {
  throw EnvironmentError(path.string() + " exists (--overwrite replaces it)");
}

/// An open file, closed when its owner goes.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }
  /// False where the system only now says that writing failed.
  bool close() { return ::close(std::exchange(value_, -1)) == 0; }

 private:
  int value_;
};

constexpr std::string_view temporary_suffix = ".tmp";

/// ".NAME." goes before the process number in the name of a temporary.
std::string temporary_prefix(const std::filesystem::path& target) {
  return "." + target.filename().string() + ".";
}

/// A name that disappears with its owner unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target)
      : path_(target.parent_path() / (temporary_prefix(target) + std::to_string(::getpid()) +
                                      std::string(temporary_suffix))) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!renamed_) ::unlink(path_.c_str());
  }
  const std::filesystem::path& path() const { return path_; }

  void rename_to(const std::filesystem::path& target, Overwrite overwrite) {
    if (overwrite == Overwrite::refuse &&
        ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
      renamed_ = true;
      return;
    }
    if (overwrite == Overwrite::refuse) {
      if (errno == EEXIST) refuse_existing(target);
      // The file system cannot rename without replacing; look, then rename.
      if (errno != EINVAL && errno != ENOSYS) fail(target, "rename the finished file");
      if (std::filesystem::exists(target)) refuse_existing(target);
    }
    if (overwrite == Overwrite::keep_previous &&
        ::rename(target.c_str(), previous_of(target).c_str()) != 0 && errno != ENOENT) {
      fail(target, "rename the previous file");
    }
    if (::rename(path_.c_str(), target.c_str()) != 0) fail(target, "rename the finished file");
    renamed_ = true;
  }

 private:
  std::filesystem::path path_;
  bool renamed_ = false;
};

void check_target(const std::filesystem::path& path, Overwrite overwrite) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  if (overwrite == Overwrite::refuse) refuse_existing(path);
  if (!S_ISREG(status.st_mode)) {
    throw EnvironmentError(path.string() + ": cannot replace what is not a regular file");
  }
}

void write_all(int file, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

/// What a file is made of, one after the other.
using Parts = std::array<std::span<const std::byte>, 2>;

void create_and_sync(const std::filesystem::path& temporary, const Parts& parts,
                     const std::filesystem::path& target) {
  ::unlink(temporary.c_str());  // left by a process of the same number that was killed
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) fail(target, "create a file in its folder");
  for (const auto part : parts) write_all(file.get(), part, target);
  if (::fsync(file.get()) != 0) fail(target, "sync");
  if (!file.close()) fail(target, "close");
}

/// Up to as many bytes as `into` holds; fewer at the end of the file only.
std::size_t read_up_to(int file, std::span<std::byte> into, const std::filesystem::path& target) {
  std::size_t n_read = 0;
  while (n_read < into.size()) {
    const ssize_t count = ::read(file, into.data() + n_read, into.size() - n_read);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(target, "read back");
    if (count == 0) break;
    n_read += static_cast<std::size_t>(count);
  }
  return n_read;
}

void compare_with_disk(const std::filesystem::path& temporary, const Parts& parts,
                       const std::filesystem::path& target) {
  Descriptor file(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail(target, "read back");
  std::vector<std::byte> piece(std::size_t{1} << 20);
  for (std::span<const std::byte> left : parts) {
    while (!left.empty()) {
      const auto due = left.first(std::min(left.size(), piece.size()));
      if (read_up_to(file.get(), std::span(piece).first(due.size()), target) < due.size())
        throw EnvironmentError(target.string() + ": the disk gives back too few bytes");
      if (!std::ranges::equal(due, std::span(piece).first(due.size()))) {
        throw EnvironmentError(target.string() +
                               ": the disk gives back other bytes than were written");
      }
      left = left.subspan(due.size());
    }
  }
  if (read_up_to(file.get(), piece, target) > 0)
    throw EnvironmentError(target.string() + ": the disk gives back more bytes than were written");
}

void sync_folder(const std::filesystem::path& target) {
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0) fail(target, "open its folder");
  // Some file systems cannot sync a folder; the file itself is safe by now.
  if (::fsync(file.get()) != 0 && errno != EINVAL) fail(target, "sync its folder");
}

/// Of the process that wrote a temporary of `target`, or 0 where `name` is something else.
pid_t writer_of(const std::string& name, const std::filesystem::path& target) {
  const std::string prefix = temporary_prefix(target);
  if (!name.starts_with(prefix) || !name.ends_with(temporary_suffix)) return 0;
  const char* const first = name.data() + prefix.size();
  const char* const last = name.data() + name.size() - temporary_suffix.size();
  pid_t process = 0;
  const auto [end, error] = std::from_chars(first, last, process);
  return error == std::errc() && end == last ? process : 0;
}

}  // namespace

std::filesystem::path previous_of(const std::filesystem::path& path) {
  return path.string() + ".previous";
}

void write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes,
                      Overwrite overwrite, std::string_view ending) {
  check_target(path, overwrite);
  TemporaryFile temporary(path);
  const Parts parts{bytes, std::as_bytes(std::span(ending))};
  create_and_sync(temporary.path(), parts, path);
  compare_with_disk(temporary.path(), parts, path);
  temporary.rename_to(path, overwrite);
  sync_folder(path);
}

std::uint64_t bytes_on_disk(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

void remove_abandoned_temporaries(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator at(folder, ignored); !ignored && at != end;
       at.increment(ignored)) {
    const pid_t process = writer_of(at->path().filename().string(), path);
    const bool is_gone = process > 0 && ::kill(process, 0) != 0 && errno == ESRCH;
    if (is_gone) ::unlink(at->path().c_str());
  }
}

}  // namespace blocrisk
