#include "host/analysis/table_rows.hpp"

#include <cstddef>
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

TableRow cell_row(const Summary& summary, const ResultFacts& facts, std::size_t member,
                  std::size_t mineral) {
  const std::size_t cell = member * facts.minerals.size() + mineral;
  const MeasureSummary& shortfall = summary.of(Measure::shortfall);
  return {facts.members[member],
          facts.minerals[mineral],
          shortfall.thin[at_95(cell)] != 0,
          {{"shortfall_mean", "1", shortfall.mean[cell]},
           {"shortfall_stderr", "1", shortfall.std_error[cell]},
           {"shortfall_p95", "1",
            shortfall.quantile[cell * quantile_levels.size() + quantile_level_95]},
           {"shortfall_cvar95", "1", shortfall.cvar[at_95(cell)]},
           {"shortfall_cvar95_lo", "1", shortfall.cvar_lo[at_95(cell)]},
           {"shortfall_cvar95_hi", "1", shortfall.cvar_hi[at_95(cell)]},
           {"short_probability", "1", summary.short_probability.value[cell]},
           {"months_short_mean", "months", summary.of(Measure::months_short).mean[cell]}}};
}

TableRow member_row(const Summary& summary, const ResultFacts& facts, std::size_t member) {
  const MeasureSummary& loss = summary.of(MemberMeasure::loss);
  return {facts.members[member],
          "",
          loss.thin[at_95(member)] != 0,
          {{"loss_mean", "USD", loss.mean[member]},
           {"loss_stderr", "USD", loss.std_error[member]},
           {"loss_cvar95", "USD", loss.cvar[at_95(member)]},
           {"loss_cvar95_lo", "USD", loss.cvar_lo[at_95(member)]},
           {"loss_cvar95_hi", "USD", loss.cvar_hi[at_95(member)]}}};
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
