#include "host/replay/deliveries.hpp"

#include <algorithm>
#include <numeric>

#include "kernels/model/allocation.hpp"

namespace blocrisk {
namespace {

using Tonnes = std::vector<double>;

class Ledger {
 public:
  Ledger(const NetworkView& net, const StageSpec& spec, const StageState<OneLane>& stage)
      : net_(net),
        spec_(spec),
        stage_(stage),
        given_(static_cast<std::size_t>(spec.n_nodes * spec.n_sinks)),
        part_(static_cast<std::size_t>(spec.n_nodes)),
        open_(part_),
        surplus_(part_),
        withheld_(part_),
        gap_(static_cast<std::size_t>(spec.n_sinks)) {}

  Tonnes run(bool pools) {
    for (int i = 0; i < spec_.n_nodes; ++i) commit(i);
    deliver_contracts();
    for (int i = 0; i < spec_.n_nodes; ++i) offer_at_home(i);
    for (int g = 0; g < net_.n_groups; ++g) offer_abroad(g);
    Tonnes pool = supply([&](std::size_t i) { return open_[i] * real(spec_.unpooled, i); });
    if (pools) {
      Tonnes members = supply([&](std::size_t i) { return open_[i] * real(spec_.pooled, i); });
      fill(net_.n_groups, members);
      for (std::size_t i = 0; i < pool.size(); ++i) pool[i] += members[i];
    }
    for (std::size_t i = 0; i < pool.size(); ++i) pool[i] += surplus_[i];
    if (net_.priority_rule != 0) serve_by_priority(pool);
    fill(net_.n_groups + 1, pool);
    return given_;
  }

 private:
  double real(Offset table, std::size_t at) const { return net_.reals[table + at]; }
  int integer(Offset table, std::size_t at) const { return net_.ints[table + at]; }
  double& given(std::size_t i, std::size_t j) {
    return given_[i * static_cast<std::size_t>(spec_.n_sinks) + j];
  }
  double need(std::size_t j) const { return stage_.sink[static_cast<int>(j)].need_t; }
  const Strike<OneLane>* strike(std::size_t i) const {
    return integer(spec_.strike_of_node, i) < 0 ? nullptr : &stage_.strike[static_cast<int>(i)];
  }
  double blocked(std::size_t i) const { return strike(i) == nullptr ? 0.0 : strike(i)->blocked; }
  template <class Part>
  Tonnes supply(Part part) const {
    Tonnes tonnes(part_.size());
    for (std::size_t i = 0; i < tonnes.size(); ++i) tonnes[i] = part(i);
    return tonnes;
  }

  /// Splits a node's output into contracts, open and withheld tonnes.
  void commit(int node) {
    const auto i = static_cast<std::size_t>(node);
    const double output = stage_.node[node].output_t;
    const NodeRates& rates = rates_of(net_, spec_)[i];
    const double contracted =
        std::min(output, double{rates.utilisation} * stage_.node[node].capacity_t);
    part_[i] = contracted * rates.contract_rate;
    open_[i] = contracted * rates.open_fraction + (output - contracted);
    if (!(blocked(i) > 0.0)) return;
    const double targets = strike(i)->target_fraction;
    const double still_open = open_[i] * (1.0 - blocked(i)) * targets;
    withheld_[i] =
        part_[i] * blocked(i) * targets * real(spec_.base_flow_t, i) + open_[i] - still_open;
    open_[i] = still_open;
  }

  bool is_target(std::size_t i, std::size_t j) const {
    if (!(blocked(i) > 0.0)) return false;
    return SlotSet<OneLane>{strike(i)->target_low, strike(i)->target_high}.holds(
        static_cast<int>(j));
  }

  /// What is above a need goes to the open pool, from every supplier the same part.
  void deliver_contracts() {
    const auto stride = static_cast<std::size_t>(padded_sinks(spec_.n_sinks));
    for (std::size_t j = 0; j < gap_.size(); ++j) {
      double sum = 0.0;
      for (std::size_t i = 0; i < part_.size(); ++i) {
        const double kept = is_target(i, j) ? 1.0 - blocked(i) : 1.0;
        given(i, j) = part_[i] * real(spec_.flow_t, i * stride + j) * kept;
        sum += given(i, j);
      }
      const double missing = need(j) - sum;
      gap_[j] = missing < need(j) * smallest_gap_fraction ? 0.0 : missing;
      if (missing >= 0.0) continue;
      for (std::size_t i = 0; i < part_.size(); ++i) {
        surplus_[i] += given(i, j) * -missing / sum;
        given(i, j) *= need(j) / sum;
      }
    }
  }

