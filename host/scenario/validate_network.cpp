#include <algorithm>
#include <cmath>
#include <set>

#include "host/scenario/fields.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

constexpr double symmetry_tolerance = 1e-9;
/// Below this a Cholesky factor in double is noise.
constexpr double min_eigenvalue = 1e-10;

/// Whether the substituted part of demand, which moves once a step, stays within 0 and 1 whatever
/// the scarcity: what it can reach grows from 0 until it holds its own image.
bool substitution_stays_a_fraction(const Mineral& mineral, double dt_yr) {
  const double gain = mineral.substitution_per_yr * dt_yr;
  const double kept = 1.0 - mineral.substitution_reversal_per_yr * dt_yr;
  double most = 0.0;
  for (int step = 0; step < max_steps; ++step) {
    const double at_ease = kept * most;
    const double from_most = at_ease + gain * (1.0 - most / mineral.substitution_max);
    if (std::min(at_ease, from_most) < 0.0) return false;
    const double next = std::max({most, gain, from_most});
    if (next > 1.0) return false;
    if (next == most) return true;
    most = next;
  }
  return true;
}

class NetworkChecks {
 public:
  NetworkChecks(const Scenario& scenario, Findings& findings) : s_(scenario), findings_(findings) {}

  void run() {
    check_clock();
    check_exceedance();
    for (std::size_t m = 0; m < s_.minerals.size(); ++m) check_mineral(s_.minerals[m]);
    check_stages_have_output();
    check_trade();
    check_stocks();
    check_projects();
    check_correlation();
  }

 private:
  void check_clock() {
    if (s_.clock.start_date.year == 0 && !s_.clock.start.empty()) {
      findings_.add("clock.start", {}, s_.clock.start, "must be a date, YYYY-MM-DD");
    }
    const bool in_range =
        s_.clock.years > 0.0 && s_.clock.years <= max_steps && s_.clock.steps_per_year >= 1;
    const double steps = std::round(s_.clock.years * s_.clock.steps_per_year);
    if (in_range && (steps < 1.0 || steps > max_steps)) {
      findings_.add(
          "clock.years", {}, number_text(s_.clock.years),
          "makes " + number_text(steps) + " steps; must be 1 to " + std::to_string(max_steps));
    }
  }

  void check_exceedance() {
    const std::vector<double>& levels = s_.measures.exceedance;
    for (std::size_t i = 1; i < levels.size(); ++i) {
      if (levels[i] > levels[i - 1]) continue;
      findings_.add("measures.exceedance[" + std::to_string(i) + "]", {}, number_text(levels[i]),
                    "must be above the one before it");
      return;
    }
  }

  void check_mineral(const Mineral& mineral) {
    const std::string address = row_address("minerals", mineral) + ".";
    const auto complain = [&](const char* key, const std::string& value,
                              const std::string& message) {
      findings_.add(address + key, mineral.source, value, message);
    };
    const std::set<std::string> distinct(mineral.stages.begin(), mineral.stages.end());
    const bool not_given = mineral.stages.empty() && findings_.missing_is_told();
    if (!not_given && (mineral.stages.empty() || mineral.stages.size() > max_stages)) {
      complain("stages", std::to_string(mineral.stages.size()) + " stages",
               "1 to " + std::to_string(max_stages));
    }
    if (distinct.size() != mineral.stages.size()) complain("stages", "", "a stage comes twice");
    if (mineral.demand_elasticity + mineral.supply_elasticity <= 0.0) {
      complain("supply_elasticity", number_text(mineral.supply_elasticity),
               "demand and supply elasticity must sum to more than 0");
    }
    if (!mineral.flooder.empty() && mineral.flood_per_yr > 0.0 && mineral.flood_months == 0.0) {
      complain("flood_months", "0", "must be > 0 where flood_per_yr is");
    }
    const int steps_per_year = s_.clock.steps_per_year;
    if (mineral.substitution_max > 0.0 && steps_per_year >= 1 &&
        !substitution_stays_a_fraction(mineral, 1.0 / steps_per_year)) {
      complain("substitution_per_yr", number_text(mineral.substitution_per_yr),
               "with its substitution_max and substitution_reversal_per_yr too fast for " +
                   std::to_string(steps_per_year) +
                   " steps a year: more than all demand, or less than none, would be substituted; "
                   "slow enough are substitution_per_yr / substitution_max + "
                   "substitution_reversal_per_yr up to " +
                   std::to_string(steps_per_year));
    }
  }

  /// Each stage needs nodes that produce, the last one demand, for there to be a chain at all.
  void check_stages_have_output() {
    std::vector<std::vector<double>> output(s_.minerals.size());
    std::vector<double> demand(s_.minerals.size(), 0.0);
    for (std::size_t m = 0; m < s_.minerals.size(); ++m)
      output[m].assign(s_.minerals[m].stages.size(), 0.0);
    for (const NodeRow& row : s_.nodes) {
      if (row.outage_per_yr > 0.0 && row.outage_months == 0.0 && row.outage_depth > 0.0) {
        findings_.add(row_address("nodes", row) + ".outage_months", row.source, "0",
                      "must be > 0 where outage_per_yr is");
      }
      if (row.mineral_index == no_index || row.stage_index == no_index) continue;
      output[static_cast<std::size_t>(row.mineral_index)]
            [static_cast<std::size_t>(row.stage_index)] += row.output_t_per_yr;
    }
    for (const DemandRow& row : s_.demand) {
      if (row.mineral_index != no_index)
        demand[static_cast<std::size_t>(row.mineral_index)] += row.demand_t_per_yr;
    }
    for (std::size_t m = 0; m < s_.minerals.size(); ++m) {
      const Mineral& mineral = s_.minerals[m];
      for (std::size_t stage = 0; stage < output[m].size(); ++stage) {
        const bool comes_again =
            s_.stage_index(static_cast<int>(m), mineral.stages[stage]) != static_cast<int>(stage);
        if (output[m][stage] != 0.0 || comes_again || s_.nodes.empty() ||
            !findings_.can_read("nodes"))
          continue;
        findings_.add(row_address("minerals", mineral) + ".stages", mineral.source,
                      mineral.stages[stage], "no node of this stage has output");
      }
      if (demand[m] == 0.0 && !s_.demand.empty() && findings_.can_read("demand"))
        findings_.add(row_address("minerals", mineral), mineral.source, "",
                      "no country has demand for it");
    }
  }

