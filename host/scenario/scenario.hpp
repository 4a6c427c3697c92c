/// The whole input of a run as plain structs: every key and column of configs/README.md, its unit
/// in its name, its default as the initial value. Defaults live here and nowhere else.
///
/// A required number starts as `missing` (NaN), so that a scenario built by hand which forgets one
/// is refused by `validate()`. Optional numbers whose default depends on others are std::optional.
/// Members that end in `_index`, `_indices`, `holds` or `_weights` are filled by `resolve()`.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/model/network.hpp"

namespace blocrisk {

/// Limits of the input. Those of the network (countries, minerals, stages, steps, actors,
/// instruments, groups) are stated with the arrays they size, in kernels/model/network.hpp.
inline constexpr int max_regimes = 16;  ///< per actor
inline constexpr int max_scheduled = 256;
inline constexpr int max_projects = 1024;
inline constexpr int max_exceedance = 32;  ///< thresholds
inline constexpr int max_uncertain = 64;   ///< uncertain inputs
inline constexpr int max_paths_per_draw = 65536;
inline constexpr int max_draws = 65536;  ///< of the uncertain inputs, in one run
inline constexpr double max_paths = 1e12;
inline constexpr double days_per_yr = 365.0;        ///< where stocks are given in days
inline constexpr double default_utilisation = 0.9;  ///< capacity = output / 0.9 where none is given

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();
inline constexpr int no_index = -1;  ///< an index that names nothing

/// Where a row or key was written. Not part of a scenario's value: all are equal.
struct SourceLine {
  int file = no_index;  ///< index into Provenance::files
  int line = 0;         ///< 1 is the first; 0 where there are no lines (a command-line option)
  friend constexpr bool operator==(const SourceLine&, const SourceLine&) { return true; }
};

/// Which file and line gave each key: addresses as in `--set`, "clock.years", "actor.CHN.start".
/// Table cells are here only where an override changed them; the others have their row's line.
struct Provenance {
  std::vector<std::string> files;
  std::map<std::string, SourceLine> keys;
  friend bool operator==(const Provenance&, const Provenance&) { return true; }
};

struct CivilDate {
  int year = 0, month = 0, day = 0;
  bool operator==(const CivilDate&) const = default;
};

struct Clock {
  std::string start;     ///< "2027-01-01"
  CivilDate start_date;  ///< the same, read by resolve(); year 0 where it is no date
  double years = missing;
  int steps_per_year = 12;
  bool operator==(const Clock&) const = default;
};

struct Sampling {
  std::uint64_t paths = 0;  ///< 0: not given
  std::uint64_t seed = 1;
  int paths_per_draw = 1024;  ///< paths that share one draw of the uncertain inputs
  bool operator==(const Sampling&) const = default;
};

/// The tables' file names are the parser's business; here is what else [network] holds.
struct NetworkOptions {
  double balance_tolerance = 0.15;
  double home_bias = 4.0;
  bool operator==(const NetworkOptions&) const = default;
};

struct Bloc {
  std::vector<std::string> members;
  bool pooling = true;
  double retaliation = 1.0;
  std::vector<int> member_indices;
  bool operator==(const Bloc&) const = default;
};

enum class AllocationRule { pro_rata, priority };

struct Allocation {
  AllocationRule rule = AllocationRule::pro_rata;
  std::vector<std::string> order;
  std::vector<int> order_indices;
  bool operator==(const Allocation&) const = default;
};

struct PriceFloor {
  double from_year = 0.0;
  double circumvention_fraction = 0.0;
  std::map<std::string, double> ratio;  ///< by mineral; absent or 0: no floor
  bool operator==(const PriceFloor&) const = default;
};

struct SharedStock {
  double trigger_fraction = 0.05;
  double latency_months = 1.0;
  double release_rate = 0.5;
  double buy_below = 0.0;
  std::map<std::string, double> days;    ///< by mineral, of members' base-year demand; 0: none
  std::map<std::string, double> tonnes;  ///< by mineral; not both
  bool operator==(const SharedStock&) const = default;
};

struct MeasureOptions {
  double short_threshold = 0.05;
  std::vector<double> exceedance = {0.01, 0.05, 0.1, 0.25};
  bool operator==(const MeasureOptions&) const = default;
};

struct Instrument {
  std::string name;
  double initial_severity = missing, settled_severity = missing;
  double settling_months = missing;
  double acute_probability = missing;
  double acute_median_months = missing, acute_log_sd = missing;
  double structural_median_months = missing, structural_log_sd = missing;
  SourceLine source;
  bool operator==(const Instrument&) const = default;
};

/// A named set of destinations. "everyone" and "bloc" list no countries: they mean all of them and
/// the members, whoever they are.
struct TargetGroup {
  std::string name;
  std::optional<std::vector<std::string>> countries;
  std::vector<std::uint8_t> holds;  ///< per country: 1 where the group holds it
  SourceLine source;
  bool operator==(const TargetGroup&) const = default;
};

struct Actor {
  std::string country;
  std::vector<std::string> regimes = {"base"};
  std::vector<double> start = {1.0};  ///< probability per regime
  std::vector<double> events_per_yr;  ///< per regime
  std::vector<std::vector<double>> switch_per_yr = {
      {0.0}};                    ///< [from][to]; the diagonal is ignored
  double self_excitation = 0.0;  ///< 1/yr
  double contagion = 0.0;        ///< 1/yr
  double memory_per_yr = 2.0;
  double bundle_correlation = 0.5;
  double enforcement = 0.0;
  std::map<std::string, double> instruments, targets;  ///< weights by name, as written
  int country_index = no_index;
  std::vector<double> instrument_weights;  ///< per instrument in file order, normalised
  std::vector<double> target_weights;      ///< per target group in file order, normalised
  SourceLine source;
  bool operator==(const Actor&) const = default;
};

struct ScheduledEvent {
  std::string name;
  std::string actor;
  double month = missing;
  double probability = missing;
  std::string instrument;
  std::string target;
  std::optional<std::vector<std::string>> minerals;  ///< absent: all
  std::optional<double> duration_months;             ///< absent: drawn from the instrument
  int actor_index = no_index, instrument_index = no_index, target_index = no_index;
  std::vector<int> mineral_indices;  ///< all minerals where none is listed
  SourceLine source;
  bool operator==(const ScheduledEvent&) const = default;
};

/// An input that is known only by a distribution: every `paths_per_draw` paths share one value.
struct UncertainInput {
  std::string name;                 ///< the address of its draws
  std::string address;              ///< as in `--set`
  std::string distribution;         ///< uniform, triangular, normal, lognormal or beta
  std::string apply = "set";        ///< what its value does at the address: set, multiply or add
  std::optional<double> low, high;  ///< ends of the support; optional for all but the first two
  std::optional<double> mode;       ///< triangular
  std::optional<double> mean, sd;   ///< normal
  std::optional<double> median, log_sd;  ///< lognormal
  std::optional<double> alpha, beta;     ///< beta
  SourceLine source;
  bool operator==(const UncertainInput&) const = default;
};

/// Tag of the stream its draws come from.
inline std::string uncertain_tag(const UncertainInput& input) { return "uncertain|" + input.name; }

struct Country {
  std::string id, name;
  double purchasing_weight = 1.0;
  SourceLine source;
  bool operator==(const Country&) const = default;
};

struct Mineral {
  std::string id, name;
  std::vector<std::string> stages;  ///< first to last
  double price_usd_per_t = missing;
  double at_risk_usd_per_t = missing;
  double volatility_per_sqrt_yr = missing;
  double reversion_per_yr = missing;
  double jumps_per_yr = 0.0;
  double jump_up_probability = 0.0;
  double jump_up_mean = 0.0, jump_down_mean = 0.0;  ///< mean size, log price
  double demand_elasticity = missing, supply_elasticity = missing;
  double max_response_fraction = missing;
  double substitution_per_yr = 0.0;
  double substitution_max = 0.0;
  double spot_fraction = missing;
  double surge_fraction = missing;
  double leakage_fraction = missing;
  double leakage_months = missing;
  std::string flooder;  ///< country id; empty: none
  double flood_per_yr = 0.0;
  double flood_months = 0.0;
  double flood_depth = 0.0;  ///< log price
  double flood_trigger_fraction = 0.0;
  double close_ratio = missing;
  double close_per_yr = missing, open_per_yr = missing;
  double earn_smoothing_months = 6.0;
  double scarcity_months = 2.0;
  double substitution_reversal_per_yr = 0.1;
  double initial_price_ratio = 1.0;
  int flooder_index = no_index;
  SourceLine source;
  bool operator==(const Mineral&) const = default;
};

/// Producer of one mineral at one stage in one country.
struct NodeRow {
  std::string mineral, stage, country;
  double output_t_per_yr = missing;
  std::optional<double> capacity_t_per_yr;  ///< absent: output / 0.9
  double growth_per_yr = 0.0;
  double yield_fraction = 1.0;
  double secondary_feed_fraction = 0.0;
  double cash_cost_ratio = missing;
  double outage_per_yr = 0.0;
  double outage_months = 0.0;
  double outage_depth = 0.0;
  double inclusion_probability = 0.0;
  double feed_stock_days = 0.0;
  int mineral_index = no_index, stage_index = no_index, country_index = no_index;
  SourceLine source;
  bool operator==(const NodeRow&) const = default;

