#include "host/scenario/calibrate_base.hpp"

#include <cmath>
#include <string>

#include "host/scenario/calibrate_flows.hpp"
#include "host/scenario/findings.hpp"
#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

constexpr double reported_scale_change = 1e-9;

/// Balances one mineral, from the last stage back to the first.
class Balancer {
 public:
  Balancer(const Scenario& scenario, const ChainInput& chain, std::vector<Adjustment>& adjustments,
           std::vector<Complaint>& complaints)
      : scenario_(scenario), chain_(chain), adjustments_(adjustments), complaints_(complaints) {}

  std::vector<StageBase> run() {
    if (chain_.demand.empty()) {
      complain("demand", "no country has any demand, so there is nothing to supply");
      return {};
    }
    std::vector<StageBase> stages(chain_.nodes.size());
    for (std::size_t back = 0; back < stages.size(); ++back) {
      stage_ = stages.size() - 1 - back;
      StageBase& base = stages[stage_];
      set_sinks(base, back == 0 ? nullptr : &stages[stage_ + 1]);
      if (!set_nodes(base) || !set_flows(base)) return {};
    }
    return stages;
  }

 private:
  const std::vector<const NodeRow*>& nodes() const { return chain_.nodes[stage_]; }
  const std::string& stage_name() const { return chain_.law->stages[stage_]; }

  void report(const std::string& subject, const std::string& message) {
    adjustments_.push_back({chain_.law->id, stage_name(), subject, message});
  }

  void complain(const std::string& subject, const std::string& message) {
    complaints_.push_back(complaint_at(scenario_, "minerals[" + chain_.law->id + "]",
                                       chain_.law->source, subject, message));
  }

  void set_sinks(StageBase& base, const StageBase* next) {
    if (next == nullptr) {
      for (const DemandRow* row : chain_.demand) {
        base.sink_country.push_back(row->country_index);
        base.sink_want_t.push_back(row->demand_t_per_yr);
      }
      return;
    }
    const auto& feeders = chain_.nodes[stage_ + 1];
    for (std::size_t j = 0; j < feeders.size(); ++j) {
      base.sink_country.push_back(feeders[j]->country_index);
      base.sink_want_t.push_back(next->output_t[j] * (1.0 - feeders[j]->secondary_feed_fraction) /
                                 feeders[j]->yield_fraction);
    }
  }

  bool set_nodes(StageBase& base) {
    if (!set_scale(base)) return false;
    for (const NodeRow* row : nodes()) {
      const double output_t = base.scale * row->output_t_per_yr;
      double capacity_t = row->capacity_or_default_t_per_yr();
      if (capacity_t < output_t) {
        report(row->country, "capacity raised from " + rounded_text(capacity_t) +
                                 " to base output " + rounded_text(output_t) + " t/yr");
        capacity_t = output_t;
      }
      base.node_country.push_back(row->country_index);
      base.output_t.push_back(output_t);
      base.capacity_t.push_back(capacity_t);
    }
    return true;
  }

  bool set_scale(StageBase& base) {
    double want_t = 0.0;
    for (const double want : base.sink_want_t) want_t += want;
    double output_t = 0.0;
    for (const NodeRow* row : nodes()) output_t += row->output_t_per_yr;
    if (want_t == 0.0 && output_t == 0.0) return true;
    const std::string totals = "buyers want " + rounded_text(want_t) + " t/yr, output is " +
                               rounded_text(output_t) + " t/yr";
    base.scale = output_t > 0.0 ? want_t / output_t : 0.0;
    const double tolerance = scenario_.network.balance_tolerance;
    if (!(output_t > 0.0) || !(std::fabs(base.scale - 1.0) <= tolerance)) {
      complain(stage_name(), "out of balance at stage " + stage_name() + ": " + totals +
                                 "; network.balance_tolerance allows " + rounded_text(tolerance));
      return false;
    }
    if (std::fabs(base.scale - 1.0) > reported_scale_change) {
      report("", "output scaled by " + rounded_text(base.scale) + ": " + totals);
    }
    return true;
  }