  void check_trade() {
    for (const TradeRow& row : s_.trade) {
      if (row.importer != row.exporter) continue;
      findings_.add(row_address("trade", row) + ".exporter", row.source, row.exporter,
                    "must be another country than the importer");
    }
  }

  void check_stocks() {
    for (const StockRow& row : s_.stocks) {
      if (row.tonnes.value_or(0.0) > 0.0 && row.days.value_or(0.0) > 0.0) {
        findings_.add(row_address("stocks", row) + ".tonnes", row.source, number_text(*row.tonnes),
                      "tonnes or days, not both");
      } else if (!row.tonnes && !row.days) {
        findings_.add(row_address("stocks", row) + ".days", row.source, "",
                      "missing; tonnes or days is needed");
      }
    }
    for (const auto& [mineral, tonnes] : s_.shared_stock.tonnes) {
      const auto days = s_.shared_stock.days.find(mineral);
      if (tonnes > 0.0 && days != s_.shared_stock.days.end() && days->second > 0.0) {
        findings_.add("shared_stock.tonnes." + mineral, {}, number_text(tonnes),
                      "tonnes or days, not both");
      }
    }
  }

  void check_projects() {
    if (!findings_.can_read("nodes")) return;
    std::set<std::vector<int>> places;
    for (const NodeRow& row : s_.nodes)
      places.insert({row.mineral_index, row.stage_index, row.country_index});
    for (const ProjectRow& row : s_.projects) {
      if (row.mineral_index == no_index || row.stage_index == no_index ||
          row.country_index == no_index)
        continue;
      if (places.contains({row.mineral_index, row.stage_index, row.country_index})) continue;
      findings_.add(row_address("projects", row), row.source, "",
                    "needs the row nodes[" + row.mineral + "," + row.stage + "," + row.country +
                        "], with output 0 if nothing is produced yet");
    }
  }

  std::string correlation_address(std::size_t i, std::size_t j) const {
    return "correlation[" + s_.minerals[i].id + "]." + s_.minerals[j].id;
  }

  void check_correlation() {
    const std::size_t n = s_.minerals.size();
    const std::vector<double>& matrix = s_.correlation;
    if (n > max_minerals || matrix.size() != n * n) {
      if (n <= max_minerals)
        findings_.add("correlation", {}, "", "must be square, one row and column per mineral");
      return;
    }
    bool sound = true;
    const auto complain = [&](std::size_t i, std::size_t j, const std::string& message) {
      findings_.add(correlation_address(i, j), {}, number_text(matrix[i * n + j]), message);
      sound = false;
    };
    for (std::size_t i = 0; i < n; ++i) {
      if (matrix[i * n + i] != 1.0) complain(i, i, "must be 1 on the diagonal");
      for (std::size_t j = 0; j < i; ++j) {
        const double value = matrix[i * n + j];
        const double across = matrix[j * n + i];
        if (!(std::abs(value) <= 1.0)) {
          complain(i, j, "must be -1 to 1");
        } else if (!(std::abs(value - across) <= symmetry_tolerance)) {
          complain(
              i, j,
              "must be the same as " + correlation_address(j, i) + " = " + number_text(across));
        }
      }
    }
    if (!sound) return;
    const double smallest = smallest_eigenvalue(matrix, n);
    if (smallest > min_eigenvalue) return;
    findings_.add("correlation", {}, "",
                  "not positive definite: its smallest eigenvalue is " + rounded_text(smallest) +
                      "; must be > 0");
  }

  const Scenario& s_;
  Findings& findings_;
};

}  // namespace

double smallest_eigenvalue(const std::vector<double>& matrix, std::size_t n) {
  // x is below it exactly where A - x I has a Cholesky factor. So bisect, from where the row sums
  // (Gershgorin) bound it to 1, which the mean of the eigenvalues is.
  const auto below_all = [&](double x) {
    std::vector<double> l(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double rest = matrix[i * n + j] - (i == j ? x : 0.0);
        for (std::size_t k = 0; k < j; ++k) rest -= l[i * n + k] * l[j * n + k];
        if (i == j && !(rest > 0.0)) return false;
        l[i * n + j] = i == j ? std::sqrt(rest) : rest / l[j * n + j];
      }
    }
    return true;
  };
  double low = -static_cast<double>(n);
  double high = 1.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (below_all(middle) ? low : high) = middle;
  }
  return high;
}

void check_network(const Scenario& scenario, Findings& findings) {
  NetworkChecks(scenario, findings).run();
}

}  // namespace blocrisk
