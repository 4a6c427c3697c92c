/// Whether paths of two runs belong together: what every command asks that joins a file's paths
/// with others.
#pragma once

#include <cstdint>
#include <string>

#include "host/io/result.hpp"

namespace blocrisk {

/// What forbids to join paths of the two, in words, `a` first; empty where nothing does. Engine
/// version and commit may differ: whether their paths do is for `verify` to say.
std::string difference(const RunOrigin& a, const RunOrigin& b);

/// The same origin had the scenario asked for so many paths: with its text and that text's hash,
/// which the number of paths is a part of though no path depends on it. `file` is what messages
/// call it. Throws EnvironmentError where its scenario cannot be read.
RunOrigin with_path_count(RunOrigin origin, std::uint64_t n_paths, const std::string& file);

/// Throws EnvironmentError where the path ranges are out of order or are not as many paths as the
/// sums hold.
void require_consistent_ranges(const StoredResult& result, const std::string& file);

/// Throws EnvironmentError where the file's sums are not in the units and shapes of the network it
/// names.
void require_units(const StoredResult& result, const ResultFacts& facts, const std::string& file);

}  // namespace blocrisk
