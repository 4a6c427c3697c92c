/// What one mineral chain of a group of paths carries from step to step. Nodes, sinks and consumers
/// have a struct each, in slots: see lanes/slots.hpp.
#pragma once

#include <type_traits>

#include "kernels/model/arena.hpp"
#include "kernels/model/draws.hpp"
#include "kernels/model/measures.hpp"
#include "kernels/model/network.hpp"

RISK_BEGIN

/// Does the policy say how many stages its chains have? Their states are in registers then.
template <class L>
inline constexpr bool knows_stages = requires {
  L::n_stages;
};

/// Stages that a state has room for.
template <class L>
inline constexpr int stages_of = max_stages;
template <class L>
requires(knows_stages<L>) inline constexpr int stages_of<L> = L::n_stages;

/// a / b in the lanes of a mask, in the others 0. A host divides in all lanes and has no need to
/// wait for the mask; a device's division takes long for zeros.
template <class M, class F>
RISK_FN F quotient(M mask, F a, F b) {
#if defined(__CUDACC__)
  b = select(mask, b, splat<F>(1.0f));
#endif
  return masked(mask, a / b);
}

RISK_FN const NodeRates* rates_of(const NetworkView& net, const StageSpec& spec) {
  return reinterpret_cast<const NodeRates*>(net.reals + spec.rates);
}
/// Of the last stage's sinks in one step.
RISK_FN const SinkStep* sinks_at(const NetworkView& net, const ChainSpec& chain, int n_sinks,
                                 int step) {
  return reinterpret_cast<const SinkStep*>(net.reals + chain.sink_steps) + step * n_sinks;
}

/// Index of the last stage.
template <class L>
RISK_FN int last_stage(const ChainSpec& chain) {
  if constexpr (knows_stages<L>) return stages_of<L> - 1;
  return chain.n_stages - 1;
}

/// Calls f(s) for every stage. A state in registers has exactly the chain's stages, and the loop is
/// unrolled.
template <class L, class Fn>
RISK_FN void each_stage(const ChainSpec& chain, Fn&& f) {
  if constexpr (knows_stages<L>) {
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
    for (int s = 0; s < stages_of<L>; ++s) f(s);
  } else {
    for (int s = 0; s < chain.n_stages; ++s) f(s);
  }
}

/// A country's output of a stage. (Model, sections 4.3 and 4.5.) What every step looks at is kept
/// apart from the rest, here and below, so that a group's fits the innermost cache.
template <class L>
struct Node {
  using F = typename L::F;
  F capacity_t;        ///< effective capacity of the step
  F output_t;          ///< q; before the feed limit until the stage is allocated
  F part;              ///< of the base flow that contracts deliver; else what is being summed
  F open_t;            ///< uncontracted tonnes on offer
  typename L::U down;  ///< bit per step of the present window: an outage
  F feed_stock_t;
};

/// When a node breaks down and recovers, and how far it runs. (Model, section 4.3.)
template <class L>
struct Running {
  static constexpr int most_in_registers = 0;
  typename L::F operating;   ///< operating fraction, where every slot keeps its own
  typename L::U block;       ///< number of the block of words its outages have come to
  typename L::I changes[4];  ///< steps of the block's changes: down, up, down, up
};

/// The restriction on a node that can be hit. (Model, section 4.4.)
template <class L>
struct Strike {
  static constexpr int most_in_registers = 0;
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  // the measure in force; end_step 0: none
  F severity, settled_severity, settling_factor, leaked;
  I group, end_step;
  // derived from the group in force
  U target_low;       ///< foreign sinks inside the target group, of the first 32
  F target_fraction;  ///< part of base output that flows to them
  U home_bit;         ///< of the home country's last-stage sink, where everyone is a target
  F blocked;          ///< b = severity (1 - leaked)
  F withheld_t;       ///< what this step's restriction keeps from its destinations
  U target_high;      ///< of the sinks beyond 32
};

/// What only a change of a restriction looks at.
template <class L>
struct StrikeRecord {
  static constexpr int most_in_registers = 0;
  using I = typename L::I;
  I instrument;
  I under_instrument, under_group, under_end_step;  ///< the measure underneath; end step 0: none
  Words<L> include_words;
  alignas(sizeof(I)) std::int32_t include_block;  ///< block the words are of; -1: none yet
};

/// Who buys a stage's product, in the step at hand. (Model, section 4.5.)
template <class L>
struct Sink {
  using F = typename L::F;
  F need_t, gap_t;
  F part_t;  ///< what is being summed
};

/// Sinks that fills treat alike.
template <class L>
struct SinkClass {
  using F = typename L::F;
  F gap_t;
  F left;    ///< part of each sink's gap that fills have left
  F part_t;  ///< what is being summed
};

struct Nothing {};

