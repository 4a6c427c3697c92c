/// Layer 1, the world: regimes, restriction events and price shocks of a group of paths, which know
/// no minerals. Runs once per path and hands compact records to the chains. (Model, section 3.)
#pragma once

#include "kernels/model/draws.hpp"
#include "kernels/model/network.hpp"

RISK_BEGIN

inline constexpr int no_entry = -1;

/// A host holds layer 1 of several groups, more than its inner caches do, and asks for what comes;
/// a device hides such waits by itself.
#if defined(__CUDACC__)
inline constexpr bool asks_ahead = false;
#else
inline constexpr bool asks_ahead = true;
#endif
inline constexpr int longest_duration_steps = 1 << 20;

/// Restriction events of a group. An entry stands for all lanes in which the event happens: a drawn
/// one is looked up by actor and step; scheduled ones of a step follow one another in file order.
template <class L>
struct EventList {
  Row<std::int32_t> drawn;                    ///< [step][actor] entry or `no_entry`
  Row<std::int32_t> actors_low, actors_high;  ///< [step] bit per actor with an event
  Row<std::int32_t> first_entry;  ///< [step] entries are in the order of steps; only on a host
  Row<std::int32_t>
      first_scheduled;          ///< [step + 1] the step's first scheduled event, in file order
  Row<std::int32_t> scheduled;  ///< [scheduled event] entry or `no_entry`
  Row<std::int32_t> lanes;      ///< [entry] bit per lane: it happens there
  Row<typename L::I> instrument, group;
  Row<typename L::I> end_step;  ///< first step no longer in force
  Row<typename L::F> bundle;    ///< the event's normal Z, shared by all it hits
};

/// What the chains read of layer 1.
template <class L>
struct World {
  Row<typename L::F> price_shock;  ///< [mineral][step] correlated standard normals
  Row<typename L::I> regime;       ///< [actor][step]; written where the actor has several regimes
  EventList<L> events;
  // working state
  Row<typename L::F> memory;   ///< [actor] h, the memory of events of earlier steps
  Row<typename L::F> counted;  ///< [actor] events of this step
  Row<typename L::I> current;  ///< [actor] regime
  Row<typename L::U> regime_words, event_words;  ///< [actor][4] of four consecutive steps
  Row<typename L::F> normal;  ///< [mineral][4] independent shocks of four consecutive steps
};

RISK_FN int most_events(const NetworkView& net) {
  return net.n_steps * net.n_actors + net.n_scheduled;
}

/// Headers of the event list hold one integer per entry, not one per lane.
template <class L>
RISK_FN EventList<L> take_events(const NetworkView& net, Arena<L>& vectors,
                                 Arena<Lanes<1>>& headers) {
  using F = typename L::F;
  using I = typename L::I;
  const int n = most_events(net);
  EventList<L> events;
  events.drawn = headers.template take<std::int32_t>(net.n_actors * net.n_steps);
  events.actors_low = headers.template take<std::int32_t>(net.n_steps);
  events.actors_high = headers.template take<std::int32_t>(net.n_steps);
  if constexpr (asks_ahead) events.first_entry = headers.template take<std::int32_t>(net.n_steps);
  events.first_scheduled = headers.template take<std::int32_t>(net.n_steps + 1);
  events.scheduled = headers.template take<std::int32_t>(net.n_scheduled);
  events.lanes = headers.template take<std::int32_t>(n);
  events.instrument = vectors.template take<I>(n);
  events.group = vectors.template take<I>(n);
  events.end_step = vectors.template take<I>(n);
  events.bundle = vectors.template take<F>(n);
  return events;
}

