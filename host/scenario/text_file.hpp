/// Reads an input file whole, or says why not: only regular files of a sane size that hold UTF-8
/// text without NUL bytes. Whatever the path leads to, this neither hangs nor fills the memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace blocrisk {

inline constexpr std::uintmax_t max_toml_bytes = std::uintmax_t{8} << 20;
inline constexpr std::uintmax_t max_csv_bytes = std::uintmax_t{64} << 20;

struct TextFile {
  std::string text;
  std::string problem;  ///< empty where all is well
  int line = 0;         ///< of the problem; 0 where it concerns the file
  bool absent = false;  ///< there is no file there, or it cannot be opened
};

[[nodiscard]] TextFile read_text_file(const std::filesystem::path& path, std::uintmax_t max_bytes);

/// Checks the text and drops a byte-order mark.
[[nodiscard]] TextFile checked_text(std::string text);

/// Offset of the first byte that is not part of UTF-8 text or is NUL; npos where there is none.
[[nodiscard]] std::size_t first_bad_byte(std::string_view text);

}  // namespace blocrisk
