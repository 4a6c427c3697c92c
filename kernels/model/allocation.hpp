/// One stage of a chain in one step: contracts, restrictions, and how the gaps are filled.
/// (Model, section 4.5.)
#pragma once

#include "kernels/model/chain_state.hpp"

RISK_BEGIN

/// In single precision a gap below this part of the need is none.
inline constexpr float smallest_gap_fraction = 1e-6f;

template <class F>
RISK_FN F real_gap(F gap, F need) {
    return masked(ge(gap, need * splat<F>(smallest_gap_fraction)), gap);
}

/// Shares `pool` among the sinks that `eligible` admits, pro rata by gap x purchasing weight, capped
/// at the gap, in two passes. Lowers the gaps and returns what is left.
template <class L, class Eligible>
RISK_FN typename L::F fill(int n_sinks, const float* weight, typename L::F pool, Eligible eligible,
                           ChainState<L>& state) {
    using F = typename L::F;
    const F zero = splat<F>(0.0f);
    const F one = splat<F>(1.0f);
    for (int pass = 0; pass < 2; ++pass) {
        const F wanted = sum_row<L>(n_sinks, [&](int j) RISK_INLINE_BODY {
            return eligible(j) ? splat<F>(weight[j]) * state.gap_t[j] : zero;
        });
        const auto shares = and_(gt(wanted, zero), gt(pool, zero));
        if (none(shares)) return pool;  // an exact no-op for every lane: nothing wanted or nothing there
        const F rate = masked(shares, pool / select(shares, wanted, one));
        each(n_sinks, [&](int j) {
            const F gap = state.gap_t[j];
            const F given = eligible(j) ? gap * min(rate * splat<F>(weight[j]), one) : zero;
            state.given_t[j] = given;
            state.gap_t[j] = gap - given;
        });
        const F given = sum_row<L>(n_sinks, [&](int j) RISK_INLINE_BODY { return state.given_t[j]; });
        pool = max(pool - given, zero);
    }
    return pool;
}

/// Splits output into what contracts deliver (as a part of the base flow) and what is open.
template <class L>
RISK_FN void commit_output(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
    using F = typename L::F;
    const float* utilisation = net.reals + spec.utilisation;
    const float* contract_rate = net.reals + spec.contract_rate;
    const float* open_fraction = net.reals + spec.open_fraction;
    each(spec.n_nodes, [&](int i) {
        const F output = stage.output_t[i];
        const F contracted = min(output, splat<F>(utilisation[i]) * stage.capacity_t[i]);
        stage.contract[i] = contracted * splat<F>(contract_rate[i]);
        stage.open_t[i] = fma(contracted, splat<F>(open_fraction[i]), output - contracted);
    });
}

/// Takes from restricted nodes what their restriction withholds, contracted and open.
template <class L>
RISK_FN void withhold(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
    using F = typename L::F;
    const F one = splat<F>(1.0f);
    StrikeState<L>& strike = stage.strike;
    for (int k = 0; k < spec.n_strikes; ++k) {
        if (strike.restricting[k] == 0) {
            strike.withheld_t[k] = splat<F>(0.0f);
            continue;
        }
        const int i = net.strikes[spec.strikes + k].node;
        const F b = strike.blocked[k];
        const auto restricted = gt(b, splat<F>(0.0f));
        const F open = stage.open_t[i];
        const F still_open = select(restricted, open * ((one - b) * strike.target_fraction[k]), open);
        const F from_contracts = stage.contract[i] * b * strike.target_flow_t[k];
        strike.withheld_t[k] = from_contracts + (open - still_open);
        stage.open_t[i] = still_open;
    }
}

/// Adds node i's contract deliveries to every sink's sum; `k` is its strike or -1.
template <class L>
RISK_FN void deliver(const NetworkView& net, const StageSpec& spec, const StageState<L>& stage, int i,
                     int k, Row<typename L::F> delivered) {
    using F = typename L::F;
    const float* flow = net.reals + spec.flow_t + i * spec.n_sinks;
    const F contract = stage.contract[i];
    if (k < 0 || stage.strike.restricting[k] == 0) {
        each(spec.n_sinks, [&](int j) { delivered[j] = fma(contract, splat<F>(flow[j]), delivered[j]); });
        return;
    }
    const F cut = contract * (splat<F>(1.0f) - stage.strike.blocked[k]);
    const SlotSet<L> targets{stage.strike.target_low[k], stage.strike.target_high[k]};
    each(spec.n_sinks, [&](int j) {
        const F part = select(targets.holds(j), cut, contract);
        delivered[j] = fma(part, splat<F>(flow[j]), delivered[j]);
    });
}

