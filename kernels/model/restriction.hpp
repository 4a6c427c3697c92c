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
RISK_FN typename L::M lift_expired(const NetworkView& net, int step, int k,
                                   StrikeState<L>& strike) {
  using F = typename L::F;
  using I = typename L::I;
  const I now = splat<I>(step);
  const I none_in_force = splat<I>(0);
  const I end = strike.end_step[k];
  const auto expired = and_(ne(end, none_in_force), le(end, now));
  if (none(expired)) return expired;
  const I under_end = strike.under_end_step[k];
  const auto takes_over = and_(expired, gt(under_end, now));
  const auto ends = andnot(expired, takes_over);
  const I instrument = strike.under_instrument[k];
  const F settled =
      of_instrument<L>(net, instrument, [](const InstrumentSpec& i) { return i.settled_severity; });
  const F zero = splat<F>(0.0f);
  strike.severity[k] = select(takes_over, settled, select(ends, zero, strike.severity[k]));
  strike.settled_severity[k] = select(takes_over, settled, strike.settled_severity[k]);
  strike.leaked[k] = select(ends, zero, strike.leaked[k]);
  strike.instrument[k] = select(takes_over, instrument, strike.instrument[k]);
  strike.group[k] = select(takes_over, strike.under_group[k], strike.group[k]);
  strike.end_step[k] = select(takes_over, under_end, select(ends, none_in_force, end));
  strike.under_end_step[k] = select(expired, none_in_force, under_end);
  return expired;
}

/// Is the node part of the event's bundle? The event's normal and the node's own make events come
/// in bundles with the actor's correlation.
template <class L>
RISK_FN typename L::M joins_bundle(const NetworkView& net, const StrikeSpec& spec,
                                   const PathKeys<L>& paths, int step, typename L::F bundle, int k,
                                   StrikeState<L>& strike) {
  using F = typename L::F;
  const ActorSpec& actor = net.actors[spec.actor];
  const auto block = static_cast<std::int32_t>(block_of_step(step));
  if (strike.include_block[k] != block) {
    store_words<L>(strike.include_words.from(4 * k),
                   draw_words<L>(paths, spec.include_stream, static_cast<std::uint32_t>(block)));
    strike.include_block[k] = block;
  }
  const F own = normal_from_word<L>(strike.include_words[4 * k + word_of_step(step)]);
  const F mixed = fma(splat<F>(actor.own_weight), own, splat<F>(actor.bundle_weight) * bundle);
  return lt(mixed, splat<F>(spec.include_cut));
}

/// Puts a new measure in force where it is at least as severe as what is, else underneath where it
/// lasts longest. Returns the lanes where it is in force.
template <class L>
RISK_FN typename L::M apply_measure(const NetworkView& net, typename L::M hit, int k, int entry,
                                    const EventList<L>& events, StrikeState<L>& strike) {
  using F = typename L::F;
  using I = typename L::I;
  const I instrument = events.instrument[entry];
  const I group = events.group[entry];
  const I end = events.end_step[entry];
  const F initial =
      of_instrument<L>(net, instrument, [](const InstrumentSpec& i) { return i.initial_severity; });
  const auto stronger = and_(hit, ge(initial, strike.severity[k]));
  const auto weaker = andnot(hit, stronger);
  const I old_end = strike.end_step[k];
  const I under_end = strike.under_end_step[k];
  const auto keep_old = and_(stronger, and_(gt(old_end, end), gt(old_end, under_end)));
  const auto keep_new = and_(weaker, and_(gt(end, old_end), gt(end, under_end)));
  strike.under_instrument[k] = select(keep_old, strike.instrument[k],
                                      select(keep_new, instrument, strike.under_instrument[k]));
  strike.under_group[k] =
      select(keep_old, strike.group[k], select(keep_new, group, strike.under_group[k]));
  strike.under_end_step[k] = select(keep_old, old_end, select(keep_new, end, under_end));
  if (none(stronger)) return stronger;
  const F settled =
      of_instrument<L>(net, instrument, [](const InstrumentSpec& i) { return i.settled_severity; });
  strike.severity[k] = select(stronger, initial, strike.severity[k]);
  strike.settled_severity[k] = select(stronger, settled, strike.settled_severity[k]);
  strike.leaked[k] = select(stronger, splat<F>(0.0f), strike.leaked[k]);
  strike.instrument[k] = select(stronger, instrument, strike.instrument[k]);
  strike.group[k] = select(stronger, group, strike.group[k]);
  strike.end_step[k] = select(stronger, end, old_end);
  return stronger;
}

