#include "host/io/trial.hpp"

#include <hdf5.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

#include "host/io/h5.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

constexpr hsize_t max_deflate_ratio = 1032;  // RFC 1951: 258 bytes from two bits
constexpr hsize_t unstored_bytes = 4096;     // what an object's header may hold by itself
constexpr int deepest_group = 16;            // ours are nested twice; a damaged link can lead back
constexpr int exit_survived = 0;
constexpr int exit_oversized = 1;
constexpr int exit_overlong = 2;

/// Whether the values would be worth reading; 0 where HDF5 cannot tell.
hsize_t claimed_bytes(hid_t space, hid_t type) {
  const hssize_t n_values = H5Sget_simple_extent_npoints(space);
  const std::size_t value_bytes = H5Tget_size(type);
  hsize_t bytes = 0;
  if (n_values <= 0) return 0;
  if (__builtin_mul_overflow(static_cast<hsize_t>(n_values), value_bytes, &bytes))
    _exit(exit_oversized);
  return bytes;
}

void read_attributes(hid_t object) {
  for (hsize_t k = 0;; ++k) {
    const h5::Id attribute(
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, k, H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose);
    if (attribute.get() < 0) return;
    const h5::Id space(H5Aget_space(attribute.get()), H5Sclose);
    const h5::Id type(H5Aget_type(attribute.get()), H5Tclose);
    const hsize_t bytes = claimed_bytes(space.get(), type.get());
    if (bytes > H5Aget_storage_size(attribute.get()) + unstored_bytes) _exit(exit_oversized);
    std::vector<std::byte> values(bytes);
    if (bytes > 0) H5Aread(attribute.get(), type.get(), values.data());
  }
}

void read_values(hid_t dataset) {
  const h5::Id space(H5Dget_space(dataset), H5Sclose);
  const h5::Id type(H5Dget_type(dataset), H5Tclose);
  const hsize_t bytes = claimed_bytes(space.get(), type.get());
  const hsize_t stored = H5Dget_storage_size(dataset);
  if (bytes / max_deflate_ratio > stored + unstored_bytes) _exit(exit_oversized);
  std::vector<std::byte> values(bytes);
  if (bytes > 0) H5Dread(dataset, type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

void read_object(hid_t object, int depth) {
  read_attributes(object);
  if (H5Iget_type(object) == H5I_DATASET) return read_values(object);
  H5G_info_t info{};
  if (depth == deepest_group || H5Gget_info(object, &info) < 0) return;
  for (hsize_t k = 0; k < info.nlinks; ++k) {
    const h5::Id child(H5Oopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, k, H5P_DEFAULT),
                       H5Oclose);
    if (child.get() >= 0) read_object(child.get(), depth + 1);
  }
}

/// Seconds of the processor that reading may take, ten times what a slow machine needs: a damaged
/// global heap can send HDF5 round for ever.
rlim_t allowed_seconds(const std::filesystem::path& path) {
  constexpr std::uintmax_t bytes_per_s = 1'000'000;
  return 4 + std::filesystem::file_size(path) / bytes_per_s;
}

void limit(auto resource, rlim_t value) {
  const rlimit both{value, value};
  ::setrlimit(resource, &both);
}

/// Whether bytes follow the last one that HDF5 knows of, as those of a damaged seal do.
bool is_overlong(hid_t file, const std::filesystem::path& path) {
  const h5::Id creation(H5Fget_create_plist(file), H5Pclose);
  hsize_t user_block = 0;
  haddr_t end = 0;  // seen from the end of the user block
  return H5Pget_userblock(creation.get(), &user_block) >= 0 && H5Fget_eoa(file, &end) >= 0 &&
         std::filesystem::file_size(path) > user_block + end;
}

void read_all(const std::filesystem::path& path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const h5::Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (file.get() < 0) return;
  if (is_overlong(file.get(), path)) _exit(exit_overlong);
  const h5::Id root(H5Oopen(file.get(), "/", H5P_DEFAULT), H5Oclose);
  if (root.get() >= 0) read_object(root.get(), 0);
}

/// Ends without the caller's exit handlers, which are not its own.
[[noreturn]] void read_and_exit(const std::filesystem::path& path) {
  try {
    limit(RLIMIT_CPU, allowed_seconds(path));
    limit(RLIMIT_CORE, 0);
    read_all(path);
  } catch (...) {  // too little memory for what is claimed
    _exit(exit_oversized);
  }
  _exit(exit_survived);
}

/// What the end of the process tells; empty where nothing is wrong.
std::string problem_of(int status) {
  if (!WIFEXITED(status)) return "HDF5 breaks on it";
  switch (WEXITSTATUS(status)) {
    case exit_survived:
      return "";
    case exit_overlong:
      return "it ends in bytes that are neither HDF5's nor a seal";
    default:
      return "it claims more data than it can hold";
  }
}

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw EnvironmentError(path.string() + " cannot be read by a process of its own: " +
                         std::system_category().message(errno));
}

}  // namespace

void survive_reading(const std::filesystem::path& path) {
  const pid_t child = ::fork();
  if (child < 0) fail(path);
  if (child == 0) read_and_exit(path);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail(path);
  }
  const std::string problem = problem_of(status);
  if (!problem.empty()) throw EnvironmentError(path.string() + " is damaged: " + problem);
}

}  // namespace blocrisk
