// Sections 4.3 to 4.5 of the model for one stage: capacities, feeds, flows, target groups, strikes.
#include <algorithm>
#include <cmath>

#include "host/scenario/calibrate_chain.hpp"
#include "host/scenario/calibrate_numbers.hpp"

namespace blocrisk {
namespace {

/// A part of a whole, where rounding may lift the part above it.
double portion(double part, double whole) { return part < whole ? part / whole : 1.0; }

class StageBuilder {
 public:
  StageBuilder(const ChainContext& context, int stage)
      : context_(context),
        pools_(context.pools),
        law_(*context.input.law),
        stage_(stage),
        base_(context.base[static_cast<std::size_t>(stage)]),
        nodes_(context.input.nodes[static_cast<std::size_t>(stage)]) {
    spec_.n_nodes = static_cast<std::int32_t>(nodes_.size());
    spec_.n_sinks = static_cast<std::int32_t>(base_.sink_country.size());
  }

  StageSpec run(const std::vector<int>& op_class) {
    if (!fits()) return spec_;
    add_capacity();
    add_rates_and_flows();
    add_feed();
    add_sinks();
    add_groups();
    add_members();
    add_priority();
    spec_.op_class = pools_.add_ints({op_class.begin(), op_class.end()});
    const bool floods = law_.flooder_index != no_index && law_.flood_per_yr > 0.0;
    spec_.flooder_node =
        floods ? slot_of_country(base_.node_country, law_.flooder_index) : no_index;
    add_strikes();
    add_outages();
    return spec_;
  }

 private:
  template <class Number>
  std::vector<double> per_node(Number&& number) const {
    std::vector<double> values;
    for (std::size_t i = 0; i < nodes_.size(); ++i) values.push_back(number(i));
    return values;
  }

  bool fits() {
    if (spec_.n_nodes <= max_slots && spec_.n_sinks <= max_slots) return true;
    pools_.complaints().push_back(
        {"", 0, law_.id, stage_name(),
         "at most " + std::to_string(max_slots) + " nodes and buyers a stage"});
    return false;
  }

  const std::string& stage_name() const { return law_.stages[static_cast<std::size_t>(stage_)]; }

  double utilisation(std::size_t i) const {
    return base_.capacity_t[i] > 0.0 ? base_.output_t[i] / base_.capacity_t[i] : 0.0;
  }

  void add_capacity() {
    const double dt_yr = context_.dt_yr();
    const auto start_t = per_node([&](std::size_t i) { return base_.capacity_t[i] * dt_yr; });
    const auto growth_per_yr = per_node([&](std::size_t i) { return nodes_[i]->growth_per_yr; });
    spec_.capacity_t =
        pools_.add_reals(grown_table(start_t, growth_per_yr, context_.scenario.n_steps(), dt_yr));
    if (stage_ + 1 == static_cast<int>(law_.stages.size())) {
      const std::vector<double> one(nodes_.size(), 1.0);
      spec_.growth_factor =
          pools_.add_reals(grown_table(one, growth_per_yr, context_.scenario.n_steps(), dt_yr));
    }
    double total_t = 0.0;
    for (const double output_t : base_.output_t) total_t += output_t;
    spec_.base_share = pools_.add_reals(
        per_node([&](std::size_t i) { return total_t > 0.0 ? base_.output_t[i] / total_t : 0.0; }));
  }

  void add_rates_and_flows() {
    const double dt_yr = context_.dt_yr();
    const double spot = law_.spot_fraction;
    std::vector<std::array<double, 4>> rates;  // NodeRates
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const double u = utilisation(i);
      const double output_t = base_.output_t[i] * dt_yr;
      rates.push_back({u + law_.surge_fraction * (1.0 - u), u,
                       output_t > 0.0 ? (1.0 - spot) / output_t : 0.0,
                       output_t > 0.0 ? spot : 1.0});
    }
    spec_.rates = pools_.add_fours(rates);
    spec_.flow_t = pools_.add_reals(padded_flows());
  }

  std::vector<double> padded_flows() const {
    const std::size_t n_sinks = base_.sink_country.size();
    const auto padded = static_cast<std::size_t>(padded_sinks(static_cast<int>(n_sinks)));
    std::vector<double> flows(nodes_.size() * padded);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      for (std::size_t j = 0; j < n_sinks; ++j)
        flows[i * padded + j] = base_.flow_t[i * n_sinks + j];
    }
    return flows;
  }

