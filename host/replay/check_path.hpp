/// Does a path replayed alone have the values that its result holds of it?
#pragma once

#include "host/io/result.hpp"
#include "host/replay/path_measures.hpp"

namespace blocrisk {

/// Compares the path with whatever the result has of it: its sample, its places among the worst.
/// Returns the number of values compared; throws VerificationError at the first that differs.
int check_path(const StoredResult& result, const PathMeasures& path);

}  // namespace blocrisk
