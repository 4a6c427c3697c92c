/// Export restrictions on the nodes of a chain: who is hit, how severely, for how long, and what
/// leaks. One measure is in force at a node and one can lie underneath. (Model, section 4.4.)
#pragma once

#include "kernels/model/chain_state.hpp"
#include "kernels/model/world.hpp"

RISK_BEGIN

/// A field of the instrument table, per lane.
template <class L, class Field>
RISK_FN typename L::F of_instrument(const NetworkView& net, typename L::I instrument, Field field) {
  using F = typename L::F;
  using I = typename L::I;
  F value = splat<F>(field(net.instruments[0]));
  for (int k = 1; k < net.n_instruments; ++k) {
    value = select(eq(instrument, splat<I>(k)), splat<F>(field(net.instruments[k])), value);
  }
  return value;
}

/// Lifts what has run out; the measure underneath takes over if it has time left.
template <class L>
RISK_FN typename L::M lift_expired(const NetworkView& net, int step, Strike<L>& strike,
                                   StrikeRecord<L>& record) {
  using F = typename L::F;
  using I = typename L::I;
  const I now = splat<I>(step);
  const I none_in_force = splat<I>(0);
  const I end = strike.end_step;
  const auto expired = and_(ne(end, none_in_force), le(end, now));
  if (none(expired)) return expired;
  const I under_end = record.under_end_step;
  const auto takes_over = and_(expired, gt(under_end, now));
  const auto ends = andnot(expired, takes_over);
  const I instrument = record.under_instrument;
  const F settled =
      of_instrument<L>(net, instrument, [](const InstrumentSpec& i) { return i.settled_severity; });
  const F zero = splat<F>(0.0f);
  strike.severity = select(takes_over, settled, select(ends, zero, strike.severity));
  strike.settled_severity = select(takes_over, settled, strike.settled_severity);
  strike.leaked = select(ends, zero, strike.leaked);
  record.instrument = select(takes_over, instrument, record.instrument);
  strike.group = select(takes_over, record.under_group, strike.group);
  strike.end_step = select(takes_over, under_end, select(ends, none_in_force, end));
  record.under_end_step = select(expired, none_in_force, under_end);
  return expired;
}

/// The node's own word of this step. Four steps share a block: a group of paths, in which some
/// event happens in most steps, keeps it; a lone path draws it anew.
template <class L>
RISK_FN typename L::U include_word(const StrikeSpec& spec, const PathKeys<L>& paths, int step,
                                   StrikeRecord<L>& record) {
  const auto block = static_cast<std::int32_t>(block_of_step(step));
  const auto draw = [&] {
    return draw_words<L>(paths, spec.include_stream, static_cast<std::uint32_t>(block));
  };
  if constexpr (slots_in_registers<L>) {
    const Words<L> words = draw();
    const int word = word_of_step(step);
    return word < 2 ? (word == 0 ? words.w[0] : words.w[1]) : (word == 2 ? words.w[2] : words.w[3]);
  } else {
    if (record.include_block != block) {
      record.include_words = draw();
      record.include_block = block;
    }
    return record.include_words.w[word_of_step(step)];
  }
}

/// Is the node part of the event's bundle? The event's normal and the node's own make events come
/// in bundles with the actor's correlation.
template <class L>
RISK_FN typename L::M joins_bundle(const NetworkView& net, const StrikeSpec& spec,
                                   const PathKeys<L>& paths, int step, typename L::F bundle,
                                   StrikeRecord<L>& record) {
  using F = typename L::F;
  const ActorSpec& actor = net.actors[spec.actor];
  const F own = normal_from_word<L>(include_word<L>(spec, paths, step, record));
  const F mixed = fma(splat<F>(actor.own_weight), own, splat<F>(actor.bundle_weight) * bundle);
  return lt(mixed, splat<F>(spec.include_cut));
}

