#include "host/analysis/draw_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "host/analysis/columns.hpp"
#include "host/analysis/draw_figures.hpp"
#include "host/analysis/table_rows.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

struct DrawRows {
  std::vector<TableRow> members;  ///< of loss
  std::vector<TableRow> cells;    ///< of shortfall, by mineral, then member; those with demand
};

/// Entries of one cell: mean, band, deviations, share, and each input's share.
TableRow row_of(const std::string& prefix, const char* unit, const MeasureDraws& draws,
                const MeasureSummary& summary, std::size_t cell, const ResultFacts& facts) {
  TableRow row;
  const auto add = [&](const char* name, const char* in, double value) {
    row.entries.push_back({prefix + name, in, value});
  };
  add("_mean", unit, summary.mean[cell]);
  add("_mean_lo", unit, draws.mean_lo[cell]);
  add("_mean_hi", unit, draws.mean_hi[cell]);
  add("_between_std", unit, draws.between_std[cell]);
  add("_within_std", unit, draws.within_std[cell]);
  add("_between_share", "1", draws.between_share[cell]);
  for (std::size_t i = 0; i < facts.uncertain.size(); ++i) {
    row.entries.push_back({prefix + "_input_share." + facts.uncertain[i].name, "1",
                           draws.input_share[i * summary.mean.size() + cell]});
  }
  return row;
}

DrawRows draw_rows(const Accumulators& accumulators, const Summary& summary,
                   const ResultFacts& facts) {
  const DrawFigures figures = draw_figures(accumulators, facts, summary);
  DrawRows rows;
  for (std::size_t member = 0; member < facts.members.size(); ++member) {
    rows.members.push_back(row_of("loss", "USD", figures.of(MemberMeasure::loss),
                                  summary.of(MemberMeasure::loss), member, facts));
    rows.members.back().member = facts.members[member];
  }
  for (std::size_t mineral = 0; mineral < facts.minerals.size(); ++mineral) {
    for (std::size_t member = 0; member < facts.members.size(); ++member) {
      const std::size_t cell = member * facts.minerals.size() + mineral;
      if (summary.has_demand[cell] == 0) continue;
      rows.cells.push_back(row_of("shortfall", "1", figures.of(Measure::shortfall),
                                  summary.of(Measure::shortfall), cell, facts));
      rows.cells.back().member = facts.members[member];
      rows.cells.back().mineral = facts.minerals[mineral];
    }
  }
  return rows;
}

/// "chinese event rates 45, leakage 20": the inputs that explain most, in per cent of the variance
/// that is not knowing any.
std::string telling_inputs(const TableRow& row) {
  constexpr std::size_t most = 2;
  constexpr double least_share = 0.05;
  const std::string mark = "_input_share.";
  std::vector<TableEntry> inputs;
  for (const TableEntry& entry : row.entries) {
    const std::size_t at = entry.name.find(mark);
    if (at != std::string::npos && entry.value >= least_share)
      inputs.push_back({entry.name.substr(at + mark.size()), entry.unit, entry.value});
  }
  std::stable_sort(inputs.begin(), inputs.end(),
                   [](const TableEntry& a, const TableEntry& b) { return a.value > b.value; });
  std::string text;
  for (std::size_t i = 0; i < std::min(most, inputs.size()); ++i)
    text += (i > 0 ? ", " : "  ") + inputs[i].name + " " + fixed(100.0 * inputs[i].value, 0);
  return text.empty() ? "  -" : text;
}

std::string heading(const std::string& names) {
  return names + right("mean") + right("5 %") + right("95 %") + right("unknown %") + "  of it, %\n";
}

/// `unit`: how many of the measure's units a number in the table is.
std::string figures_text(const TableRow& row, const std::string& prefix, double unit) {
  const double share = row.at(prefix + "_between_share");
  std::string text;
  for (const char* name : {"_mean", "_mean_lo", "_mean_hi"}) {
    const double value = row.at(prefix + name);
    text += right(std::isnan(value) ? "-" : fixed(value / unit, 2));
  }
  return text + right(std::isnan(share) ? "-" : fixed(100.0 * share, 1)) + telling_inputs(row) +
         "\n";
}

}  // namespace

std::string text_draws(const Accumulators& accumulators, const Summary& summary,
                       const ResultFacts& facts) {
  if (accumulators.draws.empty()) return {};
  const DrawRows rows = draw_rows(accumulators, summary, facts);
  const std::size_t mineral_width = name_width(facts.minerals, "mineral");
  const std::size_t member_width = name_width(facts.members, "member");
  std::string text =
      "\nWhat is not known, from " + std::to_string(accumulators.draws.size()) +
      " draws of the uncertain inputs: the mean's 5 to 95 % over what they may\nbe; the share of "
      "the paths' variance that is not knowing them, the rest being chance; and the\ninputs that "
      "explain most of that share\n\nMean shortfall, % of demand\n";
  text += heading(left("mineral", mineral_width) + left("member", member_width));
  const std::string* shown = nullptr;
  for (const TableRow& row : rows.cells) {
    const bool first = shown == nullptr || *shown != row.mineral;
    shown = &row.mineral;
    text += left(first ? row.mineral : "", mineral_width) + left(row.member, member_width) +
            figures_text(row, "shortfall", 0.01);
  }
  text += "\nMean loss, million USD\n" + heading(left("member", member_width));
  for (const TableRow& row : rows.members)
    text += left(row.member, member_width) + figures_text(row, "loss", 1e6);
  return text;
}

std::string json_draws(const Accumulators& accumulators, const Summary& summary,
                       const ResultFacts& facts) {
  if (accumulators.draws.empty()) return {};
  const DrawRows rows = draw_rows(accumulators, summary, facts);
  JsonWriter json;
  json.begin_object().member("draws", accumulators.draws.size()).key("inputs").begin_array();
  for (const UncertainFact& input : facts.uncertain) {
    json.begin_object()
        .member("name", input.name)
        .member("address", input.address)
        .member("distribution", input.distribution)
        .end_object();
  }
  json.end_array().key("members").raw(json_rows(rows.members));
  json.key("cells").raw(json_rows(rows.cells)).end_object();
  return json.text();
}

std::string csv_draws(const Accumulators& accumulators, const Summary& summary,
                      const ResultFacts& facts) {
  if (accumulators.draws.empty()) return {};
  DrawRows rows = draw_rows(accumulators, summary, facts);
  // The means stand in the main table already.
  for (std::vector<TableRow>* part : {&rows.members, &rows.cells}) {
    for (TableRow& row : *part) row.entries.erase(row.entries.begin());
  }
  return csv_rows(rows.members) + csv_rows(rows.cells);
}

}  // namespace blocrisk