  bool set_flows(StageBase& base) {
    const std::size_t n_nodes = base.output_t.size();
    const std::size_t n_sinks = base.sink_want_t.size();
    std::vector<double> seed(n_nodes * n_sinks);
    for (std::size_t j = 0; j < n_sinks; ++j) {
      SeedColumn sink{base.sink_want_t[j], base.sink_country[j],
                      known_imports(base, base.sink_country[j])};
      const auto share =
          seed_shares(base.output_t, base.node_country, sink, scenario_.network.home_bias);
      for (std::size_t i = 0; i < n_nodes; ++i)
        seed[i * n_sinks + j] = share[i] * base.sink_want_t[j];
    }
    report_importers_without_sink(base);
    FlowFit fit = fit_flows(std::move(seed), base.output_t, base.sink_want_t);
    base.worst_residual = fit.worst_residual;
    if (!(fit.worst_residual < allowed_flow_residual)) {
      complain(stage_name(), unfit_message(base, fit));
      return false;
    }
    base.flow_t = std::move(fit.flow);
    const double dt_yr = scenario_.step_years();
    for (double& flow : base.flow_t) flow *= dt_yr;
    for (double& want : base.sink_want_t) want *= dt_yr;
    return true;
  }

  std::string unfit_message(const StageBase& base, const FlowFit& fit) const {
    const bool is_row = fit.worst_row >= 0;
    const int country = is_row ? base.node_country[static_cast<std::size_t>(fit.worst_row)]
                               : base.sink_country[static_cast<std::size_t>(fit.worst_column)];
    return "base flows at stage " + stage_name() + " do not fit after " +
           std::to_string(fit.n_rounds) + " rounds: the " + (is_row ? "output" : "need") + " of " +
           scenario_.countries[static_cast<std::size_t>(country)].id + " is missed by " +
           rounded_text(fit.worst_residual) + " of the stage's total (1e-9 is allowed)";
  }

  /// The importer's named fractions that mean something here; the others are reported and dropped.
  std::vector<KnownImport> known_imports(const StageBase& base, int importer) {
    std::vector<KnownImport> known;
    double sum = 0.0;
    for (const TradeRow& row : scenario_.trade) {
      if (!is_here(row) || row.importer_index != importer) continue;
      const int node = exporting_node(base, row);
      if (node == no_index) continue;
      known.push_back({node, row.import_fraction});
      sum += row.import_fraction;
    }
    if (sum > 1.0 + reported_scale_change) {
      report(scenario_.countries[static_cast<std::size_t>(importer)].id,
             "named import fractions sum to " + rounded_text(sum) +
                 ", more than 1: taken in their proportions, with next to nothing for other "
                 "exporters");
    }
    return known;
  }

  bool is_here(const TradeRow& row) const {
    return row.mineral_index == chain_.mineral && row.stage_index == static_cast<int>(stage_);
  }

  int exporting_node(const StageBase& base, const TradeRow& row) {
    const std::string pair = row.exporter + " to " + row.importer;
    const std::string dropped =
        "import fraction " + rounded_text(row.import_fraction) + " dropped: ";
    if (row.exporter_index == row.importer_index) {
      report(pair, dropped + "a country does not import from itself");
      return no_index;
    }
    for (std::size_t i = 0; i < base.output_t.size(); ++i) {
      if (base.node_country[i] == row.exporter_index && base.output_t[i] > 0.0)
        return static_cast<int>(i);
    }
    report(pair, dropped + row.exporter + " has no output at this stage");
    return no_index;
  }

  void report_importers_without_sink(const StageBase& base) {
    for (const TradeRow& row : scenario_.trade) {
      if (!is_here(row)) continue;
      bool found = false;
      for (const int country : base.sink_country) found = found || country == row.importer_index;
      if (!found) {
        report(row.exporter + " to " + row.importer,
               "import fraction " + rounded_text(row.import_fraction) +
                   " dropped: " + row.importer + " buys nothing at this stage");
      }
    }
  }

  const Scenario& scenario_;
  const ChainInput& chain_;
  std::vector<Adjustment>& adjustments_;
  std::vector<Complaint>& complaints_;
  std::size_t stage_ = 0;
};

}  // namespace

ChainInput collect_chain(const Scenario& scenario, int mineral) {
  ChainInput chain;
  chain.mineral = mineral;
  chain.law = &scenario.minerals[static_cast<std::size_t>(mineral)];
  chain.nodes.resize(chain.law->stages.size());
  for (const NodeRow& row : scenario.nodes) {
    if (row.mineral_index == mineral)
      chain.nodes[static_cast<std::size_t>(row.stage_index)].push_back(&row);
  }
  for (const DemandRow& row : scenario.demand) {
    if (row.mineral_index == mineral && row.demand_t_per_yr > 0.0) chain.demand.push_back(&row);
  }
  return chain;
}

std::vector<StageBase> balance_chain(const Scenario& scenario, const ChainInput& chain,
                                     std::vector<Adjustment>& adjustments,
                                     std::vector<Complaint>& complaints) {
  return Balancer(scenario, chain, adjustments, complaints).run();
}

}  // namespace blocrisk