/// Puts a new measure in force where it is at least as severe as what is, else underneath where it
/// lasts longest. Returns the lanes where it is in force.
template <class L>
RISK_FN typename L::M apply_measure(const NetworkView& net, typename L::M hit, int entry,
                                    const EventList<L>& events, Strike<L>& strike,
                                    StrikeRecord<L>& record) {
  using F = typename L::F;
  using I = typename L::I;
  const I instrument = events.instrument[entry];
  const I group = events.group[entry];
  const I end = events.end_step[entry];
  const F initial =
      of_instrument<L>(net, instrument, [](const InstrumentSpec& i) { return i.initial_severity; });
  const auto stronger = and_(hit, ge(initial, strike.severity));
  const auto weaker = andnot(hit, stronger);
  const I old_end = strike.end_step;
  const I under_end = record.under_end_step;
  const auto keep_old = and_(stronger, and_(gt(old_end, end), gt(old_end, under_end)));
  const auto keep_new = and_(weaker, and_(gt(end, old_end), gt(end, under_end)));
  record.under_instrument =
      select(keep_old, record.instrument, select(keep_new, instrument, record.under_instrument));
  record.under_group = select(keep_old, strike.group, select(keep_new, group, record.under_group));
  record.under_end_step = select(keep_old, old_end, select(keep_new, end, under_end));
  if (none(stronger)) return stronger;
  const F settled =
      of_instrument<L>(net, instrument, [](const InstrumentSpec& i) { return i.settled_severity; });
  strike.severity = select(stronger, initial, strike.severity);
  strike.settled_severity = select(stronger, settled, strike.settled_severity);
  strike.leaked = select(stronger, splat<F>(0.0f), strike.leaked);
  record.instrument = select(stronger, instrument, record.instrument);
  strike.group = select(stronger, group, strike.group);
  strike.end_step = select(stronger, end, old_end);
  return stronger;
}

/// Lanes in which the measure in force is aimed at every country.
template <class L>
RISK_FN typename L::M aimed_at_everyone(const NetworkView& net, typename L::I group) {
  using I = typename L::I;
  auto everyone = no_lanes<L>();
  for (int g = 0; g < net.n_groups; ++g) {
    if (net.groups[g].everyone != 0) everyone = or_(everyone, eq(group, splat<I>(g)));
  }
  return everyone;
}

/// Whom the measure in force is aimed at, and how fast it settles.
template <class L>
RISK_FN void aim(const NetworkView& net, const StageSpec& stage, const StrikeSpec& spec,
                 Strike<L>& strike, StrikeRecord<L>& record) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  strike.settling_factor = of_instrument<L>(
      net, record.instrument, [](const InstrumentSpec& i) { return i.settling_factor; });
  U low = splat<U>(0u);
  U high = splat<U>(0u);
  F fraction = splat<F>(0.0f);
  for (int g = 0; g < net.n_groups; ++g) {
    const auto mine = eq(strike.group, splat<I>(g));
    const int at = g * stage.n_nodes + spec.node;
    const std::int32_t* mask = net.ints + stage.target_mask + 2 * at;
    low = select(mine, splat<U>(static_cast<std::uint32_t>(mask[0])), low);
    high = select(mine, splat<U>(static_cast<std::uint32_t>(mask[1])), high);
    fraction = select(mine, splat<F>(net.reals[stage.target_fraction + at]), fraction);
  }
  strike.target_low = low;
  strike.target_high = high;
  strike.target_fraction = fraction;
  const U home = splat<U>(spec.final_sink < 0 ? 0u : 1u << (spec.final_sink & 31));
  strike.home_bit = select(aimed_at_everyone<L>(net, strike.group), home, splat<U>(0u));
}

/// Applies this step's events to one node, the drawn one first. Returns the lanes where a new
/// measure came into force.
template <class L>
RISK_FN typename L::M apply_events(const NetworkView& net, int mineral, const StrikeSpec& spec,
                                   const PathKeys<L>& paths, const EventList<L>& events, int step,
                                   Strike<L>& strike, StrikeRecord<L>& record) {
  typename L::M fresh = no_lanes<L>();
  const int drawn = events.drawn[step * net.n_actors + spec.actor];
  if (drawn != no_entry && spec.include_cut > -1e29f) {
    const auto happening = mask_from_bits<L>(static_cast<std::uint32_t>(events.lanes[drawn]));
    const auto hit =
        and_(happening, joins_bundle<L>(net, spec, paths, step, events.bundle[drawn], record));
    if (any(hit)) fresh = apply_measure<L>(net, hit, drawn, events, strike, record);
  }
  for (int at = events.first_scheduled[step]; at < events.first_scheduled[step + 1]; ++at) {
    const ScheduledSpec& scheduled = net.scheduled[at];
    const UniformSlotSet named{scheduled.minerals_low, scheduled.minerals_high};
    const int entry = events.scheduled[at];
    if (entry == no_entry || scheduled.actor != spec.actor || !named.holds(mineral)) continue;
    const auto hit = mask_from_bits<L>(static_cast<std::uint32_t>(events.lanes[entry]));
    fresh = or_(fresh, apply_measure<L>(net, hit, entry, events, strike, record));
  }
  return fresh;
}

