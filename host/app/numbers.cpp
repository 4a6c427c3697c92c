#include "host/app/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

#include "host/support/error.hpp"

namespace blocrisk {
namespace {

constexpr int max_decimals = 40;  // more digits than any 64-bit count has

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string_view allowed) {
  throw UsageError(std::string(option) + " = " + std::string(text) + " (" + std::string(allowed) +
                   ")");
}

/// value * 10^power, exact; nothing where it overflows or is not whole.
std::optional<std::uint64_t> scale_by_ten(std::uint64_t value, int power) {
  for (; power > 0 && value != 0; --power) {
    if (value > std::numeric_limits<std::uint64_t>::max() / 10) return std::nullopt;
    value *= 10;
  }
  for (; power < 0 && value != 0; ++power) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  return value;
}

/// The power of ten that a last letter stands for, taken off `text`; 0 where there is none.
int take_suffix(std::string_view& text) {
  constexpr std::string_view letters = "kMGT";
  if (text.empty()) return 0;
  const std::size_t place = letters.find(text.back() == 'K' ? 'k' : text.back());
  if (place == std::string_view::npos) return 0;
  text.remove_suffix(1);
  return 3 * (static_cast<int>(place) + 1);
}

/// The exponent after an "e", taken off `text`; 0 where there is none, nothing where it is
/// malformed.
std::optional<int> take_exponent(std::string_view& text) {
  const std::size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) return 0;
  std::string_view digits = text.substr(mark + 1);
  text = text.substr(0, mark);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return std::clamp(exponent, -max_decimals, max_decimals);
}

/// Digits with single underscores between them and at most one point: exact, no rounding.
std::optional<std::uint64_t> read_count(std::string_view text) {
  const int suffix = take_suffix(text);
  const std::optional<int> exponent = take_exponent(text);
  if (!exponent) return std::nullopt;
  std::string digits;
  int n_decimals = -1;
  char before = '_';  // so that a leading underscore counts as a doubled one
  for (const char c : text) {
    if (c == '_' && (before == '_' || before == '.')) return std::nullopt;
    if (c == '.' && (n_decimals >= 0 || before == '_')) return std::nullopt;
    if (c == '.') n_decimals = 0;
    if (c >= '0' && c <= '9') {
      digits += c;
      n_decimals += n_decimals >= 0;
    } else if (c != '_' && c != '.') {
      return std::nullopt;
    }
    before = c;
  }
  if (digits.empty() || before == '_' || before == '.') return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return scale_by_ten(value, *exponent + suffix - std::max(n_decimals, 0));
}

}  // namespace

std::uint64_t parse_count(std::string_view option, std::string_view text, CountLimits limits) {
  const std::optional<std::uint64_t> count = read_count(text);
  if (!count || *count < limits.least || *count > limits.most) {
    refuse(option, text,
           "must be a whole number from " + std::to_string(limits.least) + " to " +
               std::to_string(limits.most) + ", as in 1000000, 1_000_000, 1e6 or 1M");
  }
  return *count;
}

double parse_fraction(std::string_view option, std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || !(value > 0.0 && value < 1.0))
    refuse(option, text, "must be a number above 0 and below 1; 0.01 is 1 %");
  return value;
}

PathRange parse_path_range(std::string_view option, std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto bad = [&]() {
    refuse(option, text,
           "must be first:end with first < end, at most 1e12 paths, as in 0:1e6 or 1M:2M");
  };
  if (colon == std::string_view::npos) bad();
  const auto first = read_count(text.substr(0, colon));
  const auto last = read_count(text.substr(colon + 1));
  if (!first || !last || *first >= *last || *last - *first > CountLimits{}.most) bad();
  return {*first, *last};
}

PathRange parse_members(std::string_view option, std::string_view text, std::uint64_t count) {
  const std::size_t colon = text.find(':');
  const auto first = read_count(text.substr(0, colon));
  const auto last = read_count(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  if (!first || !last || *first >= *last || *last > count) {
    refuse(
        option, text,
        "must be first:end with first < end <= " + std::to_string(count) + ", the sweep's members");
  }
  return {*first, *last};
}

std::vector<int> parse_devices(std::string_view option, std::string_view text) {
  std::vector<int> devices;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    int device = -1;
    const char* last = text.data() + comma;
    const auto [end, error] = std::from_chars(text.data() + at, last, device);
    if (error != std::errc() || end != last || device < 0) {
      refuse(option, text, "must be device numbers from `blocrisk devices`, as in 0,1");
    }
    devices.push_back(device);
    at = comma + 1;
  }
  return devices;
}

double parse_seconds(std::string_view option, std::string_view text, double least_s) {
  constexpr double most_s = 1e9;
  double seconds = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seconds);
  const bool is_number = error == std::errc() && end == last;
  if (!is_number || !(seconds >= least_s && seconds <= most_s)) {
    std::array<char, 64> allowed{};
    std::snprintf(allowed.data(), allowed.size(), "must be seconds, from %g to %g", least_s,
                  most_s);
    refuse(option, text, allowed.data());
  }
  return seconds;
}

std::string format_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t place = text.size(); place > 3;) {
    place -= 3;
    text.insert(place, ",");
  }
  return text;
}

std::string format_bytes(double bytes) {
  constexpr std::array<const char*, 6> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < units.size(); ++unit) bytes /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes,
                units[unit]);
  return text.data();
}

std::string format_duration(double seconds) {
  std::array<char, 48> text{};
  const auto whole = static_cast<long long>(std::llround(std::min(seconds, 1e15)));
  if (seconds < 9.95) {
    std::snprintf(text.data(), text.size(), "%.2g s", seconds);
  } else if (whole < 60) {
    std::snprintf(text.data(), text.size(), "%lld s", whole);
  } else if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%lld min %lld s", whole / 60, whole % 60);
  } else if (whole < 48 * 3600) {
    std::snprintf(text.data(), text.size(), "%lld h %lld min", whole / 3600, whole % 3600 / 60);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f days", seconds / 86400);
  }
  return text.data();
}

}  // namespace blocrisk
