/// Comma-separated values as RFC 4180 has them: quoted cells with "" for a quote, line breaks
/// inside quotes, CRLF or LF, the last line break optional. Beyond the RFC: blank lines are
/// skipped, and a lone CR inside a cell is text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace blocrisk {

/// Enough for every importer and exporter of every stage of every mineral, and not for a flood.
inline constexpr std::size_t max_csv_cells = std::size_t{1} << 23;

struct CsvRow {
  int line = 0;  ///< where it starts; 1 is the first
  std::vector<std::string> cells;
};

struct CsvProblem {
  int line = 0;
  std::string message;
};

struct Csv {
  std::vector<CsvRow> rows;
  std::vector<CsvProblem>
      problems;  ///< the reading stops at the first that makes the rest meaningless
};

[[nodiscard]] Csv parse_csv(std::string_view text);

/// The cell as it has to be written: in quotes where it holds a comma, quote or line break.
[[nodiscard]] std::string csv_cell(std::string_view cell);

}  // namespace blocrisk