  std::vector<std::int32_t> home_sinks(const std::vector<int>& sink_country) const {
    std::vector<std::int32_t> slots;
    for (const int country : base_.node_country)
      slots.push_back(slot_of_country(sink_country, country));
    return slots;
  }

  void add_feed() {
    const auto feed_per_output = [&](std::size_t i) {
      return stage_ == 0 ? 0.0
                         : (1.0 - nodes_[i]->secondary_feed_fraction) / nodes_[i]->yield_fraction;
    };
    spec_.secondary = pools_.add_reals(
        per_node([&](std::size_t i) { return nodes_[i]->secondary_feed_fraction; }));
    spec_.feed_per_output = pools_.add_reals(per_node(feed_per_output));
    spec_.feed_stock_t = pools_.add_reals(per_node([&](std::size_t i) {
      return nodes_[i]->feed_stock_days * base_.output_t[i] * feed_per_output(i) / days_per_yr;
    }));
  }

  /// What a fill can tell sinks apart by; equal keys make a class.
  std::vector<double> class_key(std::size_t j) const {
    const int country = base_.sink_country[j];
    const auto& scenario = context_.scenario;
    std::vector<double> key;
    for (const TargetGroup& group : scenario.target_groups) key.push_back(holds(group, country));
    key.push_back(scenario.is_member(country));
    key.push_back(scenario.countries[static_cast<std::size_t>(country)].purchasing_weight);
    const auto& order = scenario.allocation.order_indices;
    const bool is_home =
        scenario.actor_index(scenario.countries[static_cast<std::size_t>(country)].id) != no_index;
    const bool has_place = std::find(order.begin(), order.end(), country) != order.end();
    key.push_back(is_home || has_place ? static_cast<double>(country) : -1.0);
    return key;
  }

  /// Sinks by class: members' classes, then the others', both in the order of their first sinks.
  std::vector<std::vector<std::int32_t>> sink_classes() const {
    std::vector<std::vector<double>> keys;
    std::vector<std::vector<std::int32_t>> classes;
    for (std::size_t j = 0; j < base_.sink_country.size(); ++j) {
      const auto key = class_key(j);
      const auto at =
          static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
      if (at == keys.size()) {
        keys.push_back(key);
        classes.emplace_back();
      }
      classes[at].push_back(static_cast<std::int32_t>(j));
    }
    std::ranges::stable_partition(classes, [&](const auto& sinks) { return serves_member(sinks); });
    return classes;
  }

  bool serves_member(const std::vector<std::int32_t>& sinks) const {
    return context_.scenario.is_member(base_.sink_country[static_cast<std::size_t>(sinks.front())]);
  }

  int country_of_class(std::size_t k) const {
    return base_.sink_country[static_cast<std::size_t>(classes_[k].front())];
  }

