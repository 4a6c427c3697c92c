/// What contracts deliver, and what restrictions keep from them. (Model, section 4.5.)
#pragma once

#include <type_traits>

#include "kernels/model/gap.hpp"

RISK_BEGIN

/// Splits a node's output into what contracts deliver (as a part of the base flow), which is
/// returned, and what is open.
template <class L>
RISK_FN typename L::F commit_output(const NodeRates& of, Node<L>& node) {
  using F = typename L::F;
  const F contracted = min(node.output_t, splat<F>(of.utilisation) * node.capacity_t);
  node.open_t = fma(contracted, splat<F>(of.open_fraction), node.output_t - contracted);
  return contracted * splat<F>(of.contract_rate);
}

/// Takes from a restricted node what its restriction withholds, contracted and open. `contract`:
/// part of its base flow.
template <class L>
RISK_FN void withhold(float base_flow_t, typename L::F contract, Strike<L>& strike, Node<L>& node) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  const F b = strike.blocked;
  const auto restricted = gt(b, splat<F>(0.0f));
  const F open = node.open_t;
  const F still_open = select(restricted, open * ((one - b) * strike.target_fraction), open);
  const F target_flow_t = strike.target_fraction * splat<F>(base_flow_t);
  strike.withheld_t = contract * b * target_flow_t + (open - still_open);
  node.open_t = still_open;
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
/// registers while the nodes pass by; `contract_of(i)`: part of node i's base flow. Targets of a
/// restriction get the cut part of the base flow. Returns what each sink gets beyond its need.
template <int n_tile, class L, class Contract>
RISK_FN Several<typename L::F, n_tile> deliver_to_tile(const StageSpec& spec, StageState<L>& stage,
                                                       int first_sink, Contract contract_of) {
  using F = typename L::F;
  Several<F, n_tile> surplus;
  F(&sum)[n_tile] = surplus.value;
  const float* flow = stage.flow_t + first_sink;
  const int stride = padded_sinks(spec.n_sinks);
  for (F& value : sum) value = splat<F>(0.0f);
  for (int i = 0; i < spec.n_nodes; ++i, flow += stride) {
    const F contract = contract_of(i);
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
  for (int j = 0; j < n_tile; ++j) sum[j] = settle_contracts<L>(sum[j], stage.sink[first_sink + j]);
  return surplus;
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

/// Commits the output of all nodes and keeps what each delivers in its `part`.
template <class L>
RISK_FN void commit_all(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  const NodeRates* rates = rates_of(net, spec);
  const float* base_flow_t = net.reals + spec.base_flow_t;
  each<L>(spec.n_nodes,
          [&](auto i) { stage.node[i].part = commit_output<L>(rates[i], stage.node[i]); });
  each_raised<L>(spec.n_nodes, stage.restricting, [&](auto i) {
    withhold<L>(base_flow_t[i], stage.node[i].part, stage.strike[i], stage.node[i]);
  });
}

/// Sum of a tile's values, in the order of `sum_slots`.
template <int n_tile, class F>
RISK_FN F sum_of(const Several<F, n_tile>& tile) {
  return sum_values<F>(n_tile, [&](int k) RISK_INLINE_BODY { return tile[k]; });
}

/// Sinks that fit a tile: nodes commit their output while they pass by.
template <int n_tile, class L>
RISK_FN typename L::F deliver_to_one_tile(const NetworkView& net, const StageSpec& spec,
                                          StageState<L>& stage) {
  const NodeRates* rates = rates_of(net, spec);
  const float* base_flow_t = net.reals + spec.base_flow_t;
  const auto surplus = deliver_to_tile<n_tile, L>(spec, stage, 0, [&](int i) RISK_INLINE_BODY {
    Node<L>& node = stage.node[i];
    const auto contract = commit_output<L>(rates[i], node);
    if (stage.restricting[i]) withhold<L>(base_flow_t[i], contract, stage.strike[i], node);
    return contract;
  });
  return sum_of<n_tile>(surplus);
}

/// More sinks, tile by tile.
template <int widest, class L>
RISK_FN typename L::F deliver_to_tiles(const NetworkView& net, const StageSpec& spec,
                                       StageState<L>& stage) {
  const auto deliver = [&](int first_sink, auto tile) RISK_INLINE_BODY {
    constexpr int n_tile = decltype(tile)::value;
    const auto contract = [&](int i) RISK_INLINE_BODY { return stage.node[i].part; };
    const auto surplus = deliver_to_tile<n_tile, L>(spec, stage, first_sink, contract);
    RISK_UNROLL
    for (int j = 0; j < n_tile; ++j) stage.sink[first_sink + j].part_t = surplus[j];
  };
  const int padded = padded_sinks(spec.n_sinks);
  int j = 0;
  commit_all<L>(net, spec, stage);
  for (; j + widest <= padded; j += widest) deliver(j, std::integral_constant<int, widest>{});
  if (j < padded) deliver(j, std::integral_constant<int, 8>{});
  return sum_slots<L>(spec.n_sinks, stage.sink, &Sink<L>::part_t);
}

/// Output is committed, and delivered where contracts say, less what is withheld. Leaves what
/// contracts do not cover as gaps and returns the surplus.
template <class L>
RISK_FN typename L::F deliver_contracts(const NetworkView& net, const StageSpec& spec,
                                        StageState<L>& stage) {
  if constexpr (slots_in_registers<L>) {
    commit_all<L>(net, spec, stage);
    deliver_to_lanes<L>(spec, stage);
    each<L>(spec.n_sinks, [&](auto j) {
      Sink<L>& sink = stage.sink[j];
      sink.part_t = settle_contracts<L>(sink.part_t, sink);
    });
    return sum_slots<L>(spec.n_sinks, stage.sink, &Sink<L>::part_t);
  } else {
    constexpr int widest = L::n == 16 && RISK_HAS_AVX512 ? 16 : 8;  // as registers allow
    const int padded = padded_sinks(spec.n_sinks);
    if (padded == 8) return deliver_to_one_tile<8, L>(net, spec, stage);
    if (padded == widest) return deliver_to_one_tile<widest, L>(net, spec, stage);
    return deliver_to_tiles<widest, L>(net, spec, stage);
  }
}

RISK_END
