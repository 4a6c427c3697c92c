/// The calibrated network as plain read-only arrays: everything a path needs to know, in single
/// precision, laid out for the hot loop. Built by `calibrate()`; never changed afterwards.
///
/// All numbers live in two pools, `reals` and `ints`. A table is an `Offset` into one of them, so
/// the whole network moves to a device by copying a handful of arrays. Tables over time are
/// [step][slot], flows are [node][sink], group tables are [group][node]; the last index is
/// contiguous. Tonnes are per step, rates per step, prices ratios to the base price.
#pragma once

#include <cstdint>

#include "kernels/portability.hpp"

namespace blocrisk {

using Offset = std::uint32_t;

inline constexpr int max_stages = 4;
inline constexpr int max_minerals = 64;
inline constexpr int max_countries = 64;
inline constexpr int max_slots = 64;  ///< nodes or sinks of one stage
inline constexpr int max_actors = 64;
inline constexpr int max_groups = 32;
inline constexpr int max_instruments = 32;
inline constexpr int max_steps = 4096;
inline constexpr int flow_padding =
    8;  ///< rows of flows are padded with zeros to a multiple of this

constexpr int padded_sinks(int n_sinks) {
  return (n_sinks + flow_padding - 1) / flow_padding * flow_padding;
}

/// A node that a restriction can hit: its country is an actor, and either drawn events include it
/// with positive probability or a scheduled event names it.
struct StrikeSpec {
  std::int32_t node;  ///< slot of the stage
  std::int32_t actor;
  float include_cut;             ///< Phi^-1(inclusion probability); -1e30 never, +1e30 always
  std::uint32_t include_stream;  ///< "include|M|STAGE|COUNTRY"
  float leak_limit;              ///< leakage_fraction (1 - enforcement of the actor)
  std::int32_t final_sink;       ///< last-stage sink slot of the node's country, or -1
};

/// How a node breaks down.
struct OutageSpec {
  std::int32_t happens;  ///< 0: never
  float up_steps;        ///< mean wait for an outage, 1/(rate dt)
  float down_steps;  ///< mean of the exponential whose whole steps are the length beyond the first
  float left;        ///< part of capacity that it leaves: 1 - depth
  std::uint32_t stream;  ///< "outage|M|STAGE|COUNTRY"
};

/// What every step reads of a node together, among the reals.
struct alignas(16) NodeRates {
  float output_rate;    ///< u + surge (1-u): output per tonne of effective capacity
  float utilisation;    ///< u: base utilisation B/K
  float contract_rate;  ///< (1-spot) / (B dt) [1/t]; 0 where B = 0
  float open_fraction;  ///< part of contracted output that is sold without contract: spot; 1 where
                        ///< B = 0
};

/// What every step reads of a last-stage sink together, among the reals.
struct alignas(16) SinkStep {
  float reference_t;       ///< reference demand
  float per_reference;     ///< 1 / reference demand [1/t]
  float cover_days_per_t;  ///< 365 / reference demand per year
  float shared_share;      ///< its share of members' reference demand; 0 for others
};

struct StageSpec {
  std::int32_t n_nodes;
  std::int32_t n_sinks;  ///< nodes of the next stage, or countries with final demand

  // reals, per node
  Offset capacity_t;       ///< [step][node] K dt (1+growth)^(t dt)
  Offset rates;            ///< [node] NodeRates
  Offset secondary;        ///< secondary feed fraction f
  Offset feed_per_output;  ///< (1-f)/yield; 0 at stage 1
  Offset feed_stock_t;     ///< opening feed stock [t], 0 at stage 1
  Offset pooled;           ///< 1 where a member's open tonnes go to members first, else 0; padded
  Offset unpooled;         ///< 1 - pooled; padded
  Offset base_share;       ///< B_i / sum B, for the restricted fraction
  Offset flow_t;           ///< [node][padded sink] base flow F per step
  Offset base_flow_t;      ///< B dt
  Offset growth_factor;    ///< [step][node] (1+growth)^(t dt); of the last stage only
  Offset target_fraction;  ///< [group][node] part of it that flows to foreign sinks inside the
                           ///< group; 1 where B = 0
  // Sinks that every fill treats alike form a class: same purchasing weight, same side of every
  // target group and of the bloc, not a home that withheld goods are offered to, no place of their
  // own in the order of priority. Fills work on classes, since a class keeps its gaps in
  // proportion.
  std::int32_t n_classes;
  std::int32_t n_member_classes;  ///< members' come first
  Offset classes_of_several;      ///< ints: the classes of more than one sink
  std::int32_t n_classes_of_several;
  Offset class_weight;   ///< reals [group.. then members, then all][class]: purchasing weight where
                         ///< the fill may serve the class: outside the group, members, everybody;
                         ///< else 0
  Offset class_first;    ///< ints [class + 1] into class_sinks
  Offset class_sinks;    ///< ints [sink] sink slots by class
  Offset class_of_sink;  ///< ints [sink]
  Offset is_alone;       ///< ints [sink] 1 where it is the only one of its class
  std::int32_t largest_class;  ///< sinks
  Offset home_class;           ///< ints [node] the class (of one sink) of its own country, or -1
  Offset home_node;  ///< ints [class] the other way round, for nodes that can be hit, or -1

