#include "host/scenario/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace blocrisk {
namespace {

/// Length of the UTF-8 sequence at `at` (Unicode 15, table 3-7), 0 where there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(at + i) >= low && byte(at + i) <= high;
  };
  const unsigned lead = byte(at);
  if (lead >= 0x01 && lead <= 0x7F) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    return follows(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    return follows(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && follows(2) &&
                   follows(3)
               ? 4
               : 0;
  }
  return 0;
}

TextFile problem(std::string what, bool absent = false) {
  TextFile file;
  file.problem = std::move(what);
  file.absent = absent;
  return file;
}

}  // namespace

std::size_t first_bad_byte(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

TextFile checked_text(std::string text) {
  TextFile file;
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const std::size_t bad = first_bad_byte(text);
  if (bad == std::string_view::npos) {
    file.text = std::move(text);
    return file;
  }
  file.problem =
      text[bad] == '\0' ? "has a NUL byte; a text file is expected" : "is not UTF-8 text";
  file.line = 1 + static_cast<int>(std::count(
                      text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n'));
  return file;
}

TextFile read_text_file(const std::filesystem::path& path, std::uintmax_t max_bytes) {
  const std::string limit = std::to_string(max_bytes >> 20) + " MiB";
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return problem("no such file", true);
  if (error) return problem("cannot be read: " + error.message(), true);
  if (std::filesystem::is_directory(status))
    return problem("is a folder; a file is expected", true);
  if (!std::filesystem::is_regular_file(status)) return problem("is not a regular file", true);
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return problem("cannot be read: " + error.message(), true);
  if (size > max_bytes) return problem("is larger than " + limit);

  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return problem("cannot be opened: " + std::system_category().message(errno), true);
  }
  // The size is a hint only: files under /proc say 0, and a file can grow while it is read.
  std::string text(static_cast<std::size_t>(std::max<std::uintmax_t>(size, 4096)) + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return problem("cannot be read");
  if (static_cast<std::size_t>(stream.gcount()) == text.size())
    return problem("changed while it was read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return checked_text(std::move(text));
}

}  // namespace blocrisk
