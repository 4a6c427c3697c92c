#include "host/analysis/measure_table.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "host/analysis/columns.hpp"
#include "host/analysis/levels.hpp"
#include "host/analysis/selection.hpp"

namespace blocrisk {
namespace {

/// A measure of either table.
struct Chosen {
  const MeasureInfo* info;
  const MeasureSummary* summary;
  bool of_member;
};

Chosen choose(const Summary& summary, const std::string& name) {
  for (std::size_t k = 0; k < n_measures; ++k) {
    if (name == measure_table[k].name) return {&measure_table[k], &summary.measure[k], false};
  }
  for (std::size_t k = 0; k < n_member_measures; ++k) {
    if (name == member_measure_table[k].name)
      return {&member_measure_table[k], &summary.member_measure[k], true};
  }
  throw UsageError("--measure: the result has no " + name + nearest_hint(name, measure_names()));
}

/// "p50" or "cvar99.5".
std::string named(std::string_view what, Level level) {
  std::string percent = fixed(100.0 * level.value(), 1);
  if (percent.ends_with(".0")) percent.resize(percent.size() - 2);
  return std::string(what) + percent;
}

void append(std::vector<TableEntry>& entries, const std::string& name, const char* unit,
            const std::vector<double>& value, const std::vector<double>& low,
            const std::vector<double>& high, std::size_t at) {
  entries.push_back({name, unit, value[at]});
  entries.push_back({name + "_lo", unit, low[at]});
  entries.push_back({name + "_hi", unit, high[at]});
}

TableRow row_of(const Chosen& chosen, const std::string& member, const std::string& mineral,
                std::size_t cell) {
  const MeasureSummary& measure = *chosen.summary;
  const char* unit = unit_of(chosen.info->kind);
  TableRow row{member, mineral, measure.thin[cell * tail_levels.size() + tail_level_95] != 0, {}};
  append(row.entries, "mean", unit, measure.mean, measure.mean_lo, measure.mean_hi, cell);
  append(row.entries, "std", unit, measure.std_dev, measure.std_dev_lo, measure.std_dev_hi, cell);
  for (std::size_t k = 0; k < quantile_levels.size(); ++k)
    append(row.entries, named("p", quantile_levels[k]), unit, measure.quantile, measure.quantile_lo,
           measure.quantile_hi, cell * quantile_levels.size() + k);
  for (std::size_t k = 0; k < tail_levels.size(); ++k) {
    const std::size_t at = cell * tail_levels.size() + k;
    append(row.entries, named("var", tail_levels[k]), unit, measure.var, measure.var_lo,
           measure.var_hi, at);
    append(row.entries, named("cvar", tail_levels[k]), unit, measure.cvar, measure.cvar_lo,
           measure.cvar_hi, at);
  }
  return row;
}

}  // namespace

std::vector<std::string> measure_names() {
  std::vector<std::string> names;
  for (const MeasureInfo& info : measure_table) names.emplace_back(info.name);
  for (const MeasureInfo& info : member_measure_table) names.emplace_back(info.name);
  return names;
}

std::vector<TableRow> measure_rows(const Summary& summary, const ResultFacts& facts,
                                   const MeasureSelection& selection) {
  require_known("--member", "the result", selection.members, facts.members);
  require_known("--mineral", "the result", selection.minerals, facts.minerals);
  const Chosen chosen = choose(summary, selection.measure);
  std::vector<TableRow> rows;
  const std::size_t n_minerals = chosen.of_member ? 1 : facts.minerals.size();
  for (std::size_t mineral = 0; mineral < n_minerals; ++mineral) {
    const std::string name = chosen.of_member ? "" : facts.minerals[mineral];
    if (!chosen.of_member && !is_asked(selection.minerals, name)) continue;
    for (std::size_t member = 0; member < facts.members.size(); ++member) {
      const std::size_t cell = member * n_minerals + mineral;
      if (!is_asked(selection.members, facts.members[member])) continue;
      if (!chosen.of_member && summary.has_demand[cell] == 0) continue;
      rows.push_back(row_of(chosen, facts.members[member], name, cell));
    }
  }
  return rows;
}

std::string text_measure(const Summary& summary, const ResultFacts& facts,
                         const MeasureSelection& selection) {
  const std::vector<TableRow> rows = measure_rows(summary, facts, selection);
  const MeasureInfo& info = *choose(summary, selection.measure).info;
  const ReadableUnit scale = readable_unit(unit_of(info.kind));
  std::vector<std::string> names;
  for (const TableRow& row : rows)
    names.push_back(row.mineral.empty() ? row.member : row.mineral + " " + row.member);
  std::vector<Column> columns;
  for (const auto& [heading, entry] : {std::pair{"mean", "mean"},
                                       {"sd", "std"},
                                       {"P5", "p5"},
                                       {"P50", "p50"},
                                       {"P95", "p95"},
                                       {"CVaR95", "cvar95"},
                                       {"CVaR99", "cvar99"}}) {
    Column column{heading, {}};
    for (const TableRow& row : rows) {
      const bool marked = entry == std::string_view("cvar95") && row.thin.value_or(false);
      column.cells.push_back(fixed(scale.factor * row.at(entry), 2) + (marked ? "*" : ""));
    }
    columns.push_back(column);
  }
  return selection.measure + ", " + scale.name + ": " + info.long_name + "\n" +
         columns_text(rows.empty() || rows.front().mineral.empty() ? "member" : "mineral, member",
                      names, columns);
}

}  // namespace blocrisk