  // ints
  Offset op_class;     ///< per node: its operating-fraction class in the chain
  Offset target_mask;  ///< [group][node][2] bits of foreign sinks inside the group (low, high word)
  Offset serves_outside;    ///< [group] 1 where some sink lies outside the group
  Offset member_sinks;      ///< [2] bits of sinks in member countries
  Offset priority_classes;  ///< classes (of one sink) in the order of `allocation.order`
  std::int32_t n_priority;
  std::int32_t flooder_node;  ///< slot of the flooder's node or -1

  Offset strikes;  ///< first index into NetworkView::strikes
  std::int32_t n_strikes;
  Offset strike_of_node;  ///< ints [node] its strike, from `strikes` on, or -1
  Offset outages;         ///< [node] from this index on in NetworkView::outages
};

/// Nodes with the same cash cost and the same price earned share one operating fraction.
struct OpClassSpec {
  float inverse_cost;
  std::int32_t in_bloc;  ///< earns the bloc's smoothed price instead of the world's
};

struct ProjectSpec {
  std::int32_t stage;
  std::int32_t node;
  std::int32_t decision_step;  ///< negative: already taken, never tested
  std::int32_t in_bloc;
  float incentive_price_ratio;
  std::uint32_t success_threshold;
  float start_step;  ///< planned start, real, in steps
  float delay_median_steps, delay_log_sd;
  float ramp_median_steps, ramp_log_sd;
  float capacity_t;      ///< per step at full ramp
  std::uint32_t stream;  ///< "project|NAME"
};

/// One mineral chain.
struct ChainSpec {
  std::int32_t n_stages;
  StageSpec stages[max_stages];