template <class L>
RISK_FN World<L> take_world(const NetworkView& net, Arena<L>& vectors, Arena<Lanes<1>>& headers) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  World<L> world;
  world.price_shock = vectors.template take<F>(net.n_minerals * net.n_steps);
  world.regime = vectors.template take<I>(net.n_actors * net.n_steps);
  world.memory = vectors.template take<F>(net.n_actors);
  world.counted = vectors.template take<F>(net.n_actors);
  world.current = vectors.template take<I>(net.n_actors);
  world.regime_words = vectors.template take<U>(4 * net.n_actors);
  world.event_words = vectors.template take<U>(4 * net.n_actors);
  world.normal = vectors.template take<F>(4 * net.n_minerals);
  world.events = take_events<L>(net, vectors, headers);
  return world;
}

/// Entries of a step that are asked for ahead; few steps have more.
inline constexpr int entries_fetched = 4;

/// Asks for what a chain will read of a step to come. Without branches: what is not there is asked
/// for too.
template <class L>
RISK_FN void fetch_world(const NetworkView& net, int mineral, int step, const World<L>& world) {
  if constexpr (asks_ahead) {
    if (step >= net.n_steps) return;
    __builtin_prefetch(&world.price_shock[mineral * net.n_steps + step]);
    const EventList<L>& events = world.events;
    const int first = events.first_entry[step];
    RISK_UNROLL
    for (int entry = first; entry < first + entries_fetched; ++entry) {
      __builtin_prefetch(&events.bundle[entry]);
      __builtin_prefetch(&events.instrument[entry]);
      __builtin_prefetch(&events.group[entry]);
      __builtin_prefetch(&events.end_step[entry]);
    }
  }
}

/// Picks the first entry whose cumulative threshold lies above the word.
template <class L>
RISK_FN typename L::I pick(typename L::U word, const std::int32_t* thresholds, int n) {
  using I = typename L::I;
  I choice = splat<I>(n - 1);
  for (int k = n - 2; k >= 0; --k) {
    choice = select(happens(word, splat<I>(thresholds[k])), splat<I>(k), choice);
  }
  return choice;
}

/// Steps in force, first included: at least one, an excess below 1e-6 of a step not counted.
template <class L>
RISK_FN typename L::I whole_steps(typename L::F duration_steps) {
  using F = typename L::F;
  using I = typename L::I;
  const F longest = splat<F>(static_cast<float>(longest_duration_steps));
  const I steps = truncate(ceil(min(duration_steps - splat<F>(1e-6f), longest)));
  return max(steps, splat<I>(1));
}

/// Draws a duration from the instrument's mixture of an acute and a structural log-normal.
template <class L>
RISK_FN typename L::I draw_duration(const NetworkView& net, typename L::I instrument,
                                    typename L::U acute_word, typename L::U normal_word) {
  using F = typename L::F;
  using I = typename L::I;
  F median = splat<F>(0.0f);
  F log_sd = splat<F>(0.0f);
  for (int k = 0; k < net.n_instruments; ++k) {
    const InstrumentSpec& spec = net.instruments[k];
    const auto mine = eq(instrument, splat<I>(k));
    const auto acute =
        happens(acute_word, splat<I>(static_cast<std::int32_t>(spec.acute_threshold)));
    median = select(
        mine,
        select(acute, splat<F>(spec.acute_median_steps), splat<F>(spec.structural_median_steps)),
        median);
    log_sd = select(
        mine, select(acute, splat<F>(spec.acute_log_sd), splat<F>(spec.structural_log_sd)), log_sd);
  }
  return whole_steps<L>(median * exp(log_sd * normal_from_word<L>(normal_word)));
}

template <class L>
RISK_FN void start_world(const NetworkView& net, const PathKeys<L>& paths, World<L>& world) {
  using F = typename L::F;
  using I = typename L::I;
  for (int a = 0; a < net.n_actors; ++a) {
    const ActorSpec& actor = net.actors[a];
    world.memory[a] = splat<F>(0.0f);
    world.current[a] = splat<I>(0);
    if (actor.n_regimes > 1) {
      const Words<L> words = draw_words<L>(paths, actor.regime_start_stream, 0);
      world.current[a] = pick<L>(words.w[0], net.ints + actor.start_thresholds, actor.n_regimes);
    }
  }
}

