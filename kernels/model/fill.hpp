/// How a pool fills the gaps of a stage's sinks, class by class. (Model, section 4.5.)
#pragma once

#include "kernels/model/gap.hpp"

RISK_BEGIN

/// A pool below this part of what is wanted of it is empty: rounding leaves such rests.
inline constexpr float smallest_pool_fraction = 1e-6f;

/// A row of `class_weight`: a target group's, then the members', then everybody's.
RISK_FN const float* class_weights(const NetworkView& net, const StageSpec& spec, int row) {
  return net.reals + spec.class_weight + row * padded_sinks(spec.n_classes);
}

/// What a pass gives of the pool per weighted tonne of gap: nothing where nothing is wanted, or
/// next to nothing is there.
template <class L>
RISK_FN typename L::M shares_pool(typename L::F pool, typename L::F wanted) {
  using F = typename L::F;
  const auto some = gt(pool, wanted * splat<F>(smallest_pool_fraction));
  return and_(gt(wanted, splat<F>(0.0f)), some);
}
template <class L>
RISK_FN typename L::F pool_rate(typename L::M shares, typename L::F pool, typename L::F wanted) {
  return quotient(shares, pool, wanted);
}

inline constexpr int fill_passes = 2;

/// Any number of classes.
template <class L>
RISK_FN typename L::F fill_classes(int n_classes, const float* weight, typename L::F pool,
                                   Slots<L, SinkClass<L>>& classes) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  for (int pass = 0; pass < fill_passes; ++pass) {
    each<L>(n_classes, [&](auto k) { classes[k].part_t = splat<F>(weight[k]) * classes[k].gap_t; });
    const F wanted = sum_slots<L>(n_classes, classes, &SinkClass<L>::part_t);
    const auto shares = shares_pool<L>(pool, wanted);
    if (!some_path<L>(shares)) return pool;
    const F rate = pool_rate<L>(shares, pool, wanted);
    each<L>(n_classes, [&](auto k) {
      classes[k].part_t = min(rate * classes[k].part_t, classes[k].gap_t);
      classes[k].gap_t = classes[k].gap_t - classes[k].part_t;
      classes[k].left = classes[k].left * (one - min(rate * splat<F>(weight[k]), one));
    });
    pool = max(pool - sum_slots<L>(n_classes, classes, &SinkClass<L>::part_t), splat<F>(0.0f));
  }
  return pool;
}

/// Four to eight values, summed as `sum_values` does.
template <int n, class Value>
RISK_FN auto sum_few(Value value) {
  const auto with_fourth_next = [&](int k) RISK_INLINE_BODY {
    return k + 4 < n ? value(k) + value(k + 4) : value(k);
  };
  return (with_fourth_next(0) + with_fourth_next(2)) + (with_fourth_next(1) + with_fourth_next(3));
}

/// Calls f(number among them, class) for the classes of several sinks, most often one.
template <MemorySlots L, class Fn>
RISK_FN void each_class_of_several(const NetworkView& net, const StageSpec& spec, Fn f) {
  const std::int32_t* several = net.ints + spec.classes_of_several;
  for (int at = 0; at < spec.n_classes_of_several; ++at) f(at, several[at]);
}

/// The first few classes of a stage that has no more than eight, which is most: the same, with all
/// gaps in registers. Only classes of several sinks need to know what is left of their gap.
template <int n, MemorySlots L>
RISK_FN typename L::F fill_few_classes(const NetworkView& net, const StageSpec& spec,
                                       const float* weight, typename L::F pool,
                                       Slots<L, SinkClass<L>>& classes) {
  using F = typename L::F;
  const F one = splat<F>(1.0f);
  F gap_t[n], part_t[n];
  RISK_UNROLL
  for (int k = 0; k < n; ++k) gap_t[k] = classes[k].gap_t;
  const auto part = [&](int k) RISK_INLINE_BODY { return part_t[k]; };
  for (int pass = 0; pass < fill_passes; ++pass) {
    RISK_UNROLL
    for (int k = 0; k < n; ++k) part_t[k] = splat<F>(weight[k]) * gap_t[k];
    const F wanted = sum_few<n>(part);
    const auto shares = shares_pool<L>(pool, wanted);
    if (!some_path<L>(shares)) break;
    const F rate = pool_rate<L>(shares, pool, wanted);
    RISK_UNROLL
    for (int k = 0; k < n; ++k) {
      part_t[k] = min(rate * part_t[k], gap_t[k]);
      gap_t[k] = gap_t[k] - part_t[k];
    }
    each_class_of_several<L>(net, spec, [&](int, int k) {
      classes[k].left = classes[k].left * (one - min(rate * splat<F>(weight[k]), one));
    });
    pool = max(pool - sum_few<n>(part), splat<F>(0.0f));
  }
  RISK_UNROLL
  for (int k = 0; k < n; ++k) classes[k].gap_t = gap_t[k];
  return pool;
}

