#include "host/analysis/columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

namespace blocrisk {
namespace {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::size_t width_of(const Column& column) {
  constexpr std::size_t gap = 2;
  std::size_t width = width_of(column.heading);
  for (const std::string& cell : column.cells) width = std::max(width, width_of(cell));
  return width + gap;
}

std::string block_text(const std::string& heading, const std::vector<std::string>& names,
                       std::size_t width, std::span<const Column> columns) {
  std::string text = left(heading, width);
  for (const Column& column : columns) text += right(column.heading, width_of(column));
  text += "\n";
  for (std::size_t row = 0; row < names.size(); ++row) {
    text += left(names[row], width);
    for (const Column& column : columns) text += right(column.cells[row], width_of(column));
    text += "\n";
  }
  return text;
}

}  // namespace

std::string left(const std::string& text, std::size_t width) {
  return text + std::string(std::max(width, width_of(text)) - width_of(text), ' ');
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(std::max(width, width_of(text)) - width_of(text), ' ') + text;
}

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return "unbounded";
  if (value == 0.0) return "0";
  const double least = std::pow(10.0, -decimals);
  std::array<char, 64> text{};
  const bool tiny = std::fabs(value) < 0.5 * least;
  std::snprintf(text.data(), text.size(), tiny ? "<%.*f" : "%.*f", decimals, tiny ? least : value);
  return text.data();
}

std::string signed_number(double value) {
  if (value == 0.0) return "0";
  if (std::isinf(value)) return value > 0.0 ? "inf" : "-inf";
  if (std::fabs(value) < 0.005) return value > 0.0 ? "<+0.01" : ">-0.01";
  const double size = std::fabs(value);
  const int decimals = size < 99.995 ? 2 : size < 999.95 ? 1 : 0;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%+.*f", decimals, value);
  return text.data();
}

std::size_t name_width(const std::vector<std::string>& names, const std::string& heading) {
  std::size_t width = width_of(heading);
  for (const std::string& name : names) width = std::max(width, width_of(name));
  return width + 1;
}

std::string columns_text(const std::string& heading, const std::vector<std::string>& names,
                         const std::vector<Column>& columns) {
  const std::size_t width = name_width(names, heading);
  std::string text;
  for (std::size_t first = 0; first < columns.size();) {
    std::size_t end = first;
    std::size_t used = width;
    while (end < columns.size() && (end == first || used + width_of(columns[end]) <= line_width))
      used += width_of(columns[end++]);
    if (first > 0) text += "\n";
    text += block_text(heading, names, width, std::span(columns).subspan(first, end - first));
    first = end;
  }
  return text;
}

}  // namespace blocrisk
