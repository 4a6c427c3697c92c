/// The one table of what /accumulators holds: which words of the integer state go where. Writer,
/// reader and MPI walk it, so that none can forget an array.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/engine/accumulators.hpp"

namespace blocrisk {

/// Groups below /accumulators; each has its own bins.
struct StateGroup {
  const char* name;
  BinRange range;
  const char* units;  ///< of the bin edges
};
inline constexpr StateGroup state_groups[] = {
    {"ratio", ratio_bins, "1"},
    {"months", months_bins, "months"},
    {"usd", usd_bins, "USD"},
    {"shortfall_timeline", timeline_shortfall_bins, "1"},
    {"days_of_cover_timeline", timeline_cover_bins, "day"},
    {"price_ratio_timeline", timeline_price_bins, "1"},
};

template <typename Word>
struct StateArray {
  std::string group;  ///< empty: /accumulators itself
  std::string name;
  std::vector<std::string> axes;
  std::string long_name;
  Word* data;  ///< 128-bit sums are two words, low first
  std::size_t count;

  /// 128-bit sums instead of counts: they carry from word to word.
  bool holds_sums() const { return axes.back() == "word"; }
};

std::vector<StateArray<const std::uint64_t>> state_arrays(const Accumulators& state);
std::vector<StateArray<std::uint64_t>> state_arrays(Accumulators& state);

/// A fixed-point scale's name in its group: "shortfall_scale".
std::string scale_name(const MeasureInfo& info);
/// Name of the sums of outer draws in /uncertain: "shortfall_sum".
std::string draw_sum_name(const MeasureInfo& info);
/// Group of a kind of measure.
const char* group_of(MeasureKind kind);

}  // namespace blocrisk