  [[nodiscard]] double capacity_or_default_t_per_yr() const {
    return capacity_t_per_yr.value_or(output_t_per_yr / default_utilisation);
  }
};

/// Final demand of one country.
struct DemandRow {
  std::string mineral, country;
  double demand_t_per_yr = missing;
  double growth_per_yr = 0.0;
  double essential_fraction = 0.3;
  double commercial_stock_days = 30.0;
  double commercial_release_fraction = 0.5;  ///< per month
  double commercial_refill_yr = 1.0;
  int mineral_index = no_index, country_index = no_index;
  SourceLine source;
  bool operator==(const DemandRow&) const = default;
};

/// Part of an importer's foreign supply of a stage's product that comes from one exporter.
struct TradeRow {
  std::string mineral, stage, importer, exporter;
  double import_fraction = missing;
  int mineral_index = no_index, stage_index = no_index, importer_index = no_index,
      exporter_index = no_index;
  SourceLine source;
  bool operator==(const TradeRow&) const = default;
};

/// Strategic stock of one country.
struct StockRow {
  std::string mineral, holder;
  std::optional<double> tonnes, days;  ///< one of them; days of the holder's base-year demand
  double trigger_fraction = 0.05;
  double latency_months = 1.0;
  double release_rate = 0.5;  ///< of the reference demand, per step
  double buy_below = 0.0;     ///< price ratio
  int mineral_index = no_index, holder_index = no_index;
  SourceLine source;
  bool operator==(const StockRow&) const = default;
};

/// New capacity that may come at a node.
struct ProjectRow {
  std::string name, mineral, stage, country;
  double capacity_t_per_yr = missing;
  double decision_month = missing;  ///< negative: already taken, never tested
  double start_month = missing;
  double delay_median_months = missing, delay_log_sd = missing;
  double ramp_median_months = missing, ramp_log_sd = missing;
  double success_probability = missing;
  double incentive_price_ratio = missing;
  int mineral_index = no_index, stage_index = no_index, country_index = no_index;
  SourceLine source;
  bool operator==(const ProjectRow&) const = default;
};

struct Scenario {
  std::string name;
  Clock clock;
  Sampling sampling;
  NetworkOptions network;
  Bloc bloc;
  Allocation allocation;
  PriceFloor price_floor;
  SharedStock shared_stock;
  MeasureOptions measures;
  std::vector<Instrument> instruments;
  std::vector<TargetGroup> target_groups;
  std::vector<Actor> actors;
  std::vector<ScheduledEvent> scheduled;
  std::vector<UncertainInput> uncertain;