/// Contract deliveries of all nodes, in node order. Leaves the gaps and returns the surplus.
template <class L>
RISK_FN typename L::F deliver_contracts(const NetworkView& net, const StageSpec& spec,
                                        const StageState<L>& stage, Row<typename L::F> need,
                                        ChainState<L>& state) {
    using F = typename L::F;
    const F zero = splat<F>(0.0f);
    Row<F> delivered = state.given_t;
    each(spec.n_sinks, [&](int j) { delivered[j] = zero; });
    int k = 0;
    for (int i = 0; i < spec.n_nodes; ++i) {
        while (k < spec.n_strikes && net.strikes[spec.strikes + k].node < i) ++k;
        const bool can_be_hit = k < spec.n_strikes && net.strikes[spec.strikes + k].node == i;
        deliver<L>(net, spec, stage, i, can_be_hit ? k : -1, delivered);
    }
    each(spec.n_sinks, [&](int j) {
        state.gap_t[j] = real_gap(max(need[j] - delivered[j], zero), need[j]);
    });
    return sum_row<L>(spec.n_sinks, [&](int j) RISK_INLINE_BODY { return max(delivered[j] - need[j], zero); });
}

/// Withheld volumes go to their own country first, all of them, ..
template <class L>
RISK_FN void offer_withheld_at_home(const NetworkView& net, const StageSpec& spec,
                                    StageState<L>& stage, ChainState<L>& state) {
    using F = typename L::F;
    for (int k = 0; k < spec.n_strikes; ++k) {
        const int home = net.strikes[spec.strikes + k].home_sink;
        if (home < 0 || stage.strike.restricting[k] == 0) continue;
        const F given = min(stage.strike.withheld_t[k], state.gap_t[home]);
        stage.strike.withheld_t[k] = stage.strike.withheld_t[k] - given;
        state.gap_t[home] = state.gap_t[home] - given;
    }
}

/// .. then, group by group, to sinks outside the target group. The rest is unsold.
template <class L>
RISK_FN void offer_withheld_abroad(const NetworkView& net, const StageSpec& spec,
                                   StageState<L>& stage, ChainState<L>& state) {
    using F = typename L::F;
    using I = typename L::I;
    const float* weight = net.reals + spec.purchasing_weight;
    for (int g = 0; g < net.n_groups; ++g) {
        const UniformSlotSet outside = uniform_set(net.ints + spec.outside_mask + 2 * g);
        if (outside.empty()) continue;
        F pool = splat<F>(0.0f);
        for (int k = 0; k < spec.n_strikes; ++k) {
            if (stage.strike.restricting[k] == 0) continue;
            pool = pool + masked(eq(stage.strike.group[k], splat<I>(g)), stage.strike.withheld_t[k]);
        }
        fill<L>(spec.n_sinks, weight, pool, [&](int j) { return outside.holds(j); }, state);
    }
}

/// The alternative rule: the pool serves the named countries one after the other.
template <class L>
RISK_FN typename L::F serve_by_priority(const NetworkView& net, const StageSpec& spec,
                                        typename L::F pool, ChainState<L>& state) {
    using F = typename L::F;
    const std::int32_t* order = net.ints + spec.priority_sinks;
    for (int k = 0; k < spec.n_priority; ++k) {
        const F given = min(pool, state.gap_t[order[k]]);
        state.gap_t[order[k]] = state.gap_t[order[k]] - given;
        pool = pool - given;
    }
    return pool;
}

/// Members' open tonnes to members first where the bloc pools, then all that is open to all.
/// Returns the leftover.
template <class L>
RISK_FN typename L::F fill_from_open_pool(const NetworkView& net, const ChainSpec& chain,
                                          const StageSpec& spec, const StageState<L>& stage,
                                          typename L::F surplus, ChainState<L>& state) {
    using F = typename L::F;
    const F zero = splat<F>(0.0f);
    const float* weight = net.reals + spec.purchasing_weight;
    const UniformSlotSet member_nodes = uniform_set(net.ints + spec.member_nodes);
    const UniformSlotSet member_sinks = uniform_set(net.ints + spec.member_sinks);
    F members = sum_row<L>(spec.n_nodes, [&](int i) RISK_INLINE_BODY {
        return member_nodes.holds(i) ? stage.open_t[i] : zero;
    });
    const F others = sum_row<L>(spec.n_nodes, [&](int i) RISK_INLINE_BODY {
        return member_nodes.holds(i) ? zero : stage.open_t[i];
    });
    if (chain.pooling != 0) {
        members = fill<L>(spec.n_sinks, weight, members, [&](int j) { return member_sinks.holds(j); }, state);
    }
    F pool = members + others + surplus;
    if (net.priority_rule != 0) pool = serve_by_priority<L>(net, spec, pool, state);
    return fill<L>(spec.n_sinks, weight, pool, [](int) { return true; }, state);
}