/// Refills what is drawn four steps at a time; `step` is a multiple of four.
template <class L>
RISK_FN void refill_world_words(const NetworkView& net, const PathKeys<L>& paths, int step,
                                World<L>& world) {
  const std::uint32_t block = block_of_step(step);
  for (int a = 0; a < net.n_actors; ++a) {
    const ActorSpec& actor = net.actors[a];
    if (actor.n_regimes > 1) {
      store_words<L>(world.regime_words.from(4 * a),
                     draw_words<L>(paths, actor.regime_stream, block));
    }
    store_words<L>(world.event_words.from(4 * a), draw_words<L>(paths, actor.event_stream, block));
  }
  for (int m = 0; m < net.n_minerals; ++m) {
    const Words<L> words = draw_words<L>(paths, net.price_streams[m], block);
    for (int k = 0; k < 4; ++k) world.normal[4 * m + k] = normal_from_word<L>(words.w[k]);
  }
}

template <class L>
RISK_FN void correlate_shocks(const NetworkView& net, int step, World<L>& world) {
  using F = typename L::F;
  const int k = word_of_step(step);
  for (int m = 0; m < net.n_minerals; ++m) {
    F shock = splat<F>(0.0f);
    for (int other = 0; other <= m; ++other) {
      const float weight = net.cholesky[m * net.n_minerals + other];
      shock = fma(splat<F>(weight), world.normal[4 * other + k], shock);
    }
    world.price_shock[m * net.n_steps + step] = shock;
  }
}

template <class L>
RISK_FN void switch_regimes(const NetworkView& net, int step, World<L>& world) {
  using I = typename L::I;
  for (int a = 0; a < net.n_actors; ++a) {
    const ActorSpec& actor = net.actors[a];
    if (actor.n_regimes == 1) continue;
    const I from = world.current[a];
    I to = from;
    for (int z = 0; z < actor.n_regimes; ++z) {
      const std::int32_t* row = net.ints + actor.switch_thresholds + z * actor.n_regimes;
      const I next = pick<L>(world.regime_words[4 * a + word_of_step(step)], row, actor.n_regimes);
      to = select(eq(from, splat<I>(z)), next, to);
    }
    world.current[a] = to;
    world.regime[a * net.n_steps + step] = to;
  }
}

/// Expected events of an actor in this step: base rate of its regime, its own memory, the others'.
template <class L>
RISK_FN typename L::F expected_events(const NetworkView& net, int a, typename L::F all_memory,
                                      const World<L>& world) {
  using F = typename L::F;
  using I = typename L::I;
  const ActorSpec& actor = net.actors[a];
  const float* rates = net.reals + actor.event_rate;
  F rate = splat<F>(rates[0]);
  for (int z = 1; z < actor.n_regimes; ++z) {
    rate = select(eq(world.current[a], splat<I>(z)), splat<F>(rates[z]), rate);
  }
  const F others = max(all_memory - world.memory[a], splat<F>(0.0f));
  rate = fma(splat<F>(actor.self_step), world.memory[a], rate);
  return fma(splat<F>(actor.cross_step), others, rate);
}

/// Some lane has an event of the actor in this step.
template <class L>
RISK_FN void note_actor(int actor, int step, EventList<L>& events) {
  std::int32_t& word = actor < 32 ? events.actors_low[step] : events.actors_high[step];
  word = static_cast<std::int32_t>(static_cast<std::uint32_t>(word) | 1u << (actor & 31));
}

