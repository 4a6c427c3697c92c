#include "host/app/output_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <unistd.h>

#include "host/app/checks.hpp"
#include "host/app/numbers.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

namespace fs = std::filesystem;

const fs::path default_folder = "outputs";

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void refuse_existing(const fs::path& path, Existing existing) {
  std::error_code ignored;
  // A link that leads nowhere is there too, and the finished file would not replace it either.
  const fs::file_type type = fs::symlink_status(path, ignored).type();
  if (type == fs::file_type::not_found || type == fs::file_type::none) return;
  const fs::file_status target = fs::status(path, ignored);
  if (fs::exists(target) && !fs::is_regular_file(target)) {
    throw EnvironmentError("output " + path.string() +
                           " is not a regular file; give another name with -o");
  }
  if (existing == Existing::refuse) {
    throw EnvironmentError(
        "output " + path.string() +
        " exists already; add --overwrite to replace it, or give another name with -o");
  }
}

void require_folder(const fs::path& folder) {
  std::error_code error;
  if (folder == default_folder) fs::create_directory(folder, error);
  if (error)
    throw EnvironmentError("cannot make the folder " + folder.string() + ": " + error.message());
  if (!fs::is_directory(folder, error)) {
    throw EnvironmentError("output folder " + folder.string() +
                           " does not exist; make it, or give another with -o");
  }
}

/// Only making a file tells: permissions, read-only mounts, quotas and names that are too long all
/// answer here. Named as the result is while it is written.
void require_writable(const fs::path& path) {
  constexpr int suffix_length = 4;
  std::string probe = (folder_of(path) / ("." + path.filename().string() + ".XXXXXX.tmp")).string();
  const int file = mkstemps(probe.data(), suffix_length);
  if (file < 0) {
    throw EnvironmentError("cannot write output " + path.string() + ": " +
                           std::system_category().message(errno));
  }
  close(file);
  unlink(probe.c_str());
}

void require_space(const fs::path& folder, std::uint64_t expected_bytes) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error || space.available >= expected_bytes) return;
  throw EnvironmentError("the disk of " + folder.string() + " has " +
                         format_bytes(static_cast<double>(space.available)) +
                         " left; the result needs about " +
                         format_bytes(static_cast<double>(expected_bytes)));
}

}  // namespace

void add_output_option(CLI::App& command, std::string& output) {
  command.add_option("-o,--output", output, "Result file (default: outputs/<name>.h5)")
      ->check(names_a_file())
      ->type_name("FILE");
}

fs::path output_path(const std::string& asked, const std::string& scenario_name) {
  if (!asked.empty() && !fs::path(asked).has_filename())
    throw UsageError("output " + asked + " names a folder; give a file name");
  if (!asked.empty()) return asked;
  std::string name = scenario_name;
  std::replace(name.begin(), name.end(), '/', '_');
  return default_folder / (name + ".h5");
}

void check_output(const fs::path& path, Existing existing, std::uint64_t expected_bytes) {
  refuse_existing(path, existing);
  const fs::path folder = folder_of(path);
  require_folder(folder);
  require_writable(path);
  require_space(folder, expected_bytes);
}

}  // namespace blocrisk
