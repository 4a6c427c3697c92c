/// What a path is remembered by: the one table of measures. A measure is added here, computed in
/// `cell.hpp` or `members.hpp`, and every backend, statistic and file follows.
#pragma once

#include <cstdint>

namespace blocrisk {

/// Kinds share a unit, a histogram range and a fixed-point range.
enum class MeasureKind : std::uint8_t { ratio, months, usd };

/// Per member x mineral.
enum class Measure : std::uint8_t {
  shortfall,
  peak,
  months_short,
  longest_spell,
  first_short,
  recovery,
  drawn,
  curtailed,
  extra_cost,
  price_shock_cost,
  loss,
  essential_shortfall,
};
inline constexpr int n_measures = 12;

/// Per member, over all minerals.
enum class MemberMeasure : std::uint8_t { loss, worst_year_loss, price_shock_cost, annual_loss };
inline constexpr int n_member_measures = 4;

struct MeasureInfo {
  const char* name;
  MeasureKind kind;
  const char* long_name;
};

inline constexpr MeasureInfo measure_table[n_measures] = {
    {"shortfall", MeasureKind::ratio, "unmet need over reference demand of the horizon"},
    {"peak", MeasureKind::ratio, "largest mean shortfall over a full window of three months"},
    {"months_short", MeasureKind::months, "time with a shortfall above the threshold"},
    {"longest_spell", MeasureKind::months,
     "longest unbroken time with a shortfall above the threshold"},
    {"first_short", MeasureKind::months,
     "time to the first shortfall above the threshold (horizon if none)"},
    {"recovery", MeasureKind::months,
     "time from the first shortfall to the first full year without one"},
    {"drawn", MeasureKind::ratio, "stock drawn over reference demand of the horizon"},
    {"curtailed", MeasureKind::ratio,
     "demand given up because of price or substitution over reference demand"},
    {"extra_cost", MeasureKind::usd, "what scarcity and the price floor add to the bill"},
    {"price_shock_cost", MeasureKind::usd, "what the market price alone adds to the bill"},
    {"loss", MeasureKind::usd, "value at risk of the unmet need plus extra cost"},
    {"essential_shortfall", MeasureKind::ratio, "unmet essential need over essential demand"},
};

inline constexpr MeasureInfo member_measure_table[n_member_measures] = {
    {"member_loss", MeasureKind::usd, "loss over all minerals and the horizon"},
    {"member_worst_year_loss", MeasureKind::usd, "largest loss of a whole year"},
    {"member_price_shock_cost", MeasureKind::usd,
     "what the market price alone adds to the bill, all minerals"},
    {"member_annual_loss", MeasureKind::usd,
     "loss of a whole year, every year of every path a sample"},
};

constexpr const char* unit_of(MeasureKind kind) {
  return kind == MeasureKind::ratio ? "1" : kind == MeasureKind::months ? "months" : "USD";
}

/// Measures that are ratios, in table order: they carry exceedance counts.
constexpr int ratio_index(int measure) {
  int index = 0;
  for (int k = 0; k < measure; ++k) index += measure_table[k].kind == MeasureKind::ratio;
  return measure_table[measure].kind == MeasureKind::ratio ? index : -1;
}
inline constexpr int n_ratio_measures = 5;

}  // namespace blocrisk