/// Whom the measure in force is aimed at, and how fast it settles.
template <class L>
RISK_FN void aim(const NetworkView& net, const StageSpec& stage, const StrikeSpec& spec, int k,
                 StrikeState<L>& strike) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  strike.settling_factor[k] = of_instrument<L>(
      net, strike.instrument[k], [](const InstrumentSpec& i) { return i.settling_factor; });
  U low = splat<U>(0u);
  U high = splat<U>(0u);
  F flow = splat<F>(0.0f);
  F fraction = splat<F>(0.0f);
  for (int g = 0; g < net.n_groups; ++g) {
    const auto mine = eq(strike.group[k], splat<I>(g));
    const int at = g * stage.n_nodes + spec.node;
    const std::int32_t* mask = net.ints + stage.target_mask + 2 * at;
    low = select(mine, splat<U>(static_cast<std::uint32_t>(mask[0])), low);
    high = select(mine, splat<U>(static_cast<std::uint32_t>(mask[1])), high);
    flow = select(mine, splat<F>(net.reals[stage.target_flow_t + at]), flow);
    fraction = select(mine, splat<F>(net.reals[stage.target_fraction + at]), fraction);
  }
  strike.target_low[k] = low;
  strike.target_high[k] = high;
  strike.target_flow_t[k] = flow;
  strike.target_fraction[k] = fraction;
}

/// Applies this step's events to one node, the drawn one first. Returns the lanes where a new
/// measure came into force.
template <class L>
RISK_FN typename L::M apply_events(const NetworkView& net, int mineral, const StrikeSpec& spec,
                                   const PathKeys<L>& paths, const EventList<L>& events, int step,
                                   int k, StrikeState<L>& strike) {
  typename L::M fresh = no_lanes<L>();
  const int drawn = events.drawn[step * net.n_actors + spec.actor];
  if (drawn != no_entry && spec.include_cut > -1e29f) {
    const auto happening = mask_from_bits<L>(static_cast<std::uint32_t>(events.lanes[drawn]));
    const auto hit =
        and_(happening, joins_bundle<L>(net, spec, paths, step, events.bundle[drawn], k, strike));
    if (any(hit)) fresh = apply_measure<L>(net, hit, k, drawn, events, strike);
  }
  for (int at = events.first_scheduled[step]; at < events.first_scheduled[step + 1]; ++at) {
    const ScheduledSpec& scheduled = net.scheduled[at];
    const UniformSlotSet named{scheduled.minerals_low, scheduled.minerals_high};
    const int entry = events.scheduled[at];
    if (entry == no_entry || scheduled.actor != spec.actor || !named.holds(mineral)) continue;
    const auto hit = mask_from_bits<L>(static_cast<std::uint32_t>(events.lanes[entry]));
    fresh = or_(fresh, apply_measure<L>(net, hit, k, entry, events, strike));
  }
  return fresh;
}

/// Could this step's events reach the node?
template <class L>
RISK_FN bool may_be_hit(const NetworkView& net, const StrikeSpec& spec, const EventList<L>& events,
                        int step) {
  const bool is_drawn = events.drawn[step * net.n_actors + spec.actor] != no_entry;
  return (is_drawn && spec.include_cut > -1e29f) ||
         events.first_scheduled[step] != events.first_scheduled[step + 1];
}

