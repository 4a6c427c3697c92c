#include "tests/support/random_scenario.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace blocrisk {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): the standard's distributions differ between libraries.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  double between(double low, double high) { return low + (high - low) * unit(); }
  int whole(int low, int high) { return low + static_cast<int>(unit() * (high - low + 1)); }
  bool chance(double probability) { return unit() < probability; }
  double one_of(std::initializer_list<double> values) {
    return values.begin()[whole(0, static_cast<int>(values.size()) - 1)];
  }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[static_cast<std::size_t>(whole(0, static_cast<int>(items.size()) - 1))];
  }
  /// `low` to `high` different items, at most all, in their order.
  template <class T>
  std::vector<T> some(std::vector<T> items, int low, int high) {
    const auto count = static_cast<std::size_t>(whole(low, high));
    while (items.size() > count)
      items.erase(items.begin() + whole(0, static_cast<int>(items.size()) - 1));
    return items;
  }

 private:
  double unit() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  }
  std::uint64_t state_;
};

using Names = std::vector<std::string>;

Names numbered(const std::string& prefix, int count) {
  Names names;
  for (int k = 0; k < count; ++k) names.push_back(prefix + std::to_string(k));
  return names;
}

bool holds(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Maker {
 public:
  /// `width` multiplies the number of countries, and of those that make and want a product.
  explicit Maker(std::uint64_t seed, int width = 1) : seed_(seed), width_(width), dice_(seed) {}

  Scenario make() {
    s_.name = "random " + std::to_string(seed_);
    s_.clock.start = "2027-01-01";
    s_.clock.steps_per_year = seed_ % 3 == 0 ? 4 : seed_ % 3 == 1 ? 12 : 52;
    s_.clock.years =
        s_.clock.steps_per_year == 52 ? dice_.between(1.0, 1.6) : dice_.between(2.0, 4.0);
    if (width_ > 1) s_.clock.years = dice_.between(1.0, 2.0);
    s_.sampling.paths = 1000;
    add_countries();
    add_policies();
    add_minerals();
    add_options();
    resolve(s_);
    return s_;
  }

 private:
  void add_countries() {
    countries_ = numbered("C", dice_.whole(4 * width_, 9 * width_));
    members_ = dice_.some(countries_, 1, 3 * width_);
    actors_ = dice_.some(countries_, 2, 3);
    const bool many_weights = seed_ % 4 == 1;
    for (const std::string& id : countries_) {
      const double two = holds(members_, id) ? 1.2 : 1.0;
      s_.countries.push_back({id, id, many_weights ? dice_.between(0.6, 1.6) : two, {}});
    }
    s_.bloc.members = members_;
    s_.bloc.pooling = dice_.chance(0.7);
    s_.bloc.retaliation = dice_.between(0.8, 1.6);
    if (dice_.chance(0.3)) {
      s_.allocation.rule = AllocationRule::priority;
      s_.allocation.order = dice_.some(countries_, 1, 3);
    }
  }

  void add_policies() {
    for (const char* name : {"ban", "quota", "licence"}) add_instrument(name);
    s_.target_groups.resize(4);
    s_.target_groups[0].name = "everyone";
    s_.target_groups[1].name = "bloc";
    s_.target_groups[2].name = "one";
    s_.target_groups[2].countries = dice_.some(countries_, 1, 1);
    s_.target_groups[3].name = "some";
    s_.target_groups[3].countries = dice_.some(countries_, 2, 3);
    for (std::size_t k = 0; k < actors_.size(); ++k)
      add_actor(actors_[k], k == 1 ? 1 : dice_.whole(2, 3));
    for (int k = 0; k < 3; ++k) add_scheduled("stress " + std::to_string(k));
  }

  void add_instrument(const std::string& name) {
    Instrument law;
    law.name = name;
    law.initial_severity = dice_.between(0.2, 1.0);
    law.settled_severity = dice_.chance(0.3)
                               ? law.initial_severity
                               : std::min(1.0, law.initial_severity * dice_.between(0.3, 1.1));
    law.settling_months = dice_.one_of({0.1, 2.0, 6.0});
    law.acute_probability = dice_.between(0.2, 0.8);
    law.acute_median_months = dice_.between(1.0, 5.0);
    law.acute_log_sd = dice_.between(0.2, 0.9);
    law.structural_median_months = dice_.between(6.0, 30.0);
    law.structural_log_sd = dice_.between(0.2, 0.8);
    s_.instruments.push_back(law);
  }

  void add_actor(const std::string& country, int n_regimes) {
    const auto n = static_cast<std::size_t>(n_regimes);
    Actor law;
    law.country = country;
    law.regimes = numbered("regime", n_regimes);
    law.start.assign(n, 1.0 / n_regimes);
    law.switch_per_yr.assign(n, std::vector<double>(n, 0.0));
    for (auto& row : law.switch_per_yr)
      for (double& rate : row) rate = dice_.between(0.1, 0.9);
    for (int z = 0; z < n_regimes; ++z)
      law.events_per_yr.push_back(dice_.between(0.2, 0.8) * (1 + z));
    law.self_excitation = dice_.between(0.0, 0.8);
    law.contagion = dice_.between(0.0, 0.2);
    law.memory_per_yr = dice_.between(2.0, 5.0);
    law.bundle_correlation = dice_.one_of({0.0, 0.5, 1.0});
    law.enforcement = dice_.between(0.0, 0.6);
    for (const Instrument& instrument : s_.instruments)
      law.instruments[instrument.name] = dice_.between(0.1, 1.0);
    for (const TargetGroup& group : s_.target_groups)
      law.targets[group.name] = dice_.between(0.1, 1.0);
    s_.actors.push_back(law);
  }

  void add_scheduled(const std::string& name) {
    ScheduledEvent event;
    event.name = name;
    event.actor = dice_.pick(actors_);
    event.month = dice_.whole(0, 10);
    event.probability = dice_.one_of({1.0, 0.5});
    event.instrument = dice_.pick(s_.instruments).name;
    event.target = dice_.pick(s_.target_groups).name;
    if (dice_.chance(0.5)) event.duration_months = dice_.between(0.5, 12.0);
    s_.scheduled.push_back(event);
  }

  void add_minerals() {
    const Names ids = numbered("metal", dice_.whole(1, 3));
    for (const std::string& id : ids) add_mineral(id);
    std::vector<double> loading;
    for (std::size_t k = 0; k < ids.size(); ++k) loading.push_back(dice_.between(-0.3, 0.9));
    for (std::size_t a = 0; a < ids.size(); ++a)
      for (std::size_t b = 0; b < ids.size(); ++b)
        s_.correlation.push_back(a == b ? 1.0 : loading[a] * loading[b]);
  }

  void add_mineral(const std::string& id) {
    Mineral law;
    law.id = law.name = id;
    law.stages = numbered("stage", dice_.whole(1, 4));
    law.price_usd_per_t = dice_.between(1e3, 4e5);
    law.at_risk_usd_per_t = dice_.between(1e4, 4e6);
    law.volatility_per_sqrt_yr = dice_.between(0.15, 0.6);
    law.reversion_per_yr = dice_.one_of({0.0, 0.5});
    law.jumps_per_yr = dice_.between(0.3, 1.5);
    law.jump_up_probability = dice_.between(0.3, 0.7);
    law.jump_up_mean = law.jump_down_mean = dice_.between(0.1, 0.4);
    law.demand_elasticity = dice_.between(0.05, 0.3);
    law.supply_elasticity = dice_.between(0.05, 0.3);
    law.max_response_fraction = dice_.between(0.1, 0.4);
    law.substitution_per_yr = dice_.between(0.1, 1.0);
    law.substitution_max = dice_.one_of({0.0, 0.3});
    law.spot_fraction = dice_.between(0.05, 0.5);
    law.surge_fraction = dice_.between(0.1, 0.9);
    law.leakage_fraction = dice_.between(0.1, 0.8);
    law.leakage_months = dice_.one_of({0.1, 1.0, 6.0});
    law.flooder = dice_.pick(actors_);
    law.flood_per_yr = dice_.between(0.3, 1.5);
    law.flood_months = dice_.between(3.0, 12.0);
    law.flood_depth = dice_.between(0.3, 0.8);
    law.flood_trigger_fraction = dice_.between(0.02, 0.3);
    law.close_ratio = dice_.between(0.6, 0.85);
    law.close_per_yr = dice_.between(0.5, 2.0);
    law.open_per_yr = dice_.between(0.3, 1.0);
    law.earn_smoothing_months = dice_.between(1.0, 9.0);
    law.scarcity_months = dice_.between(1.0, 5.0);
    law.substitution_reversal_per_yr = dice_.between(0.05, 0.3);
    law.initial_price_ratio = dice_.one_of({1.0, 0.8, 1.6});
    s_.minerals.push_back(law);
    add_supply(law, add_demand(law));
    add_projects(law);
  }

  double add_demand(const Mineral& law) {
    double total = 0.0;
    Names sinks = dice_.some(countries_, 2, 8 * width_);
    if (!holds(sinks, members_.front())) sinks.push_back(members_.front());
    for (const std::string& country : sinks) {
      DemandRow row;
      row.mineral = law.id;
      row.country = country;
      row.demand_t_per_yr = std::pow(10.0, dice_.between(2.0, 4.0));
      row.growth_per_yr = dice_.between(-0.02, 0.12);
      row.essential_fraction = dice_.between(0.1, 0.8);
      row.commercial_stock_days = dice_.one_of({0.0, 15.0, 45.0});
      row.commercial_release_fraction = dice_.between(0.2, 1.0);
      row.commercial_refill_yr = dice_.one_of({0.0, 0.5, 1.5});
      total += row.demand_t_per_yr;
      s_.demand.push_back(row);
      if (dice_.chance(0.5)) add_stock(row);
    }
    return total;
  }

  void add_stock(const DemandRow& demand) {
    StockRow row;
    row.mineral = demand.mineral;
    row.holder = demand.country;
    row.days = dice_.between(10.0, 120.0);
    row.trigger_fraction = dice_.between(0.01, 0.15);
    row.latency_months = dice_.one_of({0.0, 1.0, 1.5});
    row.release_rate = dice_.between(0.2, 1.0);
    row.buy_below = dice_.one_of({0.0, 1.1});
    s_.stocks.push_back(row);
  }

  /// Stages from the last one back, so that each makes what the next one wants.
  void add_supply(const Mineral& law, double want) {
    for (auto stage = law.stages.rbegin(); stage != law.stages.rend(); ++stage)
      want = add_stage(law, *stage, want);
  }

  double add_stage(const Mineral& law, const std::string& stage, double want) {
    const bool first = stage == law.stages.front();
    Names places = dice_.some(countries_, 2, 6 * width_);
    if (!holds(places, law.flooder)) places.push_back(law.flooder);
    std::vector<double> shares;
    for (std::size_t k = 0; k < places.size(); ++k)
      shares.push_back(std::pow(10.0, dice_.between(-1.5, 0.0)));
    if (places.size() > 3 && dice_.chance(0.5)) shares[0] = 0.0;  // a place that makes nothing yet
    double sum = 0.0;
    for (const double share : shares) sum += share;
    const double yield = first ? 1.0 : dice_.between(0.75, 0.95);
    double feed = 0.0;
    for (std::size_t k = 0; k < places.size(); ++k) {
      NodeRow row = make_node(law, stage, places[k], want * shares[k] / sum);
      if (!first) {
        row.yield_fraction = yield * dice_.between(0.97, 1.03);
        row.secondary_feed_fraction = dice_.one_of({0.0, 0.2});
        row.feed_stock_days = dice_.one_of({0.0, 30.0});
      }
      feed += row.output_t_per_yr * (1.0 - row.secondary_feed_fraction) / row.yield_fraction;
      s_.nodes.push_back(row);
    }
    add_trade(law, stage, places);
    return feed;
  }

  NodeRow make_node(const Mineral& law, const std::string& stage, const std::string& country,
                    double output) {
    NodeRow row;
    row.mineral = law.id;
    row.stage = stage;
    row.country = country;
    row.output_t_per_yr = output;
    if (dice_.chance(0.5)) row.capacity_t_per_yr = output * dice_.between(1.0, 1.4) + 1.0;
    row.growth_per_yr = dice_.between(-0.02, 0.08);
    row.cash_cost_ratio = dice_.between(0.4, 1.0);
    row.outage_per_yr = dice_.one_of({0.0, 1.5});
    row.outage_months = dice_.between(0.5, 5.0);
    row.outage_depth = dice_.between(0.1, 1.0);
    row.inclusion_probability = holds(actors_, country) ? dice_.one_of({0.0, 0.4, 0.8, 1.0}) : 0.0;
    return row;
  }

  /// Known import fractions of one demand of the last stage.
  void add_trade(const Mineral& law, const std::string& stage, const Names& exporters) {
    if (stage != law.stages.back()) return;
    double left = 1.0;
    const std::string& importer = members_.front();
    for (const std::string& exporter : dice_.some(exporters, 1, 2)) {
      if (exporter == importer) continue;
      TradeRow row;
      row.mineral = law.id;
      row.stage = stage;
      row.importer = importer;
      row.exporter = exporter;
      row.import_fraction = left * dice_.between(0.1, 0.6);
      left -= row.import_fraction;
      s_.trade.push_back(row);
    }
  }

  void add_projects(const Mineral& law) {
    for (int k = 0; k < 2; ++k) {
      NodeRow node;
      do node = dice_.pick(s_.nodes);
      while (node.mineral != law.id);
      ProjectRow row;
      row.name = law.id + " project " + std::to_string(k);
      row.mineral = law.id;
      row.stage = node.stage;
      row.country = node.country;
      row.capacity_t_per_yr = dice_.between(100.0, 1000.0);
      row.decision_month = dice_.one_of({-1.0, 0.0, 6.0});
      row.start_month = dice_.between(0.0, 18.0);
      row.delay_median_months = dice_.between(0.0, 6.0);
      row.delay_log_sd = dice_.between(0.0, 0.6);
      row.ramp_median_months = dice_.one_of({0.0, 6.0});
      row.ramp_log_sd = 0.4;
      row.success_probability = dice_.one_of({1.0, 0.6});
      row.incentive_price_ratio = dice_.between(0.8, 1.3);
      s_.projects.push_back(row);
    }
  }

  void add_options() {
    s_.network.home_bias = dice_.between(1.0, 6.0);
    s_.price_floor.from_year = dice_.one_of({0.0, 0.5});
    s_.price_floor.circumvention_fraction = dice_.between(0.0, 0.4);
    s_.price_floor.ratio[s_.minerals.front().id] = dice_.between(0.9, 1.5);
    s_.shared_stock.trigger_fraction = dice_.between(0.01, 0.1);
    s_.shared_stock.latency_months = dice_.one_of({0.0, 1.0});
    s_.shared_stock.release_rate = dice_.between(0.2, 1.0);
    s_.shared_stock.buy_below = dice_.one_of({0.0, 1.2});
    s_.shared_stock.days[s_.minerals.front().id] = dice_.between(10.0, 60.0);
    s_.measures.short_threshold = dice_.between(0.01, 0.1);
  }

  std::uint64_t seed_;
  int width_;
  Dice dice_;
  Scenario s_;
  Names countries_, members_, actors_;
};

}  // namespace

