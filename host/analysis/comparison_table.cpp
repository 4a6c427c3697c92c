#include <algorithm>

#include "host/analysis/columns.hpp"
#include "host/analysis/comparison.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t value_width = 8;
constexpr std::size_t interval_width = 17;
constexpr std::size_t share_width = 9;

/// A figure and its interval, in units of 1/scale.
std::string figure_text(const TableRow& row, const std::string& name, double scale,
                        std::size_t wider = 0) {
  const auto number = [&](const std::string& which) {
    return signed_number(scale * row.at(which));
  };
  return right(number(name), value_width + wider) +
         right("[" + number(name + "_lo") + ", " + number(name + "_hi") + "]",
               interval_width + wider);
}

std::string shares_text(const TableRow& row) {
  return right(fixed(100.0 * row.at("a_worse_probability"), 2), share_width) +
         right(fixed(100.0 * row.at("b_worse_probability"), 2), share_width) +
         (row.thin.value_or(false) ? " *" : "");
}

bool differs(const TableRow& row) {
  return row.at("a_worse_probability") > 0.0 || row.at("b_worse_probability") > 0.0 ||
         row.at("months_short_mean_difference") != 0.0;
}

struct Widths {
  std::size_t mineral, member;
};

Widths widths_of(const Comparison& comparison) {
  std::vector<std::string> members, minerals;
  for (const TableRow& row : comparison.cells) minerals.push_back(row.mineral);
  for (const TableRow& row : comparison.members) members.push_back(row.member);
  return {name_width(minerals, "mineral"), name_width(members, "member")};
}

/// A table of the cells that differ, `columns(row)` behind their names.
template <class Columns>
std::string cell_table(const Comparison& comparison, const std::string& title,
                       const std::string& headings, Columns columns) {
  const Widths widths = widths_of(comparison);
  std::string text = title + "\n" + left("mineral", widths.mineral) +
                     left("member", widths.member) + headings + "\n";
  std::string mineral;
  for (const TableRow& row : comparison.cells) {
    if (!differs(row)) continue;
    text += left(row.mineral == mineral ? "" : row.mineral, widths.mineral) +
            left(row.member, widths.member) + columns(row) + "\n";
    mineral = row.mineral;
  }
  return text;
}

/// Per cent of paths.
std::string share_heading() {
  return right("A worse", share_width) + right("B worse", share_width);
}

std::string figure_heading(const std::string& name, std::size_t wider = 0) {
  return right(name, value_width + wider) + right("95 % interval", interval_width + wider);
}

std::string loss_table(const Comparison& comparison) {
  constexpr double per_million = 1e-6;
  constexpr std::size_t wider = 3;  // dollars have more digits than percentages
  const std::size_t width = widths_of(comparison).member;
  std::string text =
      "Loss over the horizon, A less B, million USD; on which % of paths one is worse\n" +
      left("member", width) + figure_heading("mean", wider) + figure_heading("CVaR95", wider) +
      share_heading() + "\n";
  for (const TableRow& row : comparison.members) {
    text += left(row.member, width) + figure_text(row, "loss_mean_difference", per_million, wider) +
            figure_text(row, "loss_cvar95_difference", per_million, wider) + shares_text(row) +
            "\n";
  }
  return text;
}

std::string footnotes(const Comparison& comparison) {
  std::string text;
  const auto n_same = std::count_if(comparison.cells.begin(), comparison.cells.end(),
                                    [](const TableRow& row) { return !differs(row); });
  if (n_same > 0)
    text += std::to_string(n_same) + " of " + std::to_string(comparison.cells.size()) +
            " pairs of mineral and member differ on no path and are not listed\n";
  const auto is_thin = [](const TableRow& row) { return row.thin.value_or(false); };
  const auto listed_thin = [&](const TableRow& row) { return differs(row) && is_thin(row); };
  if (std::any_of(comparison.cells.begin(), comparison.cells.end(), listed_thin) ||
      std::any_of(comparison.members.begin(), comparison.members.end(), is_thin))
    text += "* fewer than 30 paths differ: take it as a hint\n";
  for (const std::string& sentence : comparison.left_out) text += "left out: " + sentence + "\n";
  return text;
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  constexpr double percent = 100.0;
  const std::string notes = footnotes(comparison);
  std::string text;
  if (std::any_of(comparison.cells.begin(), comparison.cells.end(), differs)) {
    text +=
        cell_table(
            comparison,
            "Shortfall, A less B, percentage points of demand; on which % of paths one is worse",
            figure_heading("mean") + figure_heading("CVaR95") + share_heading(),
            [](const TableRow& row) {
              return figure_text(row, "shortfall_mean_difference", percent) +
                     figure_text(row, "shortfall_cvar95_difference", percent) + shares_text(row);
            }) +
        "\n";
    text += cell_table(comparison, "Being short, A less B",
                       right("P(short), points", 2 * value_width + 2) +
                           right("95 % interval", interval_width) + figure_heading("months"),
                       [](const TableRow& row) {
                         return std::string(value_width + 2, ' ') +
                                figure_text(row, "short_probability_difference", percent) +
                                figure_text(row, "months_short_mean_difference", 1.0);
                       }) +
            "\n";
  }
  return text + loss_table(comparison) + (notes.empty() ? "" : "\n" + notes);
}

std::string comparison_json(const Comparison& comparison) {
  JsonWriter left_out;
  left_out.begin_array();
  for (const std::string& sentence : comparison.left_out) left_out.value(sentence);
  return "{\"paths\":" + std::to_string(comparison.n_paths) +
         ",\"cells\":" + json_rows(comparison.cells) +
         ",\"members\":" + json_rows(comparison.members) +
         ",\"left_out\":" + left_out.end_array().text() + "}";
}

std::string comparison_csv(const Comparison& comparison) {
  return "member,mineral,figure,unit,value\n" + csv_rows(comparison.members) +
         csv_rows(comparison.cells);
}

}  // namespace blocrisk
