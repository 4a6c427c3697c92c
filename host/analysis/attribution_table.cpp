#include "host/analysis/attribution_table.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "host/analysis/columns.hpp"
#include "host/analysis/table_rows.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

struct Part {
  const std::string* country;
  const char* cause;
  double expected, tail;
};

/// Parts of one cell that are not 0, in file order.
std::vector<Part> parts_of(const AttributionFigures& figures, std::size_t cell) {
  std::vector<Part> parts;
  std::size_t at = figures.first(cell);
  for (const std::string& country : figures.countries) {
    for (const char* cause : cause_names) {
      const double expected = figures.expected[at];
      const double tail = figures.tail[at];
      ++at;
      if (expected > 0.0 || tail > 0.0) parts.push_back({&country, cause, expected, tail});
    }
  }
  return parts;
}

/// Calls f(cell, member, mineral) for the cells with a shortfall, by mineral, then member.
template <class Fn>
void each_short_cell(const AttributionFigures& figures, const ResultFacts& facts, Fn f) {
  for (std::size_t mineral = 0; mineral < facts.minerals.size(); ++mineral) {
    for (std::size_t member = 0; member < facts.members.size(); ++member) {
      const std::size_t cell = member * facts.minerals.size() + mineral;
      const std::vector<Part> parts = parts_of(figures, cell);
      if (!parts.empty()) f(cell, facts.members[member], facts.minerals[mineral], parts);
    }
  }
}

std::string words_of(const char* cause) {
  std::string words = cause;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

/// "CHN restriction 62, CHN closure 9": the largest parts, in per cent of all.
std::string largest(std::vector<Part> parts, double Part::*part) {
  constexpr std::size_t most = 3;
  std::stable_sort(parts.begin(), parts.end(),
                   [part](const Part& a, const Part& b) { return a.*part > b.*part; });
  double all = 0.0;
  for (const Part& p : parts) all += p.*part > 0.0 ? p.*part : 0.0;
  std::string text;
  for (std::size_t k = 0; k < std::min(most, parts.size()); ++k) {
    if (!(parts[k].*part > 0.0)) break;
    text += (text.empty() ? "" : ", ") + *parts[k].country + " " + words_of(parts[k].cause) + " " +
            fixed(100.0 * (parts[k].*part) / all, 0);
  }
  return text.empty() ? "-" : text;
}

}  // namespace

std::string text_attribution(const AttributionFigures& figures, const ResultFacts& facts) {
  const std::size_t mineral_width = name_width(facts.minerals, "mineral");
  const std::size_t member_width = name_width(facts.members, "member");
  std::string text =
      "Where the shortfall comes from: supplier and cause, % of its mean (then of its tail beyond "
      "VaR 95)\n";
  const std::string* shown = nullptr;
  each_short_cell(figures, facts,
                  [&](std::size_t, const std::string& member, const std::string& mineral,
                      const std::vector<Part>& parts) {
                    const bool first = shown != &mineral;
                    shown = &mineral;
                    text += left(first ? mineral : "", mineral_width) + left(member, member_width) +
                            largest(parts, &Part::expected) + "\n" +
                            left("", mineral_width + member_width) +
                            "  tail: " + largest(parts, &Part::tail) + "\n";
                  });
  return text;
}

std::string json_attribution(const AttributionFigures& figures, const ResultFacts& facts) {
  JsonWriter json;
  json.begin_object().member("paths", figures.n_paths).key("cells").begin_array();
  each_short_cell(
      figures, facts,
      [&](std::size_t cell, const std::string& member, const std::string& mineral,
          const std::vector<Part>& parts) {
        json.begin_object().member("member", member).member("mineral", mineral);
        json.member("tail_paths", figures.tail_paths[cell]).key("parts").begin_array();
        for (const Part& part : parts) {
          json.begin_object().member("country", *part.country).member("cause", part.cause);
          json.member("expected", part.expected).member("tail", part.tail).end_object();
        }
        json.end_array().end_object();
      });
  json.end_array().end_object();
  return json.text();
}

std::string csv_attribution(const AttributionFigures& figures, const ResultFacts& facts) {
  std::vector<TableRow> rows;
  each_short_cell(figures, facts,
                  [&](std::size_t, const std::string& member, const std::string& mineral,
                      const std::vector<Part>& parts) {
                    TableRow row{member, mineral, {}, {}};
                    for (const Part& part : parts) {
                      const std::string name = *part.country + "." + part.cause;
                      row.entries.push_back({"attribution_expected." + name, "1", part.expected});
                      row.entries.push_back({"attribution_tail." + name, "1", part.tail});
                    }
                    rows.push_back(row);
                  });
  return csv_rows(rows);
}

}  // namespace blocrisk
