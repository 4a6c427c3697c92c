// Sections 4.3 to 4.5 of the model for one stage: capacities, feeds, flows, target groups, strikes.
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
    add_contracts();
    add_feed();
    add_sinks();
    add_groups();
    add_members();
    add_priority();
    spec_.op_class = pools_.add_ints({op_class.begin(), op_class.end()});
    const bool floods = law_.flooder_index != none && law_.flood_per_yr > 0.0;
    spec_.flooder_node = floods ? slot_of_country(base_.node_country, law_.flooder_index) : none;
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
    spec_.utilisation = pools_.add_reals(per_node([&](std::size_t i) { return utilisation(i); }));
    spec_.output_rate = pools_.add_reals(per_node([&](std::size_t i) {
      return utilisation(i) + law_.surge_fraction * (1.0 - utilisation(i));
    }));
    double total_t = 0.0;
    for (const double output_t : base_.output_t) total_t += output_t;
    spec_.base_share = pools_.add_reals(
        per_node([&](std::size_t i) { return total_t > 0.0 ? base_.output_t[i] / total_t : 0.0; }));
  }

  void add_contracts() {
    const double dt_yr = context_.dt_yr();
    const double spot = law_.spot_fraction;
    spec_.contract_rate = pools_.add_reals(per_node([&](std::size_t i) {
      return base_.output_t[i] > 0.0 ? (1.0 - spot) / (base_.output_t[i] * dt_yr) : 0.0;
    }));
    spec_.open_fraction = pools_.add_reals(
        per_node([&](std::size_t i) { return base_.output_t[i] > 0.0 ? spot : 1.0; }));
    spec_.flow_t = pools_.add_reals(base_.flow_t);
    spec_.home_sink = pools_.add_ints(home_sinks(base_.sink_country));
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

  void add_sinks() {
    std::vector<double> weights;
    for (const int country : base_.sink_country) {
      weights.push_back(
          context_.scenario.countries[static_cast<std::size_t>(country)].purchasing_weight);
    }
    spec_.purchasing_weight = pools_.add_reals(weights);
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
    std::vector<double> flow_t, fraction;
    std::vector<std::int32_t> target_words, outside_words;
    for (const TargetGroup& group : context_.scenario.target_groups) {
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const SlotBits inside = targets(group, i);
        inside.append_to(target_words);
        const double output_t = base_.output_t[i] * context_.dt_yr();
        flow_t.push_back(flow_to(inside, i));
        fraction.push_back(output_t > 0.0 ? portion(flow_t.back(), output_t) : 1.0);
      }
      SlotBits outside;
      for (std::size_t j = 0; j < base_.sink_country.size(); ++j) {
        if (!holds(group, base_.sink_country[j])) outside.set(static_cast<int>(j));
      }
      outside.append_to(outside_words);
    }
    spec_.target_flow_t = pools_.add_reals(flow_t);
    spec_.target_fraction = pools_.add_reals(fraction);
    spec_.target_mask = pools_.add_ints(target_words);
    spec_.outside_mask = pools_.add_ints(outside_words);
  }

  SlotBits member_slots(const std::vector<int>& countries) const {
    SlotBits members;
    for (std::size_t slot = 0; slot < countries.size(); ++slot) {
      if (context_.scenario.is_member(countries[slot])) members.set(static_cast<int>(slot));
    }
    return members;
  }

  void add_members() {
    spec_.member_nodes = pools_.add_bits(member_slots(base_.node_country));
    spec_.member_sinks = pools_.add_bits(member_slots(base_.sink_country));
  }

  void add_priority() {
    std::vector<std::int32_t> slots;
    for (const int country : context_.scenario.allocation.order_indices) {
      const int slot = slot_of_country(base_.sink_country, country);
      if (slot != none) slots.push_back(slot);
    }
    spec_.n_priority = static_cast<std::int32_t>(slots.size());
    spec_.priority_sinks = pools_.add_ints(slots);
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
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const NodeRow& row = *nodes_[i];
      const int actor = context_.scenario.actor_index(row.country);
      if (actor == none || !(row.inclusion_probability > 0.0 || is_scheduled(actor))) continue;
      StrikeSpec strike{};
      strike.node = static_cast<std::int32_t>(i);
      strike.actor = actor;
      strike.include_cut = static_cast<float>(normal_cut(row.inclusion_probability));
      strike.include_stream = pools_.stream(tag("include", row));
      const double enforcement =
          context_.scenario.actors[static_cast<std::size_t>(actor)].enforcement;
      strike.leak_limit = static_cast<float>(law_.leakage_fraction * (1.0 - enforcement));
      strike.home_sink = slot_of_country(base_.sink_country, row.country_index);
      strike.final_sink = final_sinks[i];
      strikes.push_back(strike);
    }
    spec_.n_strikes = static_cast<std::int32_t>(strikes.size() - spec_.strikes);
  }

  void add_outages() {
    auto& outages = pools_.network().outages;
    spec_.outages = static_cast<Offset>(outages.size());
    const double dt_yr = context_.dt_yr();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const NodeRow& row = *nodes_[i];
      if (!(row.outage_per_yr > 0.0) || !(row.outage_depth > 0.0)) continue;
      OutageSpec outage{};
      outage.node = static_cast<std::int32_t>(i);
      outage.start_threshold = threshold_of(one_minus_decay(row.outage_per_yr * dt_yr));
      outage.end_threshold = threshold_of(step_fraction(dt_yr, row.outage_months / 12.0));
      outage.depth = static_cast<float>(row.outage_depth);
      outage.stream = pools_.stream(tag("outage", row));
      outages.push_back(outage);
    }
    spec_.n_outages = static_cast<std::int32_t>(outages.size() - spec_.outages);
  }

  const ChainContext& context_;
  Pools& pools_;
  const Mineral& law_;
  int stage_;
  const StageBase& base_;
  const std::vector<const NodeRow*>& nodes_;
  StageSpec spec_{};
};

}  // namespace

StageSpec build_stage(const ChainContext& context, int stage, const std::vector<int>& op_class) {
  return StageBuilder(context, stage).run(op_class);
}

}  // namespace blocrisk
