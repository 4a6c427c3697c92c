/// The finished members of a sweep that is not done, in one file beside its result: each is there
/// whole or not at all, whatever stops the program.
///
/// A line that says which sweep it belongs to, one that says which build began it, then a record a
/// member: length, content, SHA-256 of
/// the content. A record that was cut short is dropped when the journal is opened again. Numbers
/// are as this machine writes them; the file is for going on here, not for keeping.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "host/sweep/run_member.hpp"

namespace blocrisk {

/// "outputs/x.h5.journal" of "outputs/x.h5".
[[nodiscard]] std::filesystem::path journal_path(const std::filesystem::path& output);

/// What to do with finished members of an earlier sweep.
enum class EarlierMembers { refuse, take, discard };

class Journal {
 public:
  /// Opens the journal of the sweep with this hash and these bytes of figures a member, or makes
  /// it. Throws EnvironmentError where another process works on it, an earlier one lies there that
  /// is to be refused or is another sweep's, or the disk fails. `program`: which build this is, in
  /// at most 95 characters.
  Journal(const std::filesystem::path& path, const std::string& sweep_sha256, std::size_t row_bytes,
          EarlierMembers earlier, const std::string& program = "");
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  /// Leaves no file without members behind.
  ~Journal();

  [[nodiscard]] bool has(std::uint64_t member) const { return places_.contains(member); }
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The build that began it, where that is another than this.
  [[nodiscard]] const std::string& begun_by() const { return begun_by_; }

  /// Written and synced when this returns. Where the disk is full nothing of it is left.
  void append(const MemberRow& row);

  /// All but the figures; expects a member that it has.
  [[nodiscard]] const MemberRow& facts(std::uint64_t member) const;
  /// Bytes of its figures from `offset` on; expects a member that did not fail.
  void read_figures(std::uint64_t member, std::size_t offset, std::span<std::byte> into) const;

  /// Its work is done.
  void remove();

 private:
  struct Place {
    MemberRow facts;  ///< without figures
    std::uint64_t figures_at = 0;
  };
  void scan(const std::string& sweep, std::string program);
  bool scan_record(std::uint64_t at, std::uint64_t size);
  bool read_at(std::uint64_t at, std::span<std::byte> into) const;
  [[noreturn]] void fail(const std::string& action) const;

  std::filesystem::path path_;
  std::string begun_by_;
  std::size_t row_bytes_;
  int file_ = -1;
  std::uint64_t end_ = 0;  ///< of the last whole record
  std::map<std::uint64_t, Place> places_;
};

}  // namespace blocrisk