  void offer_at_home(int node) {
    const auto i = static_cast<std::size_t>(node);
    const int home = integer(spec_.home_class, i);
    if (home < 0 || !(withheld_[i] > 0.0)) return;
    const auto j = static_cast<std::size_t>(integer(
        spec_.class_sinks,
        static_cast<std::size_t>(integer(spec_.class_first, static_cast<std::size_t>(home)))));
    const double offered = std::min(withheld_[i], gap_[j]);
    given(i, j) += offered;
    gap_[j] -= offered;
    withheld_[i] -= offered;
  }

  void offer_abroad(int group) {
    if (integer(spec_.serves_outside, static_cast<std::size_t>(group)) == 0) return;
    Tonnes pool = supply([&](std::size_t i) {
      return blocked(i) > 0.0 && strike(i)->group == group ? withheld_[i] : 0.0;
    });
    fill(group, pool);
  }

  /// Shares a pool among the sinks, pro rata by gap x weight, in two passes; leaves in it what each
  /// supplier has left. `row`: of the weights.
  void fill(int row, Tonnes& pool) {
    const double whole = std::accumulate(pool.begin(), pool.end(), 0.0);
    double left = whole;
    for (int pass = 0; pass < 2; ++pass) {
      double wanted = 0.0;
      for (std::size_t j = 0; j < gap_.size(); ++j) wanted += weight(row, j) * gap_[j];
      if (!(wanted > 0.0 && left > wanted * smallest_pool_fraction)) break;
      const double rate = left / wanted;
      for (std::size_t j = 0; j < gap_.size(); ++j)
        left -= take(j, gap_[j] * std::min(rate * weight(row, j), 1.0), pool, whole);
    }
    scale(pool, whole, left);
  }

  void serve_by_priority(Tonnes& pool) {
    const double whole = std::accumulate(pool.begin(), pool.end(), 0.0);
    double left = whole;
    for (int at = 0; at < spec_.n_priority; ++at) {
      const auto k =
          static_cast<std::size_t>(integer(spec_.priority_classes, static_cast<std::size_t>(at)));
      const auto j = static_cast<std::size_t>(
          integer(spec_.class_sinks, static_cast<std::size_t>(integer(spec_.class_first, k))));
      left -= take(j, std::min(left, gap_[j]), pool, whole);
    }
    scale(pool, whole, left);
  }

  double weight(int row, std::size_t j) const {
    return class_weights(net_, spec_, row)[integer(spec_.class_of_sink, j)];
  }

  /// Sink j takes tonnes from a pool's suppliers, from each in proportion to what it put in.
  double take(std::size_t j, double tonnes, const Tonnes& pool, double whole) {
    if (!(tonnes > 0.0)) return 0.0;
    for (std::size_t i = 0; i < pool.size(); ++i) given(i, j) += tonnes * pool[i] / whole;
    gap_[j] -= tonnes;
    return tonnes;
  }

  static void scale(Tonnes& pool, double whole, double left) {
    for (double& tonnes : pool) tonnes = whole > 0.0 ? tonnes * std::max(left, 0.0) / whole : 0.0;
  }

  const NetworkView& net_;
  const StageSpec& spec_;
  const StageState<OneLane>& stage_;
  Tonnes given_;                             ///< [node][sink]
  Tonnes part_, open_, surplus_, withheld_;  ///< [node]; part: of the base flow
  Tonnes gap_;                               ///< [sink]
};

}  // namespace

Deliveries split_deliveries(const NetworkView& net, const ChainSpec& chain, int s,
                            const ChainState<OneLane>& state) {
  const StageSpec& spec = chain.stages[s];
  return {spec.n_nodes, spec.n_sinks, Ledger(net, spec, state.stage[s]).run(chain.pooling != 0)};
}

}  // namespace blocrisk
