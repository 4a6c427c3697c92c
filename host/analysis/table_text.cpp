#include <algorithm>
#include <cstddef>

#include "host/analysis/columns.hpp"
#include "host/analysis/table.hpp"
#include "host/analysis/table_rows.hpp"

namespace blocrisk {
namespace {

std::string percent(double fraction) { return fixed(100.0 * fraction, 2); }
std::string million(double usd) { return fixed(usd / 1e6, 2); }

struct NameWidths {
  std::size_t mineral, member;
};

std::string market_table(const TableRows& rows, NameWidths widths) {
  std::string text = "World market, mean over paths and time\n";
  text += left("mineral", widths.mineral) + right("price ratio", column_width + 2) +
          right("restricted %", column_width + 2) + "\n";
  for (const TableRow& row : rows.minerals) {
    text += left(row.mineral, widths.mineral) +
            right(fixed(row.at("price_ratio_mean"), 3), column_width + 2) +
            right(percent(row.at("restricted_fraction_mean")), column_width + 2) + "\n";
  }
  return text;
}

std::string shortfall_table(const TableRows& rows, NameWidths widths) {
  std::string text = "Shortfall, % of demand over the horizon\n";
  text += left("mineral", widths.mineral) + left("member", widths.member);
  for (const char* heading : {"mean", "P95", "CVaR95", "P(short) %", "months"})
    text += right(heading);
  text += "\n";
  const std::string* mineral = nullptr;
  for (const TableRow& row : rows.cells) {
    const bool first = mineral == nullptr || *mineral != row.mineral;
    mineral = &row.mineral;
    text += left(first ? row.mineral : "", widths.mineral) + left(row.member, widths.member) +
            right(percent(row.at("shortfall_mean"))) + right(percent(row.at("shortfall_p95"))) +
            right(percent(row.at("shortfall_cvar95")) + (row.thin.value_or(false) ? "*" : "")) +
            right(percent(row.at("short_probability"))) +
            right(fixed(row.at("months_short_mean"), 2)) + "\n";
  }
  return text;
}

std::string loss_table(const TableRows& rows, NameWidths widths) {
  constexpr std::size_t width = column_width + 6;
  std::string text = "Loss over the horizon, million USD\n";
  text += left("member", widths.member) + right("mean", width) + right("CVaR95", width) + "\n";
  for (const TableRow& row : rows.members) {
    text += left(row.member, widths.member) + right(million(row.at("loss_mean")), width) +
            right(million(row.at("loss_cvar95")) + (row.thin.value_or(false) ? "*" : ""), width) +
            "\n";
  }
  return text;
}

bool any_thin(const std::vector<TableRow>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const TableRow& row) { return row.thin.value_or(false); });
}

}  // namespace

std::string text_table(const Summary& summary, const ResultFacts& facts) {
  const TableRows rows = table_rows(summary, facts);
  const NameWidths widths{name_width(facts.minerals, "mineral"),
                          name_width(facts.members, "member")};
  std::string text = market_table(rows, widths) + "\n" + shortfall_table(rows, widths) + "\n" +
                     loss_table(rows, widths);
  if (any_thin(rows.cells) || any_thin(rows.members)) {
    text += "* fewer than 30 paths in the tail: take it as a hint\n";
  }
  return text;
}

}  // namespace blocrisk
