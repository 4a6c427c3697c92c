#include "host/analysis/comparison.hpp"

#include <algorithm>
#include <cstddef>

#include "host/analysis/paired.hpp"

namespace blocrisk {
namespace {

constexpr Level level_95 = tail_levels[tail_level_95];

template <class Names>
std::size_t position(const Names& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// Figures of two that are known to be the same need no sampling.
struct Same {
  bool network;
  Figure operator()(Figure figure) const { return network ? Figure{0.0, 0.0, 0.0} : figure; }
};

void add_figure(TableRow& row, const std::string& name, const char* unit, Figure figure) {
  row.entries.push_back({name, unit, figure.value});
  row.entries.push_back({name + "_lo", unit, figure.low});
  row.entries.push_back({name + "_hi", unit, figure.high});
}

/// How often one is worse than the other.
void add_counts(TableRow& row, const PairCounts& counts) {
  const auto add = [&](const std::string& name, std::uint64_t count) {
    const Interval interval = wilson_interval(count, counts.n);
    const double share = static_cast<double>(count) / static_cast<double>(counts.n);
    add_figure(row, name, "1", {share, interval.low, interval.high});
  };
  add("a_worse_probability", counts.a_above);
  add("b_worse_probability", counts.b_above);
}

double mean_of(const std::vector<float>& values) {
  double sum = 0.0;
  for (const float value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Where both keep a series.
struct SeriesPair {
  const std::vector<float>& a;
  const std::vector<float>& b;
};

TableRow cell_row(const std::string& member, const std::string& mineral, SeriesPair shortfall,
                  SeriesPair months_short, Same same) {
  const Pairs of_shortfall{shortfall.a, shortfall.b};
  const Pairs of_months{months_short.a, months_short.b};
  const PairCounts counts = count_pairs(of_shortfall);
  TableRow row{member, mineral, is_thin(counts) && !same.network, {}};
  row.entries.push_back({"shortfall_mean_a", "1", mean_of(shortfall.a)});
  row.entries.push_back({"shortfall_mean_b", "1", mean_of(shortfall.b)});
  add_figure(row, "shortfall_mean_difference", "1", same(mean_difference(of_shortfall)));
  add_figure(row, "shortfall_cvar95_difference", "1",
             same(cvar_difference(of_shortfall, level_95)));
  add_figure(row, "short_probability_difference", "1", same(probability_difference(of_months)));
  add_figure(row, "months_short_mean_difference", "months", same(mean_difference(of_months)));
  add_counts(row, counts);
  return row;
}

TableRow member_row(const std::string& member, SeriesPair loss, Same same) {
  const Pairs pairs{loss.a, loss.b};
  const PairCounts counts = count_pairs(pairs);
  TableRow row{member, "", is_thin(counts) && !same.network, {}};
  row.entries.push_back({"loss_mean_a", "USD", mean_of(loss.a)});
  row.entries.push_back({"loss_mean_b", "USD", mean_of(loss.b)});
  add_figure(row, "loss_mean_difference", "USD", same(mean_difference(pairs)));
  add_figure(row, "loss_cvar95_difference", "USD", same(cvar_difference(pairs, level_95)));
  add_counts(row, counts);
  return row;
}

void note_absent(const std::vector<std::string>& names, const std::vector<std::string>& others,
                 const std::string& what, const std::string& where,
                 std::vector<std::string>& notes) {
  std::string absent;
  for (const std::string& name : names) {
    if (position(others, name) == others.size()) absent += (absent.empty() ? "" : ", ") + name;
  }
  if (!absent.empty()) notes.push_back("only " + where + " has the " + what + " " + absent);
}

}  // namespace

Comparison compare_values(const PathValues& a, const PathValues& b, bool same_network) {
  Comparison result;
  result.n_paths = a.loss.front().size();
  note_absent(a.members, b.members, "member", "A", result.left_out);
  note_absent(b.members, a.members, "member", "B", result.left_out);
  note_absent(a.minerals, b.minerals, "mineral", "A", result.left_out);
  note_absent(b.minerals, a.minerals, "mineral", "B", result.left_out);
  for (std::size_t m = 0; m < a.minerals.size(); ++m) {
    const std::size_t m_b = position(b.minerals, a.minerals[m]);
    if (m_b == b.minerals.size()) continue;
    for (std::size_t k = 0; k < a.members.size(); ++k) {
      const std::size_t k_b = position(b.members, a.members[k]);
      if (k_b == b.members.size()) continue;
      const std::size_t cell_a = k * a.minerals.size() + m;
      const std::size_t cell_b = k_b * b.minerals.size() + m_b;
      if (a.has_demand[cell_a] != b.has_demand[cell_b]) {
        result.left_out.push_back("only " + std::string(a.has_demand[cell_a] != 0 ? "A" : "B") +
                                  " has a demand of " + a.members[k] + " for " + a.minerals[m]);
      }
      if (a.has_demand[cell_a] == 0 || b.has_demand[cell_b] == 0) continue;
      result.cells.push_back(
          cell_row(a.members[k], a.minerals[m], {a.shortfall[cell_a], b.shortfall[cell_b]},
                   {a.months_short[cell_a], b.months_short[cell_b]}, Same{same_network}));
    }
  }
  for (std::size_t k = 0; k < a.members.size(); ++k) {
    const std::size_t k_b = position(b.members, a.members[k]);
    if (k_b == b.members.size()) continue;
    result.members.push_back(
        member_row(a.members[k], {a.loss[k], b.loss[k_b]}, Same{same_network}));
  }
  return result;
}

}  // namespace blocrisk