/// At most one drawn event per actor and step. Returns the number of entries.
template <class L>
RISK_FN int draw_events(const NetworkView& net, const PathKeys<L>& paths, int step, int entry,
                        World<L>& world) {
  using F = typename L::F;
  using I = typename L::I;
  F all_memory = splat<F>(0.0f);
  for (int a = 0; a < net.n_actors; ++a) all_memory = all_memory + world.memory[a];
  for (int a = 0; a < net.n_actors; ++a) {
    const ActorSpec& actor = net.actors[a];
    const F p = one_minus_exp_neg(expected_events<L>(net, a, all_memory, world));
    const auto happening =
        happens(world.event_words[4 * a + word_of_step(step)], threshold_from_probability(p));
    world.counted[a] = masked(happening, splat<F>(1.0f));
    EventList<L>& events = world.events;
    events.drawn[step * net.n_actors + a] = any(happening) ? entry : no_entry;
    if (none(happening)) continue;
    note_actor<L>(a, step, events);
    const Words<L> words =
        draw_words<L>(paths, actor.event_pick_stream, static_cast<std::uint32_t>(step));
    const I instrument =
        pick<L>(words.w[0], net.ints + actor.instrument_thresholds, net.n_instruments);
    events.instrument[entry] = instrument;
    events.group[entry] = pick<L>(words.w[1], net.ints + actor.group_thresholds, net.n_groups);
    events.end_step[entry] =
        draw_duration<L>(net, instrument, words.w[2], words.w[3]) + splat<I>(step);
    const Words<L> bundle =
        draw_words<L>(paths, actor.event_bundle_stream, static_cast<std::uint32_t>(step));
    events.bundle[entry] = normal_from_word<L>(bundle.w[0]);
    events.lanes[entry++] = static_cast<std::int32_t>(mask_bits(happening));
  }
  return entry;
}

/// Scheduled events of this step, from index `next` on. Returns the number of entries.
template <class L>
RISK_FN int happen_scheduled(const NetworkView& net, const PathKeys<L>& paths, int step, int& next,
                             int entry, World<L>& world) {
  using F = typename L::F;
  using I = typename L::I;
  for (; next < net.n_scheduled && net.scheduled[next].step == step; ++next) {
    const ScheduledSpec& spec = net.scheduled[next];
    const Words<L> words = draw_words<L>(paths, spec.stream, 0);
    const auto happening = happens(words.w[0], splat<I>(static_cast<std::int32_t>(spec.threshold)));
    EventList<L>& events = world.events;
    events.scheduled[next] = any(happening) ? entry : no_entry;
    if (none(happening)) continue;
    note_actor<L>(spec.actor, step, events);
    const I instrument = splat<I>(spec.instrument);
    const I drawn_steps = draw_duration<L>(net, instrument, words.w[1], words.w[2]);
    const I steps = spec.duration_steps > 0 ? splat<I>(spec.duration_steps) : drawn_steps;
    events.instrument[entry] = instrument;
    events.group[entry] = splat<I>(spec.group);
    events.end_step[entry] = steps + splat<I>(step);
    events.bundle[entry] = splat<F>(0.0f);
    world.counted[spec.actor] = world.counted[spec.actor] + masked(happening, splat<F>(1.0f));
    events.lanes[entry++] = static_cast<std::int32_t>(mask_bits(happening));
  }
  return entry;
}

/// Samples layer 1 of a group of paths over all steps.
template <class L>
RISK_FN void run_world(const NetworkView& net, const PathKeys<L>& paths, World<L>& world) {
  using F = typename L::F;
  start_world<L>(net, paths, world);
  int entry = 0;
  int next_scheduled = 0;
  for (int step = 0; step < net.n_steps; ++step) {
    if (word_of_step(step) == 0) refill_world_words<L>(net, paths, step, world);
    correlate_shocks<L>(net, step, world);
    switch_regimes<L>(net, step, world);
    world.events.first_scheduled[step] = next_scheduled;
    world.events.actors_low[step] = world.events.actors_high[step] = 0;
    if constexpr (asks_ahead) world.events.first_entry[step] = entry;
    entry = draw_events<L>(net, paths, step, entry, world);
    entry = happen_scheduled<L>(net, paths, step, next_scheduled, entry, world);
    for (int a = 0; a < net.n_actors; ++a) {
      world.memory[a] =
          fma(world.memory[a], splat<F>(net.actors[a].memory_factor), world.counted[a]);
    }
  }
  world.events.first_scheduled[net.n_steps] = next_scheduled;
}

RISK_END
