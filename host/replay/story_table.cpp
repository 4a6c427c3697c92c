#include "host/replay/story_table.hpp"

#include <algorithm>
#include <cmath>

#include "host/analysis/columns.hpp"
#include "host/replay/phrases.hpp"

namespace blocrisk {
namespace {

using Q = StoryQuantity;

constexpr std::size_t most_suppliers = 3;

std::string percent(double fraction) { return fixed(100.0 * fraction, 1); }
std::string tonnes(double t) { return fixed(t, std::fabs(t) < 100.0 ? 1 : 0); }

bool has_demand(const Story& story, int member, int mineral) {
  return !std::isnan(story.at(Q::shortfall, {member, mineral, 0}));
}

/// What the cell gets from a supplier country in a step; 0 where there is no such supplier.
double delivered(const Story& story, int member, int mineral, int stage, int country, int step) {
  const float t = story.at(Q::delivery, {member, mineral, stage, country, step});
  return std::isnan(t) ? 0.0 : t;
}

/// Position of a mineral's last stage: the last that has a node.
int last_stage_of(const Story& story, int mineral) {
  for (int s = static_cast<int>(story.stages.size()) - 1; s >= 0; --s) {
    for (int c = 0; c < static_cast<int>(story.countries.size()); ++c) {
      if (!std::isnan(story.at(Q::full_capacity, {mineral, s, c, 0}))) return s;
    }
  }
  return 0;
}

/// The countries that deliver most to a cell, most first.
std::vector<int> main_suppliers(const Story& story, int member, int mineral, int stage) {
  std::vector<std::pair<double, int>> totals;
  for (int c = 0; c < static_cast<int>(story.countries.size()); ++c) {
    double sum = 0.0;
    for (int step = 0; step < story.n_steps(); ++step)
      sum += delivered(story, member, mineral, stage, c, step);
    if (sum > 0.0) totals.push_back({-sum, c});
  }
  std::sort(totals.begin(), totals.end());
  std::vector<int> countries;
  for (const auto& [sum, c] : totals) {
    if (countries.size() < most_suppliers) countries.push_back(c);
  }
  return countries;
}

/// Steps in which the cell draws on stocks, goes short, or its market is restricted.
bool is_eventful(const Story& story, int member, int mineral, int step) {
  const float restricted = story.at(Q::restricted_fraction, {mineral, step});
  const float before = step > 0 ? story.at(Q::restricted_fraction, {mineral, step - 1}) : 0.0f;
  return step == 0 || std::fabs(restricted - before) > 0.01f ||
         story.at(Q::unmet, {member, mineral, step}) > 0.0f ||
         story.at(Q::drawn, {member, mineral, step}) > 0.0f;
}

/// A cell's row of the step table.
class StepTable {
 public:
  StepTable(const Story& story, int member, int mineral)
      : story_(story),
        member_(member),
        mineral_(mineral),
        stage_(last_stage_of(story, mineral)),
        suppliers_(main_suppliers(story, member, mineral, stage_)) {}

  std::string run() {
    std::string text = heading();
    bool dots = false;
    for (int step = 0; step < story_.n_steps(); ++step) {
      if (is_eventful(story_, member_, mineral_, step)) {
        text += row(step);
        dots = false;
      } else if (!dots) {
        text += "  ...\n";
        dots = true;
      }
    }
    return text;
  }

 private:
  static constexpr std::size_t width = 9;

  std::string heading() const {
    std::string text = story_.minerals[static_cast<std::size_t>(mineral_)] + ", " +
                       story_.members[static_cast<std::size_t>(member_)] +
                       ", step by step; tonnes, deliveries by supplier\n";
    text += right("month", 7) + right("begins", 12) + right("price", 7) + right("restr %", 8) +
            right("need", width);
    for (const int c : suppliers_)
      text += right(story_.countries[static_cast<std::size_t>(c)], width);
    return text + right("others", width) + right("stocks", width) + right("unmet", width) +
           right("short %", 8) + right("cover d", 8) + "\n";
  }

  float cell(Q quantity, int step) const { return story_.at(quantity, {member_, mineral_, step}); }

  std::string row(int step) const {
    std::string text = right(month_text(story_.facts, step), 7) +
                       right(date_text(story_.facts, step), 12) +
                       right(fixed(story_.at(Q::price_ratio, {mineral_, step}), 2), 7) +
                       right(percent(story_.at(Q::restricted_fraction, {mineral_, step})), 8) +
                       right(tonnes(cell(Q::need, step)), width);
    double others = 0.0;
    for (int c = 0; c < static_cast<int>(story_.countries.size()); ++c)
      others += delivered(story_, member_, mineral_, stage_, c, step);
    for (const int c : suppliers_) {
      const double t = delivered(story_, member_, mineral_, stage_, c, step);
      others -= t;
      text += right(tonnes(t), width);
    }
    const double rest = others < 1e-6 * cell(Q::need, step) ? 0.0 : others;
    return text + right(tonnes(rest), width) + right(tonnes(cell(Q::drawn, step)), width) +
           right(tonnes(cell(Q::unmet, step)), width) +
           right(percent(cell(Q::shortfall, step)), 8) +
           right(fixed(cell(Q::days_of_cover, step), 0), 8) + "\n";
  }

  const Story& story_;
  int member_, mineral_, stage_;
  std::vector<int> suppliers_;
};

}  // namespace

std::string measures_text(const Story& story) {
  struct Cell {
    int member, mineral;
    float shortfall;
  };
  std::vector<Cell> cells;
  const auto measure = [&](Measure which, const Cell& cell) -> double {
    return story.measures.of(which, story.shown.members[static_cast<std::size_t>(cell.member)],
                             story.shown.minerals[static_cast<std::size_t>(cell.mineral)]);
  };
  for (int a = 0; a < static_cast<int>(story.members.size()); ++a) {
    for (int b = 0; b < static_cast<int>(story.minerals.size()); ++b) {
      if (!has_demand(story, a, b)) continue;
      cells.push_back({a, b, 0.0f});
      cells.back().shortfall = static_cast<float>(measure(Measure::shortfall, cells.back()));
    }
  }
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Cell& a, const Cell& b) { return a.shortfall > b.shortfall; });
  std::vector<std::string> names;
  std::vector<Column> columns{{"member", {}},           {"shortfall %", {}}, {"peak %", {}},
                              {"months short", {}},     {"first short", {}}, {"drawn %", {}},
                              {"loss, million USD", {}}};
  for (const Cell& cell : cells) {
    names.push_back(story.minerals[static_cast<std::size_t>(cell.mineral)]);
    const auto add = [&](std::size_t k, std::string text) {
      columns[k].cells.push_back(std::move(text));
    };
    const bool is_short = measure(Measure::months_short, cell) > 0.0;
    add(0, story.members[static_cast<std::size_t>(cell.member)]);
    add(1, fixed(100.0 * measure(Measure::shortfall, cell), 2));
    add(2, fixed(100.0 * measure(Measure::peak, cell), 2));
    add(3, fixed(measure(Measure::months_short, cell), 1));
    add(4, is_short ? fixed(measure(Measure::first_short, cell), 1) : "never");
    add(5, fixed(100.0 * measure(Measure::drawn, cell), 2));
    add(6, fixed(measure(Measure::loss, cell) / 1e6, 2));
  }
  return columns_text("mineral", names, columns);
}

std::string steps_text(const Story& story, int member, int mineral) {
  return StepTable(story, member, mineral).run();
}

}  // namespace blocrisk
