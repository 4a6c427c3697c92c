/// What contracts deliver, and what restrictions keep from them. (Model, section 4.5.)
#pragma once

#include "kernels/model/gap.hpp"

RISK_BEGIN

/// Splits output into what contracts deliver (as a part of the base flow) and what is open.
template <class L>
RISK_FN void commit_output(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const NodeRates* rates = rates_of(net, spec);
  each<L>(spec.n_nodes, [&](auto i) {
    Node<L>& node = stage.node[i];
    const NodeRates& of = rates[i];
    const F contracted = min(node.output_t, splat<F>(of.utilisation) * node.capacity_t);
    node.part = contracted * splat<F>(of.contract_rate);
    node.open_t = fma(contracted, splat<F>(of.open_fraction), node.output_t - contracted);
  });
}

/// Takes from restricted nodes what their restriction withholds, contracted and open.
template <class L>
RISK_FN void withhold(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  const float* base_flow_t = net.reals + spec.base_flow_t;
  each_raised<L>(spec.n_nodes, stage.restricting, [&](auto i) {
    Strike<L>& strike = stage.strike[i];
    Node<L>& node = stage.node[i];
    const F b = strike.blocked;
    const auto restricted = gt(b, splat<F>(0.0f));
    const F open = node.open_t;
    const F still_open = select(restricted, open * ((one - b) * strike.target_fraction), open);
    const F target_flow_t = strike.target_fraction * splat<F>(base_flow_t[i]);
    strike.withheld_t = node.part * b * target_flow_t + (open - still_open);
    node.open_t = still_open;
  });
}

/// Leaves what contracts do not cover as a gap; returns the surplus.
template <class L>
RISK_FN typename L::F settle_contracts(typename L::F delivered, Sink<L>& sink) {
  using F = typename L::F;
  const F missing = sink.need_t - delivered;
  sink.gap_t = real_gap(missing, sink.need_t);  // nothing, where there is a surplus
  return max(splat<F>(0.0f) - missing, splat<F>(0.0f));
}

/// Contract deliveries of all nodes to neighbouring sinks, summed in node order. The sums stay in
/// registers while the nodes pass by. Targets of a restriction get the cut part of the base flow.
/// What sinks get beyond their need is left with each of them.
template <int n_tile, class L>
RISK_FN void deliver_to_tile(const StageSpec& spec, StageState<L>& stage, int first_sink) {
  using F = typename L::F;
  F sum[n_tile];
  const float* flow = stage.flow_t + first_sink;
  const int stride = padded_sinks(spec.n_sinks);
  for (F& value : sum) value = splat<F>(0.0f);
  for (int i = 0; i < spec.n_nodes; ++i, flow += stride) {
    const F contract = stage.node[i].part;
    if (stage.restricting[i]) {
      const Strike<L>& strike = stage.strike[i];
      const F cut = contract * (splat<F>(1.0f) - strike.blocked);
      const auto targets = first_sink < 32 ? shr(strike.target_low, first_sink)
                                           : shr(strike.target_high, first_sink - 32);
      RISK_UNROLL
      for (int j = 0; j < n_tile; ++j) {
        const F part = select(test_bit(targets, j), cut, contract);
        sum[j] = fma(part, splat<F>(flow[j]), sum[j]);
      }
    } else {
      RISK_UNROLL
      for (int j = 0; j < n_tile; ++j) sum[j] = fma(contract, splat<F>(flow[j]), sum[j]);
    }
  }
  RISK_UNROLL
  for (int j = 0; j < n_tile; ++j) {
    Sink<L>& sink = stage.sink[first_sink + j];
    sink.part_t = settle_contracts<L>(sum[j], sink);
  }
}

/// The same where every lane of the mapping is a sink and holds its own sum.
template <class L>
RISK_FN void deliver_to_lanes(const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  const float* flow = stage.flow_t;
  const int stride = padded_sinks(spec.n_sinks);
  const auto restricting = raised_slots<L>(spec.n_nodes, stage.restricting);
  each<L>(spec.n_sinks, [&](auto j) { stage.sink[j].part_t = splat<F>(0.0f); });
  for (int i = 0; i < spec.n_nodes; ++i, flow += stride) {
    const F contract = value_at<L>(stage.node, &Node<L>::part, i);
    if (!restricting.some.holds(i)) {
      each<L>(spec.n_sinks, [&](auto j) {
        stage.sink[j].part_t = fma(contract, splat<F>(flow[j]), stage.sink[j].part_t);
      });
      continue;
    }
    const F blocked = value_at<L>(stage.strike, &Strike<L>::blocked, i);
    const F cut = contract * (splat<F>(1.0f) - blocked);
    const SlotSet<L> targets{value_at<L>(stage.strike, &Strike<L>::target_low, i),
                             value_at<L>(stage.strike, &Strike<L>::target_high, i)};
    each<L>(spec.n_sinks, [&](auto j) {
      const bool is_cut = restricting.mine.holds(i) && targets.holds(j);
      const F part = select(is_cut, cut, contract);
      stage.sink[j].part_t = fma(part, splat<F>(flow[j]), stage.sink[j].part_t);
    });
  }
}

/// Leaves what contracts do not cover as gaps and returns the surplus.
template <class L>
RISK_FN typename L::F deliver_contracts(const StageSpec& spec, StageState<L>& stage) {
  if constexpr (slots_in_registers<L>) {
    deliver_to_lanes<L>(spec, stage);
    each<L>(spec.n_sinks, [&](auto j) {
      Sink<L>& sink = stage.sink[j];
      sink.part_t = settle_contracts<L>(sink.part_t, sink);
    });
  } else {
    constexpr int widest = L::n == 16 && RISK_HAS_AVX512 ? 16 : 8;  // as registers allow
    const int padded = padded_sinks(spec.n_sinks);
    int j = 0;
    for (; j + widest <= padded; j += widest) deliver_to_tile<widest, L>(spec, stage, j);
    if (j < padded) deliver_to_tile<8, L>(spec, stage, j);
  }
  return sum_slots<L>(spec.n_sinks, stage.sink, &Sink<L>::part_t);
}

RISK_END
