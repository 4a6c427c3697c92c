/// Numbers as people write and read them on a command line: "1e6", "10M", "1_000_000" in,
/// "1,000,000", "3.2 MiB", "2 min 5 s" out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/engine/backend.hpp"
#include "host/support/digest_text.hpp"  // IWYU pragma: export

namespace blocrisk {

struct CountLimits {
  std::uint64_t least = 1;
  std::uint64_t most = 1'000'000'000'000;  ///< as many paths as the accumulators are sure to hold
};

/// A whole number within the limits; throws UsageError that names `option` otherwise.
std::uint64_t parse_count(std::string_view option, std::string_view text, CountLimits limits = {});

/// A number above 0 and below 1; throws UsageError that names `option` otherwise.
double parse_fraction(std::string_view option, std::string_view text);

/// "A:B", path numbers A to B-1; as many as a count may be.
PathRange parse_path_range(std::string_view option, std::string_view text);

/// "I:J", members I to J-1 of a sweep of `count`.
PathRange parse_members(std::string_view option, std::string_view text, std::uint64_t count);

/// "0,1": device numbers; one that stands there twice gets two shares.
std::vector<int> parse_devices(std::string_view option, std::string_view text);

/// Seconds, at least `least_s` and at most 1e9.
double parse_seconds(std::string_view option, std::string_view text, double least_s);

std::string format_count(std::uint64_t count);
std::string format_bytes(double bytes);
std::string format_duration(double seconds);

}  // namespace blocrisk
