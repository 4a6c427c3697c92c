/// Text in aligned columns: what all tables for people are made of.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace blocrisk {

inline constexpr std::size_t column_width = 11;
inline constexpr std::size_t line_width = 100;

/// Padded to a width of characters, not bytes, of UTF-8 text.
std::string left(const std::string& text, std::size_t width);
std::string right(const std::string& text, std::size_t width = column_width);

/// Fixed decimals; what would round to nothing without being it is told from zero.
std::string fixed(double value, int decimals);
/// With its sign and up to two decimals, likewise.
std::string signed_number(double value);

/// Width of a column of names, its heading included.
std::size_t name_width(const std::vector<std::string>& names, const std::string& heading);

struct Column {
  std::string heading;
  std::vector<std::string> cells;  ///< [row]
};

/// Rows with their names and columns; in several blocks, one below the other, where the columns do
/// not fit a line. Ends with a newline.
std::string columns_text(const std::string& heading, const std::vector<std::string>& names,
                         const std::vector<Column>& columns);

}  // namespace blocrisk