  // 4.1 price
  float log_initial_price;
  float reversion_factor;  ///< e^(-kappa dt)
  float shock_sd;  ///< sigma sqrt((1-e^(-2 kappa dt))/(2 kappa)); sigma sqrt(dt) at kappa = 0
  std::uint32_t jump_threshold, jump_up_threshold;
  float jump_up_mean, jump_down_mean;
  std::uint32_t jump_stream, jump_size_stream;
  float scarcity_gain;  ///< gamma = 1/(demand + supply elasticity)
  std::uint32_t flood_stream;
  Offset
      flood_thresholds;  ///< ints, per regime of the flooder's actor (one entry where it is none)
  std::int32_t flood_actor;  ///< actor index or -1
  std::int32_t flooder;      ///< 1 where the mineral has a flooder with a positive hazard
  std::uint32_t flood_end_threshold;
  float flood_depth, flood_trigger_fraction;
  // 4.2 what producers earn
  float floor_ratio;             ///< 0: no floor
  std::int32_t floor_from_step;  ///< first step in force
  float floor_pass;              ///< 1 - circumvention
  float earn_rate;               ///< min(1, dt/tau_h)
  float bloc_earned_start;       ///< opening value of the bloc's smoothed price
  // 4.3 capacity
  float close_ratio, inverse_close_span;  ///< a, 1/(1-a)
  float close_step, open_step;            ///< largest move of the operating fraction per step
  Offset op_classes;                      ///< first index into NetworkView::op_classes
  std::int32_t n_op_classes;
  Offset projects;  ///< first index into NetworkView::projects
  std::int32_t n_projects;
  // 4.4 restrictions
  float leak_rate;  ///< 1 - e^(-dt/tau_leak)
  // 4.5 allocation
  std::int32_t pooling;
  // 4.6 stocks; reals per last-stage sink
  Offset commercial_start_t, commercial_release, commercial_refill;
  Offset strategic_start_t, strategic_trigger, strategic_latency_steps, strategic_release,
      strategic_buy_below;
  float shared_start_t, shared_latency_steps, shared_release, shared_buy_below;
  Offset shared_trigger;   ///< [sink] part of the need; 1e30 for those that are no members
  Offset strategic_sinks;  ///< ints [n_strategic]: the sinks that hold a strategic stock
  std::int32_t n_strategic, has_shared;
  Offset members_demand_t;  ///< [step] reference demand of all members
  float stock_refill_step;  ///< dt in years: strategic, shared and feed stocks order (target -
                            ///< stock) dt
  float scarcity_rate;      ///< min(1, dt/tau_s)
  // 4.7 demand
  Offset demand_t;                          ///< [step][sink] reference demand
  float demand_elasticity, least_response;  ///< e, 1 - max_response
  float substitution_step, substitution_reversal_step,
      inverse_substitution_max;  ///< rate dt, reversal dt, 1/max (0: none)
  // 5 measures
  float price_usd_per_t, at_risk_usd_per_t;
  Offset essential_slack;    ///< reals per sink: 1 - essential fraction
  Offset sink_steps;         ///< [step][sink] SinkStep
  Offset total_demand_t;     ///< [sink] over the horizon
  Offset essential_total_t;  ///< [sink] essential demand over the horizon
  Offset cell_sink;          ///< ints [n_cells]: last-stage sink slot of each member with demand
  Offset cell_member;        ///< ints [n_cells]: its member index
  Offset cell_of_sink;       ///< ints [sink]: its cell or -1
  std::int32_t n_cells;
};

struct ActorSpec {
  std::int32_t n_regimes;
  Offset start_thresholds;   ///< ints [regime], cumulative
  Offset switch_thresholds;  ///< ints [from][to], cumulative rows of exp(R dt)
  Offset event_rate;  ///< reals [regime]: base rate x retaliation x dt: expected events per step
  float self_step, cross_step;  ///< beta dt
  float memory_factor;          ///< e^(-delta dt)
  Offset instrument_thresholds,
      group_thresholds;             ///< ints, cumulative over all instruments / groups
  float bundle_weight, own_weight;  ///< sqrt(r), sqrt(1-r)
  std::uint32_t regime_stream, regime_start_stream, event_stream, event_pick_stream,
      event_bundle_stream;
};

struct InstrumentSpec {
  float initial_severity, settled_severity;
  float settling_factor;  ///< e^(-dt/tau_settle)
  std::uint32_t acute_threshold;
  float acute_median_steps, acute_log_sd, structural_median_steps, structural_log_sd;
};

struct GroupSpec {
  std::int32_t everyone;  ///< holds every country: marks the actor as a member of R(t)
};

struct ScheduledSpec {
  std::int32_t actor, step, instrument, group;
  std::uint32_t threshold;
  std::int32_t duration_steps;  ///< in force, first included; 0: drawn from the instrument
  std::uint32_t minerals_low, minerals_high;  ///< bit per mineral
  std::uint32_t stream;                       ///< "scheduled|NAME"
};

/// Everything above, trivially copyable: what the CPU engine and a kernel get by value.
struct NetworkView {
  std::int32_t n_steps, steps_per_year, n_years;  ///< n_years: whole years
  std::int32_t n_members, n_minerals, n_actors, n_instruments, n_groups, n_scheduled, n_thresholds;
  std::int32_t priority_rule;  ///< 0 pro rata, 1 priority
  float short_threshold;
  float months_per_step;
  std::int32_t peak_window_steps;
  float peak_window_scale;  ///< units of the peak window's sums: 1 is this many

  const float* reals;
  const std::int32_t* ints;
  const ChainSpec* chains;
  const ActorSpec* actors;
  const InstrumentSpec* instruments;
  const GroupSpec* groups;
  const ScheduledSpec* scheduled;  ///< sorted by step, file order within a step
  const StrikeSpec* strikes;
  const OutageSpec* outages;
  const OpClassSpec* op_classes;
  const ProjectSpec* projects;
  const std::uint32_t* price_streams;  ///< [mineral]
  const float* cholesky;               ///< [mineral][mineral], lower triangle
  const float* exceedance;             ///< [n_thresholds] for measures that are ratios
  const double* measure_scale;  ///< [cell measure][member][mineral] 1/unit of the fixed-point sums
  const double* member_measure_scale;  ///< [member measure][member]
};

}  // namespace blocrisk
