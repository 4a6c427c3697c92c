/// Reads an HDF5 file in a process of its own first: HDF5 trusts what it finds in a file, and a
/// damaged one can crash it or keep it busy for ever.
#pragma once

#include <filesystem>

namespace blocrisk {

/// Throws EnvironmentError where a process that reads every group, dataset and attribute of the
/// file is ended by a signal, takes too much processor time, finds a dataset that claims more
/// values than its stored bytes can hold, or bytes after HDF5's last. What HDF5 itself refuses is
/// left for the caller to meet.
void survive_reading(const std::filesystem::path& path);

}  // namespace blocrisk