/// Shares `pool` among the classes with a weight (a row of `class_weight`; all are among the first
/// `n_served`), pro rata by gap x purchasing weight, capped at the gap, in two passes. Lowers the
/// gaps and returns what is left. Skipping a pass is an exact no-op for every lane: nothing is
/// wanted, or nothing is there.
template <class L>
RISK_SECTION typename L::F fill(const NetworkView& net, const StageSpec& spec,
                                [[maybe_unused]] int n_served, const float* weight,
                                typename L::F pool, Slots<L, SinkClass<L>>& classes) {
  if constexpr (MemorySlots<L>) {
    switch (spec.n_classes <= 8 ? n_served : -1) {
      case 0:
        return pool;
      case 1:
      case 2:
      case 3:
      case 4:
        return fill_few_classes<4, L>(net, spec, weight, pool, classes);
      case 5:
        return fill_few_classes<5, L>(net, spec, weight, pool, classes);
      case 6:
        return fill_few_classes<6, L>(net, spec, weight, pool, classes);
      case 7:
        return fill_few_classes<7, L>(net, spec, weight, pool, classes);
      case 8:
        return fill_few_classes<8, L>(net, spec, weight, pool, classes);
      default:
        break;
    }
  }
  return fill_classes<L>(spec.n_classes, weight, pool, classes);
}

/// Sums the gaps of the sinks of each class.
template <class L>
RISK_FN void sum_classes(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  if constexpr (MemorySlots<L>) {
    const std::int32_t* class_of_sink = net.ints + spec.class_of_sink;
    each_of(spec.n_sinks, stage.class_sinks.alone, [&](int j) RISK_INLINE_BODY {
      stage.sink_class[class_of_sink[j]].gap_t = stage.sink[j].gap_t;
    });
    each_class_of_several<L>(net, spec, [&](int at, int k) {
      F gap_t = splat<F>(0.0f);
      each_of(spec.n_sinks, stage.class_sinks.together[at],
              [&](int j) RISK_INLINE_BODY { gap_t = gap_t + stage.sink[j].gap_t; });
      stage.sink_class[k].gap_t = gap_t;
      stage.sink_class[k].left = splat<F>(1.0f);
    });
  } else {
    sum_groups<L>(spec.n_classes, net.ints + spec.class_first, net.ints + spec.class_sinks,
                  spec.largest_class, stage.sink, &Sink<L>::gap_t, [&](auto k, F gap_t) {
                    stage.sink_class[k].gap_t = gap_t;
                    stage.sink_class[k].left = splat<F>(1.0f);
                  });
  }
}

/// Hands what is left of each class's gap back to its sinks, in proportion. A class of one sink has
/// its gap itself: what home was offered is not in `left`. (A host goes class by class, a device's
/// sinks look for theirs.)
template <class L>
RISK_FN void spread_classes(const NetworkView& net, const StageSpec& spec, StageState<L>& stage) {
  using F = typename L::F;
  if constexpr (MemorySlots<L>) {
    const std::int32_t* class_of_sink = net.ints + spec.class_of_sink;
    each_of(spec.n_sinks, stage.class_sinks.alone, [&](int j) RISK_INLINE_BODY {
      Sink<L>& sink = stage.sink[j];
      sink.gap_t = real_gap(stage.sink_class[class_of_sink[j]].gap_t, sink.need_t);
    });
    each_class_of_several<L>(net, spec, [&](int at, int k) {
      const F left = stage.sink_class[k].left;
      each_of(spec.n_sinks, stage.class_sinks.together[at], [&](int j) RISK_INLINE_BODY {
        Sink<L>& sink = stage.sink[j];
        sink.gap_t = real_gap(sink.gap_t * left, sink.need_t);
      });
    });
  } else {
    const std::int32_t* class_of_sink = net.ints + spec.class_of_sink;
    const std::int32_t* is_alone = net.ints + spec.is_alone;
    const auto left =
        permuted<L>(spec.n_sinks, stage.sink_class, &SinkClass<L>::left, class_of_sink);
    const auto gap =
        permuted<L>(spec.n_sinks, stage.sink_class, &SinkClass<L>::gap_t, class_of_sink);
    each<L>(spec.n_sinks, [&](auto j) {
      Sink<L>& sink = stage.sink[j];
      const F left_t = is_alone[j] != 0 ? gap[j] : sink.gap_t * left[j];
      sink.gap_t = real_gap(left_t, sink.need_t);
    });
  }
}

RISK_END