/// Next-stage nodes draw on their feed stocks; the leftover refills them.
template <class L>
RISK_FN void use_feed_stocks(const NetworkView& net, const ChainSpec& chain, const StageSpec& next_spec,
                             StageState<L>& next, typename L::F leftover, ChainState<L>& state) {
    using F = typename L::F;
    const F zero = splat<F>(0.0f);
    const float* opening = net.reals + next_spec.feed_stock_t;
    const F refill = splat<F>(chain.stock_refill_step);
    each(next_spec.n_nodes, [&](int j) {
        const F drawn = min(state.gap_t[j], next.feed_stock_t[j]);
        next.feed_stock_t[j] = next.feed_stock_t[j] - drawn;
        state.gap_t[j] = real_gap(state.gap_t[j] - drawn, state.need_t[j]);
        state.given_t[j] = (splat<F>(opening[j]) - next.feed_stock_t[j]) * refill;
    });
    const F ordered = sum_row<L>(next_spec.n_nodes, [&](int j) RISK_INLINE_BODY { return state.given_t[j]; });
    const auto buys = and_(gt(ordered, zero), gt(leftover, zero));
    if (none(buys)) return;
    const F rate = masked(buys, min(leftover / select(buys, ordered, splat<F>(1.0f)), splat<F>(1.0f)));
    each(next_spec.n_nodes, [&](int j) {
        next.feed_stock_t[j] = fma(state.given_t[j], rate, next.feed_stock_t[j]);
    });
}

/// What the next stage's nodes want of feed for their output before the feed limit.
template <class L>
RISK_FN void want_feed(const NetworkView& net, const StageSpec& next_spec, const StageState<L>& next,
                       ChainState<L>& state) {
    using F = typename L::F;
    const float* feed_per_output = net.reals + next_spec.feed_per_output;
    each(next_spec.n_nodes, [&](int j) {
        state.need_t[j] = next.output_t[j] * splat<F>(feed_per_output[j]);
    });
}

/// Limits the next stage's output to the feed received; the secondary part is always there.
template <class L>
RISK_FN void limit_by_feed(const NetworkView& net, const StageSpec& next_spec, StageState<L>& next,
                           const ChainState<L>& state) {
    using F = typename L::F;
    const float* secondary = net.reals + next_spec.secondary;
    each(next_spec.n_nodes, [&](int j) {
        const F need = state.need_t[j];
        const auto wants = gt(need, splat<F>(0.0f));
        const F missing = masked(wants, state.gap_t[j] / select(wants, need, splat<F>(1.0f)));
        next.feed_factor[j] = fma(splat<F>(secondary[j] - 1.0f), missing, splat<F>(1.0f));
        next.output_t[j] = next.output_t[j] * next.feed_factor[j];
    });
}

/// Allocates stage `s`; the gaps of its sinks stay in `state.gap_t`. Returns the leftover.
template <class L>
RISK_SECTION typename L::F allocate_stage(const NetworkView& net, const ChainSpec& chain, int s,
                                     Row<typename L::F> need, ChainState<L>& state) {
    using F = typename L::F;
    const StageSpec& spec = chain.stages[s];
    StageState<L>& stage = state.stage[s];
    commit_output<L>(net, spec, stage);
    withhold<L>(net, spec, stage);
    const F surplus = deliver_contracts<L>(net, spec, stage, need, state);
    offer_withheld_at_home<L>(net, spec, stage, state);
    offer_withheld_abroad<L>(net, spec, stage, state);
    const F leftover = fill_from_open_pool<L>(net, chain, spec, stage, surplus, state);
    each(spec.n_sinks, [&](int j) { state.gap_t[j] = real_gap(state.gap_t[j], need[j]); });
    return leftover;
}

RISK_END