  /// Purchasing weights of the classes that `serves` admits, padded with zeros.
  template <class Serves>
  void append_weights(std::vector<double>& weights, Serves serves) const {
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      const int country = country_of_class(k);
      const auto& row = context_.scenario.countries[static_cast<std::size_t>(country)];
      weights.push_back(serves(country) ? row.purchasing_weight : 0.0);
    }
    const auto n_classes = static_cast<int>(classes_.size());
    weights.resize(weights.size() + static_cast<std::size_t>(padded_sinks(n_classes) - n_classes));
  }

  void add_sinks() {
    classes_ = sink_classes();
    std::vector<double> weights;
    for (const TargetGroup& group : context_.scenario.target_groups) {
      append_weights(weights, [&](int country) { return !holds(group, country); });
    }
    append_weights(weights, [&](int country) { return context_.scenario.is_member(country); });
    append_weights(weights, [](int) { return true; });
    std::vector<std::int32_t> first{0}, sinks;
    for (const auto& members : classes_) {
      sinks.insert(sinks.end(), members.begin(), members.end());
      first.push_back(static_cast<std::int32_t>(sinks.size()));
    }
    spec_.n_classes = static_cast<std::int32_t>(classes_.size());
    spec_.n_member_classes = static_cast<std::int32_t>(std::ranges::count_if(
        classes_, [&](const auto& members) { return serves_member(members); }));
    spec_.class_weight = pools_.add_reals(weights);
    spec_.class_first = pools_.add_ints(first);
    spec_.class_sinks = pools_.add_ints(sinks);
    std::vector<std::int32_t> class_of_sink(sinks.size()), is_alone(sinks.size()), several;
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      if (classes_[k].size() > 1) several.push_back(static_cast<std::int32_t>(k));
      for (const std::int32_t j : classes_[k]) {
        class_of_sink[static_cast<std::size_t>(j)] = static_cast<std::int32_t>(k);
        is_alone[static_cast<std::size_t>(j)] = classes_[k].size() == 1 ? 1 : 0;
      }
      spec_.largest_class =
          std::max(spec_.largest_class, static_cast<std::int32_t>(classes_[k].size()));
    }
    spec_.class_of_sink = pools_.add_ints(class_of_sink);
    spec_.is_alone = pools_.add_ints(is_alone);
    spec_.classes_of_several = pools_.add_ints(several);
    spec_.n_classes_of_several = static_cast<std::int32_t>(several.size());
  }

  /// The class of a country that is one by itself, -1 where it is no sink.
  std::int32_t class_of_country(int country) const {
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      if (country_of_class(k) == country) return static_cast<std::int32_t>(k);
    }
    return no_index;
  }

  bool holds(const TargetGroup& group, int country) const {
    return group.holds[static_cast<std::size_t>(country)] != 0;
  }

  /// Foreign sinks inside the group; home is never a target.
  SlotBits targets(const TargetGroup& group, std::size_t i) const {
    SlotBits inside;
    for (std::size_t j = 0; j < base_.sink_country.size(); ++j) {
      const int country = base_.sink_country[j];
      if (country != base_.node_country[i] && holds(group, country))
        inside.set(static_cast<int>(j));
    }
    return inside;
  }

  double flow_to(SlotBits sinks, std::size_t i) const {
    double sum_t = 0.0;
    const std::size_t n_sinks = base_.sink_country.size();
    for (std::size_t j = 0; j < n_sinks; ++j) {
      if (sinks.holds(static_cast<int>(j))) sum_t += base_.flow_t[i * n_sinks + j];
    }
    return sum_t;
  }

  void add_groups() {
    std::vector<double> fraction;
    std::vector<std::int32_t> target_words, serves_outside;
    for (const TargetGroup& group : context_.scenario.target_groups) {
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const SlotBits inside = targets(group, i);
        inside.append_to(target_words);
        const double output_t = base_.output_t[i] * context_.dt_yr();
        fraction.push_back(output_t > 0.0 ? portion(flow_to(inside, i), output_t) : 1.0);
      }
      const auto is_outside = [&](int country) { return !holds(group, country); };
      const auto& sinks = base_.sink_country;
      serves_outside.push_back(std::any_of(sinks.begin(), sinks.end(), is_outside) ? 1 : 0);
    }
    spec_.base_flow_t = pools_.add_reals(
        per_node([&](std::size_t i) { return base_.output_t[i] * context_.dt_yr(); }));
    spec_.target_fraction = pools_.add_reals(fraction);
    spec_.target_mask = pools_.add_ints(target_words);
    spec_.serves_outside = pools_.add_ints(serves_outside);
  }

  SlotBits member_slots(const std::vector<int>& countries) const {
    SlotBits members;
    for (std::size_t slot = 0; slot < countries.size(); ++slot) {
      if (context_.scenario.is_member(countries[slot])) members.set(static_cast<int>(slot));
    }
    return members;
  }

  void add_members() {
    const auto padded = static_cast<std::size_t>(padded_sinks(spec_.n_nodes));
    std::vector<double> pooled(padded), unpooled(padded);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const bool is_pooled =
          context_.scenario.bloc.pooling && context_.scenario.is_member(base_.node_country[i]);
      (is_pooled ? pooled : unpooled)[i] = 1.0;
    }
    spec_.pooled = pools_.add_reals(pooled);
    spec_.unpooled = pools_.add_reals(unpooled);
    spec_.member_sinks = pools_.add_bits(member_slots(base_.sink_country));
  }

  void add_priority() {
    std::vector<std::int32_t> order;
    for (const int country : context_.scenario.allocation.order_indices) {
      const std::int32_t its_class = class_of_country(country);
      if (its_class != no_index) order.push_back(its_class);
    }
    spec_.n_priority = static_cast<std::int32_t>(order.size());
    spec_.priority_classes = pools_.add_ints(order);
  }

  /// Whether some scheduled event that can happen names this mineral and restricts the actor's
  /// exports.
  bool is_scheduled(int actor) const {
    for (const ScheduledEvent& event : context_.scenario.scheduled) {
      if (event.actor_index != actor || !(event.probability > 0.0)) continue;
      for (const int mineral : event.mineral_indices) {
        if (mineral == context_.input.mineral) return true;
      }
    }
    return false;
  }

  std::string tag(const std::string& purpose, const NodeRow& row) const {
    return purpose + "|" + row.mineral + "|" + row.stage + "|" + row.country;
  }

  void add_strikes() {
    auto& strikes = pools_.network().strikes;
    spec_.strikes = static_cast<Offset>(strikes.size());
    const auto final_sinks = home_sinks(context_.last().sink_country);
    std::vector<std::int32_t> strike_of_node(nodes_.size(), no_index);
    std::vector<std::int32_t> home_class(nodes_.size(), no_index);
    std::vector<std::int32_t> home_node(classes_.size(), no_index);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const NodeRow& row = *nodes_[i];
      const int actor = context_.scenario.actor_index(row.country);
      if (actor == no_index || !(row.inclusion_probability > 0.0 || is_scheduled(actor))) continue;
      StrikeSpec strike{};
      strike.node = static_cast<std::int32_t>(i);
      strike.actor = actor;
      strike.include_cut = static_cast<float>(normal_cut(row.inclusion_probability));
      strike.include_stream = pools_.stream(tag("include", row));
      const double enforcement =
          context_.scenario.actors[static_cast<std::size_t>(actor)].enforcement;
      strike.leak_limit = static_cast<float>(law_.leakage_fraction * (1.0 - enforcement));
      home_class[i] = class_of_country(row.country_index);
      if (home_class[i] != no_index)
        home_node[static_cast<std::size_t>(home_class[i])] = static_cast<std::int32_t>(i);
      strike_of_node[i] = static_cast<std::int32_t>(strikes.size() - spec_.strikes);
      strike.final_sink = final_sinks[i];
      strikes.push_back(strike);
    }
    spec_.n_strikes = static_cast<std::int32_t>(strikes.size() - spec_.strikes);
    spec_.strike_of_node = pools_.add_ints(strike_of_node);
    spec_.home_class = pools_.add_ints(home_class);
    spec_.home_node = pools_.add_ints(home_node);
  }

  void add_outages() {
    auto& outages = pools_.network().outages;
    spec_.outages = static_cast<Offset>(outages.size());
    const double dt_yr = context_.dt_yr();
    for (const NodeRow* const node : nodes_) {
      const NodeRow& row = *node;
      OutageSpec outage{0, 0.0f, 0.0f, 1.0f, 0u};
      if (row.outage_per_yr > 0.0 && row.outage_depth > 0.0) {
        outage.happens = 1;
        outage.up_steps = static_cast<float>(1.0 / (row.outage_per_yr * dt_yr));
        outage.down_steps =
            static_cast<float>(mean_wait_steps(step_fraction(dt_yr, row.outage_months / 12.0)));
        outage.left = static_cast<float>(1.0 - row.outage_depth);
        outage.stream = pools_.stream(tag("outage", row));
      }
      outages.push_back(outage);
    }
  }

  const ChainContext& context_;
  Pools& pools_;
  const Mineral& law_;
  int stage_;
  const StageBase& base_;
  const std::vector<const NodeRow*>& nodes_;
  std::vector<std::vector<std::int32_t>> classes_;  ///< sink slots
  StageSpec spec_{};
};

}  // namespace

StageSpec build_stage(const ChainContext& context, int stage, const std::vector<int>& op_class) {
  return StageBuilder(context, stage).run(op_class);
}

}  // namespace blocrisk
