/// Writes the result file: HDF5 that opens as netCDF-4, described in outputs/README.md.
///
/// The file is built in memory, written to a temporary name in the target folder, synced, read
/// back, compared, and only then renamed: it is there whole or not at all. Equal content gives
/// equal bytes.
#pragma once

#include <filesystem>

#include "host/analysis/summary.hpp"
#include "host/io/result.hpp"
#include "host/io/whole_file.hpp"

namespace blocrisk {

/// What goes into a file; refers to what the caller keeps.
struct ResultContent {
  const ResultFacts& facts;
  const Accumulators& accumulators;
  const Summary& summary;
  const Samples& samples;  ///< n_paths 0: no /samples group
  const RunOrigin& origin;
  const Convergence* convergence = nullptr;         ///< none: no /convergence group
  const AttributionFigures* attribution = nullptr;  ///< none: no /attribution group
};

/// Throws EnvironmentError, and leaves the folder as it was, where anything fails.
void write_result(const std::filesystem::path& path, const ResultContent& content,
                  Overwrite overwrite);

}  // namespace blocrisk