Scenario random_scenario(std::uint64_t seed) { return Maker(seed).make(); }

Scenario wide_random_scenario(std::uint64_t seed) {
  constexpr int width = 7;  // 63 countries at most
  return Maker(seed, width).make();
}

bool has_two_weights(const Scenario& scenario) {
  std::set<double> weights;
  for (const Country& country : scenario.countries) weights.insert(country.purchasing_weight);
  return weights.size() <= 2;
}

Scenario quiet_world_of(Scenario scenario) {
  scenario.scheduled.clear();
  for (Actor& actor : scenario.actors) {
    actor.events_per_yr.assign(actor.regimes.size(), 0.0);
    actor.self_excitation = actor.contagion = 0.0;
  }
  for (Mineral& mineral : scenario.minerals) {
    mineral.volatility_per_sqrt_yr = mineral.jumps_per_yr = mineral.flood_per_yr = 0.0;
    mineral.initial_price_ratio = 1.0;
  }
  for (NodeRow& node : scenario.nodes) {
    node.growth_per_yr = node.outage_per_yr = 0.0;
    node.yield_fraction = 1.0;
  }
  for (DemandRow& demand : scenario.demand) demand.growth_per_yr = 0.0;
  for (Country& country : scenario.countries)
    country.purchasing_weight = country.purchasing_weight > 1.0 ? 1.2 : 1.0;
  // One yield changes what feeds want; the balance is then beyond what calibration mends silently.
  scenario.network.balance_tolerance = 1.0;
  resolve(scenario);
  return scenario;
}

}  // namespace blocrisk
