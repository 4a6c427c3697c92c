/// What a member's minerals add up to. They are added cell by cell in mineral order, whatever the
/// mapping onto threads, for the order of a sum is part of the law. (Model, section 5.)
#pragma once

#include "kernels/model/cell.hpp"

RISK_BEGIN

template <class L>
struct MemberSums {
  Row<typename L::F> measure;    ///< [member measure][member]; annual_loss is in `year_loss`
  Row<typename L::F> year_loss;  ///< [member][year]
};

template <class L>
RISK_FN MemberSums<L> take_members(const NetworkView& net, Arena<L>& arena) {
  using F = typename L::F;
  MemberSums<L> sums;
  sums.measure = arena.template take<F>(n_member_measures * net.n_members);
  sums.year_loss = arena.template take<F>(net.n_members * net.n_years);
  return sums;
}

/// A member's value of a measure that is not yearly.
template <class L>
RISK_FN typename L::F& member_value(const NetworkView& net, MemberMeasure measure, int member,
                                    const MemberSums<L>& sums) {
  return sums.measure[static_cast<int>(measure) * net.n_members + member];
}

template <class L>
RISK_FN void start_member(const NetworkView& net, int member, const MemberSums<L>& sums) {
  using F = typename L::F;
  for (int k = 0; k < n_member_measures; ++k) {
    sums.measure[k * net.n_members + member] = splat<F>(0.0f);
  }
  for (int y = 0; y < net.n_years; ++y) {
    sums.year_loss[member * net.n_years + y] = splat<F>(0.0f);
  }
}

/// Adds cell `c` of a chain to its member.
template <class L>
RISK_FN void add_to_member(const NetworkView& net, const ChainSpec& chain, int c,
                           const ChainResult<L>& result, const MemberSums<L>& sums) {
  using F = typename L::F;
  const int member = net.ints[chain.cell_member + c];
  const auto add = [&](F& sum, Measure m) {
    sum = sum + result.measure[static_cast<int>(m) * chain.n_cells + c];
  };
  add(member_value<L>(net, MemberMeasure::loss, member, sums), Measure::loss);
  add(member_value<L>(net, MemberMeasure::price_shock_cost, member, sums),
      Measure::price_shock_cost);
  for (int y = 0; y < net.n_years; ++y) {
    F& sum = sums.year_loss[member * net.n_years + y];
    sum = sum + result.year_loss[c * net.n_years + y];
  }
}

/// Derives what needs all minerals.
template <class L>
RISK_FN void finish_member(const NetworkView& net, int member, const MemberSums<L>& sums) {
  using F = typename L::F;
  F worst = splat<F>(0.0f);
  for (int y = 0; y < net.n_years; ++y)
    worst = max(sums.year_loss[member * net.n_years + y], worst);
  member_value<L>(net, MemberMeasure::worst_year_loss, member, sums) = worst;
}

RISK_END
