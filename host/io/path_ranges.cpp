#include "host/io/path_ranges.hpp"

#include <charconv>
#include <cstdint>

#include "host/support/error.hpp"

namespace blocrisk {
namespace {

/// Takes a number and the character after it off the front of the text.
std::uint64_t take_number(std::string_view& text, char end) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  const bool ended = text.empty() ? end == ',' : text.front() == end;
  if (error != std::errc() || !ended)
    throw EnvironmentError("path ranges are not like 0:1000,2000:3000");
  if (!text.empty()) text.remove_prefix(1);
  return number;
}

}  // namespace

std::string path_ranges_text(const std::vector<PathRange>& ranges) {
  std::string text;
  for (const PathRange& range : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.first) + ':' + std::to_string(range.last);
  }
  return text;
}

std::vector<PathRange> parse_path_ranges(std::string_view text) {
  std::vector<PathRange> ranges;
  while (!text.empty()) {
    PathRange range;
    range.first = take_number(text, ':');
    range.last = take_number(text, ',');
    ranges.push_back(range);
  }
  return ranges;
}

}  // namespace blocrisk
