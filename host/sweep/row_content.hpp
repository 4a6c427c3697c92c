/// A member's row as bytes: what a record of the journal holds, and what travels between ranks.
/// Numbers are as this machine writes them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "host/sweep/run_member.hpp"

namespace blocrisk {

/// Ends in the figures.
[[nodiscard]] std::string content_of(const MemberRow& row);

/// Nothing where the bytes are none of a row that failed, or has so many bytes of figures.
[[nodiscard]] std::optional<MemberRow> row_from(std::string_view content, std::size_t figure_bytes);

}  // namespace blocrisk
