#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <initializer_list>

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

/// Whether a figure is more than zero and carried by too few paths.
bool is_thin(const TableRow& row, const std::string& figure) {
  return row.at(figure) > 0.0 && row.at(figure + "_thin") > 0.0;
}

std::string marked(const TableRow& row, const std::string& figure, const std::string& text) {
  return text + (is_thin(row, figure) ? "*" : "");
}

/// The most paths that one of the marked figures needs; 0 where none is marked.
double paths_needed(const std::vector<TableRow>& rows, std::initializer_list<const char*> figures) {
  double most = 0.0;
  for (const TableRow& row : rows) {
    for (const std::string figure : figures) {
      if (is_thin(row, figure)) most = std::max(most, row.at(figure + "_paths_needed"));
    }
  }
  return most;
}

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
    const auto share = [&row](const char* figure) {
      return right(marked(row, figure, percent(row.at(figure))));
    };
    text += left(first ? row.mineral : "", widths.mineral) + left(row.member, widths.member) +
            share("shortfall_mean") + share("shortfall_p95") + share("shortfall_cvar95") +
            share("short_probability") +
            right(marked(row, "months_short_mean", fixed(row.at("months_short_mean"), 2))) + "\n";
  }
  return text;
}

std::string loss_table(const TableRows& rows, NameWidths widths) {
  constexpr std::size_t width = column_width + 6;
  std::string text = "Loss over the horizon, million USD\n";
  text += left("member", widths.member) + right("mean", width) + right("CVaR95", width) + "\n";
  for (const TableRow& row : rows.members) {
    const auto money = [&row](const char* figure) {
      return right(marked(row, figure, million(row.at(figure))), width);
    };
    text += left(row.member, widths.member) + money("loss_mean") + money("loss_cvar95") + "\n";
  }
  return text;
}

std::string note_on_thin(double paths_needed) {
  if (paths_needed == 0.0) return "";
  std::array<char, 32> paths{};
  std::snprintf(paths.data(), paths.size(), "%.2g", paths_needed);
  return "* carried by fewer than 30 paths: take it as a hint; about " + std::string(paths.data()) +
         " paths should carry them all\n";
}

}  // namespace

std::string text_table(const Summary& summary, const ResultFacts& facts) {
  const TableRows rows = table_rows(summary, facts);
  const NameWidths widths{name_width(facts.minerals, "mineral"),
                          name_width(facts.members, "member")};
  std::string text = market_table(rows, widths) + "\n" + shortfall_table(rows, widths) + "\n" +
                     loss_table(rows, widths);
  const double needed =
      std::max(paths_needed(rows.cells, {"shortfall_mean", "shortfall_p95", "shortfall_cvar95",
                                         "short_probability", "months_short_mean"}),
               paths_needed(rows.members, {"loss_mean", "loss_cvar95"}));
  text += note_on_thin(needed);
  return text;
}

}  // namespace blocrisk
