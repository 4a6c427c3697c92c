#include "host/replay/causes.hpp"

#include <algorithm>

#include "kernels/model/production.hpp"

namespace blocrisk {
namespace {

/// What one supplier's reference delivery to sink `j` lost, and that delivery with nothing sold
/// uncontracted.
struct Loss {
  std::array<double, n_causes> tonnes{};
  double reference_t = 0.0;
};

Loss loss_of(const NetworkView& net, const ChainSpec& chain, int step,
             const ChainState<OneLane>& state, double feed_factor, int i, int j) {
  const int s = chain.n_stages - 1;
  const StageSpec& spec = chain.stages[s];
  const auto real = [&](Offset table, int at) -> double {
    return net.reals[table + static_cast<Offset>(at)];
  };
  const double capacity_t = real(spec.capacity_t, i);
  if (!(capacity_t > 0.0)) return {};
  const double growth = real(spec.capacity_t, step * spec.n_nodes + i) / capacity_t;
  Loss loss;
  loss.reference_t = real(spec.flow_t, i * padded_sinks(spec.n_sinks) + j) * growth;
  double left = loss.reference_t * real(spec.contract_rate, i) * real(spec.base_flow_t, i);
  const auto lose = [&](Cause cause, double fraction) {
    const double tonnes = left * std::clamp(fraction, 0.0, 1.0);
    loss.tonnes[static_cast<std::size_t>(cause)] = tonnes;
    left -= tonnes;
  };
  lose(Cause::closure, 1.0 - operating_of<OneLane>(net.ints + spec.op_class, s, i, state));
  const bool down = test_bit(state.stage[s].node[i].down, step % outage_window_steps);
  lose(Cause::outage, down ? 1.0 - net.outages[spec.outages + static_cast<Offset>(i)].left : 0.0);
  lose(Cause::upstream_feed, 1.0 - feed_factor);
  if (net.ints[spec.strike_of_node + static_cast<Offset>(i)] >= 0) {
    const Strike<OneLane>& strike = state.stage[s].strike[i];
    const bool is_target = SlotSet<OneLane>{strike.target_low, strike.target_high}.holds(j);
    lose(Cause::restriction, is_target ? strike.blocked : 0.0);
  }
  return loss;
}

}  // namespace

CauseShares split_by_cause(const NetworkView& net, const ChainSpec& chain, int step,
                           const ChainState<OneLane>& state, const std::vector<double>& feed_factor,
                           int j) {
  CauseShares shares{{}, 0.0};
  const StageSpec& spec = chain.stages[chain.n_stages - 1];
  double reference_t = 0.0;
  double whole = 0.0;
  for (int i = 0; i < spec.n_nodes; ++i) {
    const Loss loss =
        loss_of(net, chain, step, state, feed_factor[static_cast<std::size_t>(i)], i, j);
    reference_t += loss.reference_t;
    for (const double tonnes : loss.tonnes) whole += tonnes;
    shares.of_node.push_back(loss.tonnes);
  }
  const double need_t = state.stage[chain.n_stages - 1].sink[j].need_t;
  shares.demand_growth = std::max(need_t - reference_t, 0.0);
  whole += shares.demand_growth;
  if (!(whole > 0.0)) {
    shares.demand_growth = 1.0;
    return shares;
  }
  shares.demand_growth /= whole;
  for (auto& tonnes : shares.of_node) {
    for (double& share : tonnes) share /= whole;
  }
  return shares;
}

}  // namespace blocrisk
