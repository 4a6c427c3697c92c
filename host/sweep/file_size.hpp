/// How large the file of a sweep becomes, before any of its figures is known.
#pragma once

#include <cstdint>

#include "host/sweep/row_layout.hpp"

namespace blocrisk {

/// About what deflate leaves of so many rows, and what stands around them. From sweeps of the
/// baseline; bench/results/2026-11-26-load.md has them.
[[nodiscard]] std::uint64_t expected_file_bytes(const RowLayout& layout, std::uint64_t n_members);

}  // namespace blocrisk
