/// Whom and what unmet need comes from: at every step a member's is shared out among what each
/// supplier's reference delivery lost. (Model, section 6.)
///
/// For hosts: a second pass over some of the paths is theirs, whoever ran the first.
#pragma once

#include "kernels/model/causes.hpp"
#include "kernels/model/chain.hpp"

RISK_BEGIN

/// Parts of a last-stage node's reference delivery that are lost in the step at hand, each cause
/// taking from what those before it left.
template <class L>
struct SupplierLoss {
  using F = typename L::F;
  F closure, outage, upstream_feed;
  F restriction;  ///< only of deliveries into the target group
  F everywhere;   ///< the first three together
};

/// Unmet need of one mineral's path by supplier and cause, summed over its steps [t].
template <class L>
struct AttributedNeed {
  Row<typename L::F> by_supplier;    ///< [cell][node][supplier cause]
  Row<typename L::F> demand_growth;  ///< [cell] the member's own
  Slots<L, SupplierLoss<L>> loss;    ///< [node] of the step at hand

  typename L::F& of(int n_nodes, int cell, int node, Cause cause) const {
    return by_supplier[(cell * n_nodes + node) * n_supplier_causes + static_cast<int>(cause)];
  }
};

template <MemorySlots L>
AttributedNeed<L> take_attributed(const ChainSpec& chain, Arena<L>& arena) {
  using F = typename L::F;
  const int n_nodes = chain.stages[last_stage<L>(chain)].n_nodes;
  AttributedNeed<L> need;
  need.by_supplier = arena.template take<F>(chain.n_cells * n_nodes * n_supplier_causes);
  need.demand_growth = arena.template take<F>(chain.n_cells);
  need.loss = arena.template take_slots<SupplierLoss<L>>(n_nodes);
  return need;
}

template <MemorySlots L>
void start_attributed(const ChainSpec& chain, const AttributedNeed<L>& need) {
  using F = typename L::F;
  const int n_nodes = chain.stages[last_stage<L>(chain)].n_nodes;
  for (int k = 0; k < chain.n_cells * n_nodes * n_supplier_causes; ++k)
    need.by_supplier[k] = splat<F>(0.0f);
  for (int c = 0; c < chain.n_cells; ++c) need.demand_growth[c] = splat<F>(0.0f);
}

/// Part of a last-stage node's output that the feed it did not get has cost; nothing where the
/// chain has one stage.
template <MemorySlots L>
typename L::F lost_to_feed(const NetworkView& net, const ChainSpec& chain, int i,
                           const ChainState<L>& state) {
  const int last = last_stage<L>(chain);
  if (last == 0) return splat<typename L::F>(0.0f);
  const float secondary = net.reals[chain.stages[last].secondary + i];
  return splat<typename L::F>(1.0f - secondary) * missing_feed<L>(state.stage[last - 1].sink[i]);
}

template <MemorySlots L>
SupplierLoss<L> supplier_loss(const NetworkView& net, const ChainSpec& chain, int step, int i,
                              const ChainState<L>& state) {
  using F = typename L::F;
  const int last = last_stage<L>(chain);
  const StageSpec& spec = chain.stages[last];
  const StageState<L>& stage = state.stage[last];
  const F zero = splat<F>(0.0f);
  const F one = splat<F>(1.0f);
  SupplierLoss<L> loss;
  const F operating = operating_of<L>(net.ints + spec.op_class, last, i, state);
  loss.closure = one - operating;
  const auto down = test_bit(stage.node[i].down, step % outage_window_steps);
  const float left = net.outages[spec.outages + i].left;
  loss.outage = operating * masked(down, splat<F>(1.0f - left));
  const F running = operating - loss.outage;
  loss.upstream_feed = running * lost_to_feed<L>(net, chain, i, state);
  const F made = running - loss.upstream_feed;
  loss.restriction = stage.restricting[i] ? made * stage.strike[i].blocked : zero;
  loss.everywhere = (loss.closure + loss.outage) + loss.upstream_feed;
  return loss;
}