/// One node, one step: lift, apply, let the rest settle and leak.
template <class L>
RISK_FN void update_strike(const NetworkView& net, const ChainSpec& chain, int mineral,
                           const StageSpec& stage, const PathKeys<L>& paths,
                           const EventList<L>& events, int step, int k, StrikeState<L>& strike) {
  using F = typename L::F;
  using I = typename L::I;
  const StrikeSpec& spec = net.strikes[stage.strikes + k];
  if (strike.in_force[k] == 0 && !may_be_hit<L>(net, spec, events, step)) return;
  const auto lifted = lift_expired<L>(net, step, k, strike);
  const auto fresh = apply_events<L>(net, mineral, spec, paths, events, step, k, strike);
  if (any(or_(lifted, fresh))) aim<L>(net, stage, spec, k, strike);
  const auto in_force = ne(strike.end_step[k], splat<I>(0));
  strike.restricting[k] = 0;
  strike.in_force[k] = any(in_force) ? 1 : 0;
  if (strike.in_force[k] == 0) {
    strike.blocked[k] = splat<F>(0.0f);
    return;
  }
  const auto later = andnot(in_force, fresh);
  const F excess = strike.severity[k] - strike.settled_severity[k];
  const F settled = fma(excess, strike.settling_factor[k], strike.settled_severity[k]);
  const F severity = select(later, settled, strike.severity[k]);
  const F to_leak = splat<F>(spec.leak_limit) - strike.leaked[k];
  const F leaked = fma(to_leak, splat<F>(chain.leak_rate), strike.leaked[k]);
  strike.severity[k] = severity;
  strike.leaked[k] = select(later, leaked, strike.leaked[k]);
  strike.blocked[k] = severity * (splat<F>(1.0f) - strike.leaked[k]);
  strike.restricting[k] = any(gt(strike.blocked[k], splat<F>(0.0f))) ? 1 : 0;
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

/// R(t): countries that restrict this chain's exports to everyone, as last-stage sinks.
template <class L>
RISK_FN void mark_restricting(const NetworkView& net, const StrikeSpec& spec, int k,
                              const StrikeState<L>& strike, SlotSet<L>& homes) {
  using F = typename L::F;
  using U = typename L::U;
  if (spec.final_sink < 0 || strike.restricting[k] == 0) return;
  const auto blocks = gt(strike.blocked[k], splat<F>(0.0f));
  const auto marked = and_(blocks, aimed_at_everyone<L>(net, strike.group[k]));
  const U bit = splat<U>(1u << (spec.final_sink & 31));
  const U added = select(marked, bit, splat<U>(0u));
  if (spec.final_sink < 32) {
    homes.low = homes.low | added;
  } else {
    homes.high = homes.high | added;
  }
}

/// All nodes of the chain that can be hit.
template <class L>
RISK_SECTION void update_restrictions(const NetworkView& net, const ChainSpec& chain, int mineral,
                                      const PathKeys<L>& paths, const EventList<L>& events,
                                      int step, ChainState<L>& state) {
  using F = typename L::F;
  using U = typename L::U;
  SlotSet<L> homes{splat<U>(0u), splat<U>(0u)};
  F restricted = splat<F>(0.0f);
  for (int s = 0; s < chain.n_stages; ++s) {
    const StageSpec& stage = chain.stages[s];
    StrikeState<L>& strike = state.stage[s].strike;
    for (int k = 0; k < stage.n_strikes; ++k) {
      const StrikeSpec& spec = net.strikes[stage.strikes + k];
      update_strike<L>(net, chain, mineral, stage, paths, events, step, k, strike);
      if (strike.in_force[k] == 0) continue;
      mark_restricting<L>(net, spec, k, strike, homes);
      const float share = net.reals[stage.base_share + spec.node];
      restricted = fma(strike.severity[k], splat<F>(share), restricted);
    }
  }
  state.restricting_homes = homes;
  state.restricted_fraction = restricted * splat<F>(1.0f / static_cast<float>(chain.n_stages));
}

RISK_END