  std::vector<Country> countries;
  std::vector<Mineral> minerals;
  std::vector<NodeRow> nodes;
  std::vector<DemandRow> demand;
  std::vector<TradeRow> trade;
  std::vector<StockRow> stocks;
  std::vector<ProjectRow> projects;
  /// [mineral][mineral] in the order of `minerals`; empty before resolve() means identity.
  std::vector<double> correlation;

  Provenance provenance;
  bool operator==(const Scenario&) const = default;

  /// Steps of the horizon, T; 0 where the clock makes no sense.
  [[nodiscard]] int n_steps() const;
  /// Length of a step, in years.
  [[nodiscard]] double step_years() const { return 1.0 / clock.steps_per_year; }
  [[nodiscard]] double correlation_at(int row, int column) const {
    return correlation[static_cast<std::size_t>(row) * minerals.size() +
                       static_cast<std::size_t>(column)];
  }
  /// Price floor of a mineral as a ratio to its base price; 0 where it has none.
  [[nodiscard]] double floor_ratio(int mineral) const;
  /// Shared bloc stock of a mineral: days of the members' base-year demand, or tonnes; 0 is none.
  [[nodiscard]] double shared_stock_days(int mineral) const;
  [[nodiscard]] double shared_stock_tonnes(int mineral) const;
  [[nodiscard]] bool is_member(int country) const;

  /// Index by id or name, `none` where there is no such thing.
  [[nodiscard]] int country_index(const std::string& id) const;
  [[nodiscard]] int mineral_index(const std::string& id) const;
  [[nodiscard]] int stage_index(int mineral, const std::string& stage) const;
  [[nodiscard]] int instrument_index(const std::string& name) const;
  [[nodiscard]] int target_group_index(const std::string& name) const;
  [[nodiscard]] int actor_index(const std::string& country) const;
};

/// Fills every index, group and weight that follows from the rows, an absent correlation with the
/// identity, and the default of no switching to the number of regimes. Call it after building or
/// changing a scenario by hand; the parser does.
void resolve(Scenario& scenario);

}  // namespace blocrisk
