#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>

#include "host/analysis/columns.hpp"
#include "host/analysis/convergence.hpp"
#include "host/analysis/table_rows.hpp"
#include "host/scenario/csv.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

/// What a series is of, row by row.
struct RowNames {
  std::string member, mineral;
};

std::vector<RowNames> rows_of(const NamedFigure& figure, const ResultFacts& facts) {
  std::vector<RowNames> rows;
  for (const std::string& member : facts.members) {
    if (figure.of_member) rows.push_back({member, ""});
    for (const std::string& mineral : facts.minerals) {
      if (!figure.of_member) rows.push_back({member, mineral});
    }
  }
  return rows;
}

/// The last look and every second before it, oldest first: as many as fit a line.
std::vector<std::size_t> shown_looks(std::size_t n_looks) {
  constexpr std::size_t most = 5;
  std::vector<std::size_t> looks;
  for (std::size_t back = 1; back <= n_looks && looks.size() < most; back += 2)
    looks.push_back(n_looks - back);
  std::reverse(looks.begin(), looks.end());
  return looks;
}

std::string percent_of(double half_width, double value) {
  return value > 0.0 ? fixed(100.0 * half_width / value, 2) : "-";
}

/// Paths that would narrow the last interval to 1 % of the figure, by the root law.
std::string paths_for_one_percent(double paths, double half_width, double value) {
  if (!(value > 0.0)) return "-";
  const double ratio = half_width / value / 0.01;
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", std::max(paths * ratio * ratio, 1.0));
  return text;
}

std::string series_text(const Convergence& convergence, const Convergence::Series& series,
                        const ResultFacts& facts) {
  const std::vector<RowNames> rows = rows_of(series.figure, facts);
  const std::size_t last = (convergence.paths_done.size() - 1) * rows.size();
  std::vector<std::size_t> shown;
  std::vector<std::string> names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!(series.value[last + row] > 0.0)) continue;
    shown.push_back(row);
    names.push_back(rows[row].member + (rows[row].mineral.empty() ? "" : " ") + rows[row].mineral);
  }
  std::vector<Column> columns;
  for (const std::size_t look : shown_looks(convergence.paths_done.size())) {
    Column column{std::to_string(convergence.paths_done[look]), {}};
    for (const std::size_t row : shown) {
      const std::size_t i = look * rows.size() + row;
      column.cells.push_back(percent_of(series.half_width[i], series.value[i]));
    }
    columns.push_back(column);
  }
  Column wanted{"for 1 %", {}};
  for (const std::size_t row : shown) {
    wanted.cells.push_back(paths_for_one_percent(static_cast<double>(convergence.paths_done.back()),
                                                 series.half_width[last + row],
                                                 series.value[last + row]));
  }
  columns.push_back(wanted);
  return series.figure.name + "\n" + columns_text("paths", names, columns);
}

}  // namespace

std::string text_convergence(const Convergence& convergence, const ResultFacts& facts) {
  if (convergence.paths_done.empty()) return "No path was done, so there is no convergence.\n";
  std::string text =
      "Half-width of the 95 % interval, % of the figure, by paths done; for 1 %: paths it would "
      "take,\nby the root law\n";
  for (const Convergence::Series& series : convergence.series)
    text += "\n" + series_text(convergence, series, facts);
  return text;
}

std::string json_convergence(const Convergence& convergence, const ResultFacts& facts) {
  JsonWriter json;
  json.begin_array();
  for (const Convergence::Series& series : convergence.series) {
    const std::vector<RowNames> rows = rows_of(series.figure, facts);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      json.begin_object().member("member", rows[row].member);
      if (!rows[row].mineral.empty()) json.member("mineral", rows[row].mineral);
      json.member("figure", series.figure.name).member("unit", series.figure.unit).key("points");
      json.begin_array();
      for (std::size_t look = 0; look < convergence.paths_done.size(); ++look) {
        const std::size_t i = look * rows.size() + row;
        json.begin_object()
            .member("paths", convergence.paths_done[look])
            .member("value", series.value[i])
            .member("half_width", series.half_width[i])
            .end_object();
      }
      json.end_array().end_object();
    }
  }
  return json.end_array().text();
}

std::string csv_convergence(const Convergence& convergence, const ResultFacts& facts) {
  std::string text = "member,mineral,figure,unit,paths,value,half_width\n";
  for (const Convergence::Series& series : convergence.series) {
    const std::vector<RowNames> rows = rows_of(series.figure, facts);
    for (std::size_t i = 0; i < series.value.size(); ++i) {
      const RowNames& row = rows[i % rows.size()];
      text += csv_cell(row.member) + "," + csv_cell(row.mineral) + "," + series.figure.name + "," +
              series.figure.unit + "," + std::to_string(convergence.paths_done[i / rows.size()]) +
              "," + csv_number(series.value[i]) + "," + csv_number(series.half_width[i]) + "\n";
    }
  }
  return text;
}

}  // namespace blocrisk
