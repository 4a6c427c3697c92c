/// Reads a result file back into the state it was written from.
#pragma once

#include <filesystem>

#include "host/io/result.hpp"

namespace blocrisk {

namespace h5 {
class File;
}

/// Throws EnvironmentError where the file cannot be read, is no result, or is of another version.
StoredResult read_result(const std::filesystem::path& path);
StoredResult read_result(const h5::File& file);
/// The same of a file that paths are to be added to: throws too where it has lost its seal.
StoredResult read_intact_result(const std::filesystem::path& path);

}  // namespace blocrisk