/// Where slots lie in memory, sinks by class: a bit each.
struct ClassSinks {
  std::uint64_t alone;                    ///< the only ones of their class
  std::uint64_t together[max_slots / 2];  ///< of each class of several
};

template <class L>
struct StageState {
  const float* flow_t;  ///< [node][padded sink] base flows, in the nearest memory that has them
  Slots<L, Node<L>> node;
  Slots<L, Running<L>> running;      ///< [node]
  Slots<L, Strike<L>> strike;        ///< [node]
  Slots<L, StrikeRecord<L>> record;  ///< [node]
  SlotFlags<L> in_force;             ///< [node] some lane has a measure in force
  SlotFlags<L> restricting;          ///< [node] some lane has b > 0
  Slots<L, Sink<L>> sink;
  Slots<L, SinkClass<L>> sink_class;
  std::conditional_t<slots_in_registers<L>, Nothing, ClassSinks> class_sinks;
};

/// Stocks of a last-stage sink. (Model, section 4.6.)
template <class L>
struct Stock {
  using F = typename L::F;
  F commercial_t, strategic_t;
  F drawn_t;                        ///< in this step, from all stocks
  F strategic_count, shared_count;  ///< consecutive steps over the trigger
  F strategic_order_t;
};

/// One member's measures of this mineral while the path runs. (Model, section 5.)
template <class L>
struct Cell {
  static constexpr int most_in_registers = 1;
  using F = typename L::F;
  using I = typename L::I;
  F extra_cost_usd, price_shock_usd, curtailed_t, drawn_t, year_loss_usd;
  I window_sum;
  // only where there was a shortfall lately
  F unmet_t, essential_unmet_t;
  I largest_window;
};

/// When a member was short.
template <class L>
struct Spells {
  static constexpr int most_in_registers = 0;
  using I = typename L::I;
  typename L::U short_bits;  ///< bit per step of the present window
  // of earlier windows
  I short_steps, spell, longest_spell;
  I first_short, last_short, recovered;  ///< steps; -1: not yet
};

/// Bytes of the cold slots of one piece of each row.
template <class L>
inline constexpr std::size_t cold_slot_bytes =
    stages_of<L>*(sizeof(Running<L>) + sizeof(Strike<L>) + sizeof(StrikeRecord<L>)) +
    (is_cold<L, Cell<L>> ? sizeof(Cell<L>) : 0) + sizeof(Spells<L>);

template <class L>
struct ChainState {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  StageState<L> stage[stages_of<L>];
  // 4.1 price
  F log_price;                     ///< x, without flooding and scarcity
  F y, y_quiet;                    ///< log price, with and without scarcity
  F price, price_quiet;            ///< p, p0
  F rivals_share;                  ///< others' share of last-stage output in the previous step
  F flooding;                      ///< 1 while the flooder floods
  Row<U> jump_words, flood_words;  ///< [4]
  // 4.2, 4.3
  F world_earned, bloc_earned;                 ///< smoothed prices h
  Row<F> operating;                            ///< [op class], where it is not in the nodes
  Row<F> project_start, project_inverse_ramp;  ///< [project] steps; start 1e30 until taken up
  // 4.4
  SlotSet<L> restricting_homes;         ///< R(t) as last-stage sinks
  std::uint64_t restricting_somewhere;  ///< of them, those of some lane, a bit each; only on a host
  F restricted_fraction;                ///< severity x base output, averaged over stages
  // 4.6
  Slots<L, Stock<L>> stock;  ///< [last-stage sink]
  F shared_t;
  F scarcity;  ///< s
  // 4.7
  F substituted;
  F wanted, wanted_inside;  ///< part of reference demand, outside and inside R(t)
  // 5
  Slots<L, Cell<L>> cell;      ///< [last-stage sink]
  Slots<L, Spells<L>> spells;  ///< [last-stage sink]
  SlotMemory<L, I> window;     ///< [last-stage sink][peak window] unmet/reference, a ring
};

/// Calls f(sink slot) for last-stage sinks that may be inside R(t), those that are among them. Few
/// countries restrict, so what holds for the others is done for all without asking, and mended
/// here.
template <class L, class Fn>
RISK_FN void each_restricting(int n_sinks, const ChainState<L>& state, Fn&& f) {
  if constexpr (slots_in_registers<L>) {
    each<L>(n_sinks, [&](auto j) {
      if (state.restricting_homes.holds(j)) f(j);
    });
  } else {
    each_bit(state.restricting_somewhere, f);
  }
}

/// Could a sink be inside R(t) in some lane? `somewhere`: the state's `restricting_somewhere`.
template <class L, class Slot>
RISK_FN bool may_restrict([[maybe_unused]] std::uint64_t somewhere, [[maybe_unused]] Slot j) {
  if constexpr (slots_in_registers<L>) return true;
  return ((somewhere >> j) & 1u) != 0;
}

