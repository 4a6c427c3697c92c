#include "host/analysis/table_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "host/analysis/levels.hpp"
#include "kernels/portability.hpp"

namespace blocrisk {
namespace {

std::size_t at_95(std::size_t cell) { return cell * tail_levels.size() + tail_level_95; }

double mean_of(const std::vector<double>& values, std::size_t row, std::size_t n_rows) {
  const std::size_t n = values.size() / n_rows;
  double sum = 0.0;
  for (std::size_t i = row * n; i < (row + 1) * n; ++i) sum += values[i];
  return sum / static_cast<double>(n);
}

TableRow mineral_row(const Summary& summary, const ResultFacts& facts, std::size_t mineral) {
  const std::size_t n = facts.minerals.size();
  return {"",
          facts.minerals[mineral],
          std::nullopt,
          {{"price_ratio_mean", "1", mean_of(summary.price.mean, mineral, n)},
           {"restricted_fraction_mean", "1", mean_of(summary.restricted.mean, mineral, n)}}};
}

/// A figure with its interval and what carries it.
struct Supported {
  double value, low, high;
  std::int64_t paths_needed;
  std::int8_t thin;
};

void append(std::vector<TableEntry>& entries, const std::string& name, const char* unit,
            const Supported& figure) {
  entries.push_back({name, unit, figure.value});
  entries.push_back({name + "_lo", unit, figure.low});
  entries.push_back({name + "_hi", unit, figure.high});
  entries.push_back({name + "_thin", "1", static_cast<double>(figure.thin)});
  entries.push_back({name + "_paths_needed", "1", static_cast<double>(figure.paths_needed)});
}

Supported mean_at(const MeasureSummary& measure, std::size_t cell) {
  return {measure.mean[cell], measure.mean_lo[cell], measure.mean_hi[cell],
          measure.mean_paths_needed[cell], measure.mean_thin[cell]};
}

Supported var95_at(const MeasureSummary& measure, std::size_t cell) {
  const std::size_t i = at_95(cell);
  return {measure.var[i], measure.var_lo[i], measure.var_hi[i], measure.paths_needed[i],
          measure.thin[i]};
}

Supported cvar95_at(const MeasureSummary& measure, std::size_t cell) {
  const std::size_t i = at_95(cell);
  return {measure.cvar[i], measure.cvar_lo[i], measure.cvar_hi[i], measure.paths_needed[i],
          measure.thin[i]};
}

Supported probability_at(const ProbabilitySummary& probability, std::size_t cell) {
  return {probability.value[cell], probability.low[cell], probability.high[cell],
          probability.paths_needed[cell], probability.thin[cell]};
}

TableRow cell_row(const Summary& summary, const ResultFacts& facts, std::size_t member,
                  std::size_t mineral) {
  const std::size_t cell = member * facts.minerals.size() + mineral;
  const MeasureSummary& shortfall = summary.of(Measure::shortfall);
  TableRow row{
      facts.members[member], facts.minerals[mineral], shortfall.thin[at_95(cell)] != 0, {}};
  append(row.entries, "shortfall_mean", "1", mean_at(shortfall, cell));
  row.entries.push_back({"shortfall_stderr", "1", shortfall.std_error[cell]});
  append(row.entries, "shortfall_p95", "1", var95_at(shortfall, cell));
  append(row.entries, "shortfall_cvar95", "1", cvar95_at(shortfall, cell));
  append(row.entries, "short_probability", "1", probability_at(summary.short_probability, cell));
  append(row.entries, "months_short_mean", "months",
         mean_at(summary.of(Measure::months_short), cell));
  return row;
}

TableRow member_row(const Summary& summary, const ResultFacts& facts, std::size_t member) {
  const MeasureSummary& loss = summary.of(MemberMeasure::loss);
  TableRow row{facts.members[member], "", loss.thin[at_95(member)] != 0, {}};
  append(row.entries, "loss_mean", "USD", mean_at(loss, member));
  row.entries.push_back({"loss_stderr", "USD", loss.std_error[member]});
  append(row.entries, "loss_cvar95", "USD", cvar95_at(loss, member));
  for (std::size_t k = 0; k < return_periods_yr.size(); ++k) {
    const std::size_t i = member * return_periods_yr.size() + k;
    append(row.entries, "loss_return_" + std::to_string(return_periods_yr[k]) + "yr", "USD",
           {summary.loss_return[i], summary.loss_return_lo[i], summary.loss_return_hi[i],
            summary.loss_return_paths_needed[i], summary.loss_return_thin[i]});
  }
  return row;
}

}  // namespace

double TableRow::at(std::string_view name) const {
  for (const TableEntry& entry : entries) {
    if (entry.name == name) return entry.value;
  }
  RISK_ASSERT(false);
  return std::numeric_limits<double>::quiet_NaN();
}

TableRows table_rows(const Summary& summary, const ResultFacts& facts) {
  TableRows rows;
  for (std::size_t mineral = 0; mineral < facts.minerals.size(); ++mineral) {
    rows.minerals.push_back(mineral_row(summary, facts, mineral));
    for (std::size_t member = 0; member < facts.members.size(); ++member) {
      if (!summary.has_demand[member * facts.minerals.size() + mineral]) continue;
      rows.cells.push_back(cell_row(summary, facts, member, mineral));
    }
  }
  for (std::size_t member = 0; member < facts.members.size(); ++member) {
    rows.members.push_back(member_row(summary, facts, member));
  }
  return rows;
}

}  // namespace blocrisk
