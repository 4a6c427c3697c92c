/// Row-major arrays as JSON arrays in arrays.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "host/support/json.hpp"

namespace blocrisk {

/// How many digits of a real number are written: all that tell it from its neighbours, or as many
/// as a drawn line can show, which halves a page with many steps.
enum class Digits { exact, drawn };

inline void write_number(JsonWriter& json, double number, Digits digits) {
  constexpr int drawn_digits = 4;
  if (digits == Digits::exact || !std::isfinite(number)) {
    json.value(number);
    return;
  }
  std::array<char, 40> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number,
                                          std::chars_format::general, drawn_digits);
  json.raw(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

inline void write_number(JsonWriter& json, std::int64_t number, Digits) { json.value(number); }
inline void write_number(JsonWriter& json, std::int8_t number, Digits) { json.value(int{number}); }

/// Expects as many values as the product of the extents, outermost first.
template <typename Number>
void write_nested(JsonWriter& json, std::span<const Number> values,
                  std::span<const std::size_t> extents, Digits digits) {
  json.begin_array();
  const std::size_t n = extents.front();
  const std::size_t block = n > 0 ? values.size() / n : 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (extents.size() == 1) {
      write_number(json, values[i], digits);
    } else {
      write_nested(json, values.subspan(i * block, block), extents.subspan(1), digits);
    }
  }
  json.end_array();
}

template <typename Number>
void write_variable(JsonWriter& json, std::string_view name, const std::vector<Number>& values,
                    std::initializer_list<std::size_t> extents, Digits digits = Digits::exact) {
  write_nested(json.key(name), std::span<const Number>(values), std::span(extents), digits);
}

}  // namespace blocrisk