/// Calls f(slot, spec) for the nodes that can be hit.
template <class L, class Fn>
RISK_FN void each_strike(const NetworkView& net, const StageSpec& stage, Fn&& f) {
  const StrikeSpec* specs = net.strikes + stage.strikes;
  if constexpr (slots_in_registers<L>) {
    const std::int32_t* strike_of_node = net.ints + stage.strike_of_node;
    each<L>(stage.n_nodes, [&](auto i) {
      const int k = strike_of_node[i];
      if (k >= 0) f(i, specs[k]);
    });
  } else {
    for (int k = 0; k < stage.n_strikes; ++k) f(specs[k].node, specs[k]);
  }
}

/// Calls f(sink slot, cell) for the members with demand.
template <class L, class Fn>
RISK_FN void each_cell(const NetworkView& net, const ChainSpec& chain, Fn&& f) {
  if constexpr (slots_in_registers<L>) {
    const std::int32_t* cell_of_sink = net.ints + chain.cell_of_sink;
    each<L>(chain.stages[last_stage<L>(chain)].n_sinks, [&](auto j) {
      const int c = cell_of_sink[j];
      if (c >= 0) f(j, c);
    });
  } else {
    const std::int32_t* sinks = net.ints + chain.cell_sink;
    for (int c = 0; c < chain.n_cells; ++c) f(sinks[c], c);
  }
}

/// Calls f(sink slot) for the sinks with a strategic stock.
template <class L, class Fn>
RISK_FN void each_holder(const NetworkView& net, const ChainSpec& chain, Fn&& f) {
  if constexpr (slots_in_registers<L>) {
    const float* start = net.reals + chain.strategic_start_t;
    each<L>(chain.stages[last_stage<L>(chain)].n_sinks, [&](auto j) {
      if (start[j] > 0.0f) f(j);
    });
  } else {
    const std::int32_t* sinks = net.ints + chain.strategic_sinks;
    for (int k = 0; k < chain.n_strategic; ++k) f(sinks[k]);
  }
}

/// The sinks with a strategic stock.
template <class L>
RISK_FN SlotFlags<L> strategic_holders(const NetworkView& net, const ChainSpec& chain) {
  SlotFlags<L> holders{};
  each_holder<L>(net, chain, [&](auto j) { holders.set(j, true); });
  return holders;
}

/// The sinks of a stage by class, from the network's lists.
RISK_FN ClassSinks class_sinks_of(const NetworkView& net, const StageSpec& spec) {
  const std::int32_t* first = net.ints + spec.class_first;
  const std::int32_t* members = net.ints + spec.class_sinks;
  ClassSinks sinks{};
  int several = 0;
  for (int k = 0; k < spec.n_classes; ++k) {
    std::uint64_t bits = 0;
    for (int at = first[k]; at < first[k + 1]; ++at) bits |= std::uint64_t{1} << members[at];
    if (first[k + 1] - first[k] == 1) {
      sinks.alone |= bits;
    } else {
      sinks.together[several++] = bits;
    }
  }
  return sinks;
}

/// Lays the chain out in an arena; values are set by `start_chain`.
template <class L>
RISK_FN ChainState<L> take_chain(const NetworkView& net, const ChainSpec& chain, Arena<L>& arena) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  ChainState<L> state;
  each_stage<L>(chain, [&](int s) {
    const StageSpec& spec = chain.stages[s];
    StageState<L>& stage = state.stage[s];
    stage.flow_t = net.reals + spec.flow_t;
    stage.node = arena.template take_slots<Node<L>>(spec.n_nodes);
    stage.running = arena.template take_slots<Running<L>>(spec.n_nodes);
    stage.strike = arena.template take_slots<Strike<L>>(spec.n_strikes > 0 ? spec.n_nodes : 0);
    stage.record =
        arena.template take_slots<StrikeRecord<L>>(spec.n_strikes > 0 ? spec.n_nodes : 0);
    stage.sink = arena.template take_slots<Sink<L>>(spec.n_sinks);
    stage.sink_class = arena.template take_slots<SinkClass<L>>(spec.n_classes);
    if constexpr (!slots_in_registers<L>) stage.class_sinks = class_sinks_of(net, spec);
  });
  const int n_sinks = chain.stages[last_stage<L>(chain)].n_sinks;
  state.stock = arena.template take_slots<Stock<L>>(n_sinks);
  state.cell = arena.template take_slots<Cell<L>>(n_sinks);
  state.spells = arena.template take_slots<Spells<L>>(n_sinks);
  state.window = arena.template take_slot_memory<I>(n_sinks, net.peak_window_steps);
  state.jump_words = arena.template take<U>(4);
  state.flood_words = arena.template take<U>(4);
  state.operating = arena.template take<F>(slots_in_registers<L> ? 0 : chain.n_op_classes);
  state.project_start = arena.template take<F>(chain.n_projects);
  state.project_inverse_ramp = arena.template take<F>(chain.n_projects);
  return state;
}

RISK_END