/// Could this step's events reach the node?
template <class L>
RISK_FN bool may_be_hit(const StrikeSpec& spec, const EventList<L>& events, int step) {
  const UniformSlotSet actors{static_cast<std::uint32_t>(events.actors_low[step]),
                              static_cast<std::uint32_t>(events.actors_high[step])};
  return actors.holds(spec.actor);
}

/// One node, one step: lift, apply, let the rest settle and leak. Returns whether some lane has a
/// measure in force.
template <class L>
RISK_FN bool update_strike(const NetworkView& net, const ChainSpec& chain, int mineral,
                           const StageSpec& stage, const StrikeSpec& spec, const PathKeys<L>& paths,
                           const EventList<L>& events, int step, Strike<L>& strike,
                           StrikeRecord<L>& record) {
  using F = typename L::F;
  using I = typename L::I;
  const auto lifted = lift_expired<L>(net, step, strike, record);
  const auto fresh = apply_events<L>(net, mineral, spec, paths, events, step, strike, record);
  if (any(or_(lifted, fresh))) aim<L>(net, stage, spec, strike, record);
  const auto in_force = ne(strike.end_step, splat<I>(0));
  if (none(in_force)) {
    strike.blocked = splat<F>(0.0f);
    return false;
  }
  const auto later = andnot(in_force, fresh);
  const F excess = strike.severity - strike.settled_severity;
  const F settled = fma(excess, strike.settling_factor, strike.settled_severity);
  const F severity = select(later, settled, strike.severity);
  const F to_leak = splat<F>(spec.leak_limit) - strike.leaked;
  const F leaked = fma(to_leak, splat<F>(chain.leak_rate), strike.leaked);
  strike.severity = severity;
  strike.leaked = select(later, leaked, strike.leaked);
  strike.blocked = severity * (splat<F>(1.0f) - strike.leaked);
  return true;
}

/// R(t): countries that restrict this chain's exports to everyone, as last-stage sinks.
template <class L>
RISK_FN void mark_restricting(const StrikeSpec& spec, const Strike<L>& strike, SlotSet<L>& homes) {
  using F = typename L::F;
  using U = typename L::U;
  const auto blocks = gt(strike.blocked, splat<F>(0.0f));
  const U added = select(blocks, strike.home_bit, splat<U>(0u));
  if (spec.final_sink < 32) {
    homes.low = homes.low | added;
  } else {
    homes.high = homes.high | added;
  }
}

/// All nodes of the chain that can be hit. Where no lane has a measure in force and none can come,
/// there is nothing to do.
template <class L>
RISK_SECTION void update_restrictions(const NetworkView& net, const ChainSpec& chain, int mineral,
                                      const PathKeys<L>& paths, const EventList<L>& events,
                                      int step, ChainState<L>& state) {
  using F = typename L::F;
  using U = typename L::U;
  SlotSet<L> homes{splat<U>(0u), splat<U>(0u)};
  F restricted = splat<F>(0.0f);
  each_stage<L>(chain, [&](int s) {
    const StageSpec& spec = chain.stages[s];
    StageState<L>& stage = state.stage[s];
    const float* share = net.reals + spec.base_share;
    each_strike<L>(net, spec, [&](auto i, const StrikeSpec& node) {
      if (!stage.in_force[i] && !may_be_hit<L>(node, events, step)) return;
      Strike<L>& strike = stage.strike[i];
      stage.in_force.set(i, update_strike<L>(net, chain, mineral, spec, node, paths, events, step,
                                             strike, stage.record[i]));
      const bool restricts = any(gt(strike.blocked, splat<F>(0.0f)));
      stage.restricting.set(i, restricts);
      if (restricts) mark_restricting<L>(node, strike, homes);
    });
    restricted = restricted + sum_raised<L>(spec.n_nodes, stage.in_force, stage.node,
                                            &Node<L>::part, [&](auto i) {
                                              return stage.strike[i].severity * splat<F>(share[i]);
                                            });
  });
  state.restricting_homes = {union_of_lanes<L>(homes.low), union_of_lanes<L>(homes.high)};
  if constexpr (!slots_in_registers<L>)
    state.restricting_somewhere =
        std::uint64_t{bits_of_some(homes.high)} << 32 | bits_of_some(homes.low);
  state.restricted_fraction = restricted * splat<F>(1.0f / static_cast<float>(chain.n_stages));
}

RISK_END