/// Reference deliveries to one sink: base flow with its growth, all of it and its contracted part.
class ReferenceDelivery {
 public:
  ReferenceDelivery(const NetworkView& net, const StageSpec& spec, int step, int sink)
      : flow_t_(net.reals + spec.flow_t + sink),
        growth_(net.reals + spec.growth_factor + step * spec.n_nodes),
        rates_(rates_of(net, spec)),
        stride_(padded_sinks(spec.n_sinks)) {}
  float all_t(int node) const { return flow_t_[node * stride_] * growth_[node]; }
  float contracted_t(int node) const { return (1.0f - rates_[node].open_fraction) * all_t(node); }

 private:
  const float *flow_t_, *growth_;
  const NodeRates* rates_;
  int stride_;
};

/// Shares out one member's unmet need. Where nothing was lost, all of it is demand growth.
template <MemorySlots L>
void attribute_cell(const NetworkView& net, const ChainSpec& chain, int step, int sink, int cell,
                    const ChainState<L>& state, const AttributedNeed<L>& need) {
  using F = typename L::F;
  const int last = last_stage<L>(chain);
  const StageSpec& spec = chain.stages[last];
  const StageState<L>& stage = state.stage[last];
  const F zero = splat<F>(0.0f);
  const F unmet = stage.sink[sink].gap_t;
  const ReferenceDelivery reference(net, spec, step, sink);
  const auto restriction_of = [&](int i) {
    if (!stage.restricting[i]) return zero;
    const SlotSet<L> targets{stage.strike[i].target_low, stage.strike[i].target_high};
    return masked(targets.holds(sink), need.loss[i].restriction);
  };
  float supplied_t = 0.0f;
  F lost_t = zero;
  for (int i = 0; i < spec.n_nodes; ++i) {
    supplied_t += reference.all_t(i);
    const F lost = need.loss[i].everywhere + restriction_of(i);
    lost_t = fma(splat<F>(reference.contracted_t(i)), lost, lost_t);
  }
  const F grown_t = max(stage.sink[sink].need_t - splat<F>(supplied_t), zero);
  lost_t = lost_t + grown_t;
  const auto some = gt(lost_t, zero);
  const F rate = masked(some, unmet / select(some, lost_t, splat<F>(1.0f)));
  need.demand_growth[cell] = need.demand_growth[cell] + select(some, rate * grown_t, unmet);
  for (int i = 0; i < spec.n_nodes; ++i) {
    const F share = rate * splat<F>(reference.contracted_t(i));
    const auto add = [&](Cause cause, F lost) {
      F& sum = need.of(spec.n_nodes, cell, i, cause);
      sum = fma(share, lost, sum);
    };
    add(Cause::closure, need.loss[i].closure);
    add(Cause::outage, need.loss[i].outage);
    add(Cause::upstream_feed, need.loss[i].upstream_feed);
    if (stage.restricting[i]) add(Cause::restriction, restriction_of(i));
  }
}

/// Shares out the unmet need of all members at the end of a step.
template <MemorySlots L>
void attribute_step(const NetworkView& net, const ChainSpec& chain, int step,
                    const ChainState<L>& state, const AttributedNeed<L>& need) {
  const int last = last_stage<L>(chain);
  bool knows_losses = false;
  each_cell<L>(net, chain, [&](int j, int c) {
    if (none(gt(state.stage[last].sink[j].gap_t, splat<typename L::F>(0.0f)))) return;
    if (!knows_losses) {
      for (int i = 0; i < chain.stages[last].n_nodes; ++i)
        need.loss[i] = supplier_loss<L>(net, chain, step, i, state);
      knows_losses = true;
    }
    attribute_cell<L>(net, chain, step, j, c, state, need);
  });
}

/// Attributes every step of a chain while it runs.
template <MemorySlots L>
struct AttributionObserver {
  using F = typename L::F;
  const NetworkView& net;
  const ChainSpec& chain;
  AttributedNeed<L> need;

  void begin_step(int, const ChainState<L>&) {}
  void stage(int, int, const ChainState<L>&, F) {}
  void end_step(int step, const ChainState<L>& state) {
    attribute_step<L>(net, chain, step, state, need);
  }
  void cell(int, int, F, F) {}
  void market(int, F, F) {}
};

RISK_END
