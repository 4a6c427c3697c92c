// What holds on every path of every network: nothing is lost or made in allocation, stocks close,
// and no quantity leaves its range. Random networks with every feature on, watched step by step.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "host/replay/one_path.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/validate.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/random_scenario.hpp"

namespace blocrisk {
namespace {

constexpr int n_networks = 24;
constexpr std::uint64_t n_paths = 40;
// Single precision carries 6e-8 of a value; sums of some dozen terms stay well within this, as part
// of the stage's need.
constexpr double tolerance = 5e-6;

struct Books {
  const Network& network;
  const ChainSpec& chain;
  const std::vector<StageBase>& base;

  double real(Offset table, int index) const {
    return network.reals[table + static_cast<Offset>(index)];
  }
};

/// Tonnes of one stage in one step, reckoned in double from what each node commits and withholds.
struct StageBooks {
  double available = 0.0;  ///< q of all nodes
  double contracts = 0.0;  ///< what contracts deliver within needs
  double open = 0.0;       ///< uncontracted on offer, and deliveries above needs
  double withheld = 0.0;
  double given = 0.0;  ///< need - gap of all sinks
  double need = 0.0;
  std::vector<double> delivered;  ///< [sink] by contracts

  StageBooks(const Books& books, int s, const StageState<OneLane>& stage)
      : delivered(static_cast<std::size_t>(books.chain.stages[s].n_sinks)) {
    const StageSpec& spec = books.chain.stages[s];
    const std::vector<double>& flow_t = books.base[static_cast<std::size_t>(s)].flow_t;
    for (int i = 0; i < spec.n_nodes; ++i) add_node(books, spec, flow_t, stage, i);
    for (int j = 0; j < spec.n_sinks; ++j) {
      const double to_j = delivered[static_cast<std::size_t>(j)];
      const Sink<OneLane>& sink = stage.sink[j];
      contracts += std::min<double>(to_j, sink.need_t);
      open += std::max(to_j - sink.need_t, 0.0);
      given += static_cast<double>(sink.need_t) - sink.gap_t;
      need += sink.need_t;
    }
  }

 private:
  void add_node(const Books& books, const StageSpec& spec, const std::vector<double>& flow_t,
                const StageState<OneLane>& stage, int i) {
    const bool can_be_hit = books.network.ints[spec.strike_of_node + static_cast<Offset>(i)] >= 0;
    const double blocked = can_be_hit ? stage.strike[i].blocked : 0.0;
    const Node<OneLane>& node = stage.node[i];
    const NodeRates& rates = rates_of(books.network.view(), spec)[i];
    const double contracted =
        std::min<double>(node.output_t, double{rates.utilisation} * node.capacity_t);
    const double contract = contracted * rates.contract_rate;
    double sold = 0.0;
    for (int j = 0; j < spec.n_sinks; ++j) {
      const bool cut = can_be_hit && is_target(stage.strike[i], j);
      const double flow = contract * flow_t[static_cast<std::size_t>(i * spec.n_sinks + j)];
      sold += flow * (cut ? 1.0 - blocked : 1.0);
      delivered[static_cast<std::size_t>(j)] += flow * (cut ? 1.0 - blocked : 1.0);
    }
    available += node.output_t;
    open += node.open_t;
    withheld += node.output_t - sold - node.open_t;
  }

  static bool is_target(const Strike<OneLane>& strike, int sink) {
    const SlotSet<OneLane> targets{strike.target_low, strike.target_high};
    return targets.holds(sink);
  }
};

/// A field of every slot as doubles.
template <class T>
std::vector<double> copy(const Slots<OneLane, T>& slots, float T::*field, int n) {
  std::vector<double> values;
  for (int k = 0; k < n; ++k) values.push_back(slots[k].*field);
  return values;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

class Auditor final : public PathWatcher {
 public:
  Auditor(const Network& network, int mineral, bool expect_no_waste)
      : books_{network, network.chains[static_cast<std::size_t>(mineral)],
               network.base[static_cast<std::size_t>(mineral)]},
        expect_no_waste_(expect_no_waste) {}

  int steps_short = 0, steps_restricted = 0, steps_drawn = 0, steps_bought = 0, steps_fed = 0;

  void begin_step(int, const ChainState<OneLane>& state) override {
    const StageSpec& last = books_.chain.stages[books_.chain.n_stages - 1];
    commercial_ = copy(state.stock, &Stock<OneLane>::commercial_t, last.n_sinks);
    strategic_ = copy(state.stock, &Stock<OneLane>::strategic_t, last.n_sinks);
    shared_ = state.shared_t;
    for (int s = 1; s < books_.chain.n_stages; ++s)
      feed_[s] =
          copy(state.stage[s].node, &Node<OneLane>::feed_stock_t, books_.chain.stages[s].n_nodes);
  }

  void stage(int step, int s, const ChainState<OneLane>& state, float leftover_t) override {
    const StageSpec& spec = books_.chain.stages[s];
    const StageBooks stage(books_, s, state.stage[s]);
    const double close = tolerance * std::max(stage.need, stage.available);
    // Given = contracts + withheld given + open given.
    const double from_open = stage.open - leftover_t;
    const double from_withheld = stage.given - stage.contracts - from_open;
    EXPECT_GE(stage.withheld, -close) << "step " << step << ", stage " << s;
    EXPECT_GE(from_open, -close) << "step " << step << ", stage " << s;
    EXPECT_GE(from_withheld, -close) << "step " << step << ", stage " << s;
    EXPECT_LE(from_withheld, stage.withheld + close) << "step " << step << ", stage " << s;
    EXPECT_LE(stage.given, stage.available + close) << "step " << step << ", stage " << s;
    EXPECT_GE(leftover_t, 0.0f);
    for (int j = 0; j < spec.n_sinks; ++j) {
      const Sink<OneLane>& sink = state.stage[s].sink[j];
      const double missing =
          std::max(sink.need_t - stage.delivered[static_cast<std::size_t>(j)], 0.0);
      EXPECT_GE(sink.gap_t, 0.0f);
      EXPECT_LE(sink.gap_t, sink.need_t);
      EXPECT_LE(sink.gap_t, missing + close);
      // An open pool reaches everybody before anything of it is left.
      if (expect_no_waste_ && leftover_t > close) {
        EXPECT_LE(sink.gap_t, close);
      }
    }
    check_nodes(s, step, state.stage[s]);
    gap_ = copy(state.stage[s].sink, &Sink<OneLane>::gap_t, spec.n_sinks);
    need_ = copy(state.stage[s].sink, &Sink<OneLane>::need_t, spec.n_sinks);
    leftover_ = leftover_t;
    if (s > 0) check_feed(s, state.stage[s]);
    if (s + 1 < books_.chain.n_stages) expect_feed(s + 1, state.stage[s + 1]);
    if (stage.withheld > close) ++steps_restricted;
  }

  void end_step(int step, const ChainState<OneLane>& state) override {
    check_stocks(step, state);
    check_ranges(state);
  }

  void cell(int, int, float unmet_fraction, float cover_days) override {
    EXPECT_GE(unmet_fraction, 0.0f);
    EXPECT_LE(unmet_fraction, 1.0f + 1e-6f);
    EXPECT_GE(cover_days, 0.0f);
    if (unmet_fraction > 0.0f) ++steps_short;
  }

  void market(int, float price, float restricted) override {
    EXPECT_GE(price, std::exp(-2.5) * (1.0 - 1e-6));
    EXPECT_LE(price, std::exp(2.5) * (1.0 + 1e-6));
    EXPECT_GE(restricted, 0.0f);
    EXPECT_LE(restricted, 1.0f + 1e-6f);
  }

 private:
  void check_nodes(int s, int step, const StageState<OneLane>& stage) {
    const StageSpec& spec = books_.chain.stages[s];
    for (int i = 0; i < spec.n_nodes; ++i) {
      const Node<OneLane>& node = stage.node[i];
      EXPECT_GE(node.capacity_t, 0.0f);
      EXPECT_GE(node.output_t, 0.0f);
      EXPECT_GE(node.open_t, 0.0f);
      EXPECT_LE(node.output_t, (node.capacity_t + most_uncontracted(s, step, i)) * (1.0 + 1e-6));
      if (books_.network.ints[spec.strike_of_node + static_cast<Offset>(i)] < 0) continue;
      const Strike<OneLane>& strike = stage.strike[i];
      for (const float part : {strike.severity, strike.leaked, strike.blocked}) {
        EXPECT_GE(part, 0.0f);
        EXPECT_LE(part, 1.0f);
      }
    }
  }

  /// What projects, and a flood, may add to a node's capacity.
  double most_uncontracted(int s, int step, int i) const {
    const StageSpec& spec = books_.chain.stages[s];
    double most = 0.0;
    for (int k = 0; k < books_.chain.n_projects; ++k) {
      const ProjectSpec& project =
          books_.network.projects[books_.chain.projects + static_cast<Offset>(k)];
      if (project.stage == s && project.node == i) most += project.capacity_t;
    }
    if (i != spec.flooder_node) return most;
    for (int k = 0; k < spec.n_nodes; ++k)
      most += books_.real(spec.capacity_t, step * spec.n_nodes + k);
    return most;
  }

  /// What the nodes of the next stage will have of feed: their stocks on the gaps just left, orders
  /// on the leftover.
  void expect_feed(int s, const StageState<OneLane>& next) {
    const StageSpec& spec = books_.chain.stages[s];
    const double rate = books_.chain.stock_refill_step;
    std::vector<double> orders;
    expected_feed_.clear();
    expected_output_.clear();
    for (int j = 0; j < spec.n_nodes; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const double opening = next.node[j].feed_stock_t;
      const double drawn = std::min(gap_[at], opening);
      if (drawn > 0.0) ++steps_fed;
      const double missing = need_[at] > 0.0 ? (gap_[at] - drawn) / need_[at] : 0.0;
      expected_output_.push_back(next.node[j].output_t *
                                 (1.0 - (1.0 - books_.real(spec.secondary, j)) * missing));
      expected_feed_.push_back(opening - drawn);
      orders.push_back((books_.real(spec.feed_stock_t, j) - (opening - drawn)) * rate);
    }
    const double ordered = sum(orders);
    const double served = ordered > 0.0 ? std::min(leftover_ / ordered, 1.0) : 0.0;
    for (std::size_t j = 0; j < orders.size(); ++j) expected_feed_[j] += orders[j] * served;
    feed_scale_ = sum(need_);
  }

  void check_feed(int s, const StageState<OneLane>& stage) {
    const StageSpec& spec = books_.chain.stages[s];
    for (int j = 0; j < spec.n_nodes; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const double start = books_.real(spec.feed_stock_t, j);
      const Node<OneLane>& node = stage.node[j];
      EXPECT_GE(node.feed_stock_t, 0.0f);
      EXPECT_LE(node.feed_stock_t, start * (1.0 + 1e-6));
      EXPECT_NEAR(node.feed_stock_t, expected_feed_[at], tolerance * (start + feed_scale_));
      EXPECT_NEAR(node.output_t, expected_output_[at], tolerance * (node.output_t + 1e-30));
    }
  }

  /// Section 4.6 again, in double: opening - drawn + bought = closing for every stock.
  void check_stocks(int step, const ChainState<OneLane>& state) {
    const ChainSpec& chain = books_.chain;
    const int n_sinks = chain.stages[chain.n_stages - 1].n_sinks;
    const int now = step * n_sinks;
    const double close = tolerance * (sum(need_) + sum(commercial_) + sum(strategic_) + shared_);
    std::vector<double> gap = gap_, commercial = commercial_, strategic = strategic_;
    std::vector<double> drawn(gap.size());
    const auto draw = [&](double& stock, std::size_t j, double most) {
      const double part = std::min({gap[j], stock, most});
      stock -= part;
      gap[j] -= part;
      drawn[j] += part;
    };
    for (int j = 0; j < n_sinks; ++j) {
      const auto at = static_cast<std::size_t>(j);
      draw(commercial[at], at, commercial[at] * books_.real(chain.commercial_release, j));
      if (state.stock[j].strategic_count > books_.real(chain.strategic_latency_steps, j) &&
          strategic[at] > 0.0)
        draw(strategic[at], at,
             books_.real(chain.strategic_release, j) * books_.real(chain.demand_t, now + j));
    }
    double shared = draw_shared(step, state, gap, drawn);
    buy(state, commercial, strategic, shared);
    for (int j = 0; j < n_sinks; ++j) {
      const auto at = static_cast<std::size_t>(j);
      SCOPED_TRACE("step " + std::to_string(step) + ", sink " + std::to_string(j));
      const Stock<OneLane>& stock = state.stock[j];
      const Sink<OneLane>& sink = state.stage[chain.n_stages - 1].sink[j];
      EXPECT_NEAR(stock.commercial_t, commercial[at], close);
      EXPECT_NEAR(stock.strategic_t, strategic[at], close);
      EXPECT_NEAR(stock.drawn_t, drawn[at], close);
      EXPECT_NEAR(sink.gap_t, gap[at], close);
      EXPECT_GE(stock.commercial_t, 0.0f);
      EXPECT_GE(stock.strategic_t, 0.0f);
      EXPECT_GE(stock.drawn_t, 0.0f);
      EXPECT_GE(sink.gap_t, 0.0f);
      EXPECT_LE(sink.gap_t, sink.need_t);
      EXPECT_LE(sink.need_t, books_.real(chain.demand_t, now + j) * (1.0 + 1e-6));
    }
    EXPECT_NEAR(state.shared_t, shared, close) << "step " << step;
    EXPECT_GE(state.shared_t, 0.0f);
    if (sum(drawn) > close) ++steps_drawn;
  }

  double draw_shared(int step, const ChainState<OneLane>& state, std::vector<double>& gap,
                     std::vector<double>& drawn) const {
    const ChainSpec& chain = books_.chain;
    if (chain.has_shared == 0) return 0.0;
    const StageSpec& last = chain.stages[chain.n_stages - 1];
    const UniformSlotSet members = uniform_set(&books_.network.ints[last.member_sinks]);
    double asked = 0.0;
    const auto may = [&](std::size_t j) {
      const int sink = static_cast<int>(j);
      return members.holds(sink) && state.stock[sink].shared_count > chain.shared_latency_steps;
    };
    for (std::size_t j = 0; j < gap.size(); ++j) asked += may(j) ? gap[j] : 0.0;
    const double most =
        std::min<double>(shared_, chain.shared_release * books_.real(chain.members_demand_t, step));
    const double rate = asked > 0.0 ? std::min(most / asked, 1.0) : 0.0;
    for (std::size_t j = 0; j < gap.size(); ++j) {
      const double part = may(j) ? gap[j] * rate : 0.0;
      gap[j] -= part;
      drawn[j] += part;
    }
    return shared_ - asked * rate;
  }

  void buy(const ChainState<OneLane>& state, std::vector<double>& commercial,
           std::vector<double>& strategic, double& shared) {
    const ChainSpec& chain = books_.chain;
    const double dt = chain.stock_refill_step;
    std::vector<double> for_commercial, for_strategic;
    double for_shared =
        state.price < chain.shared_buy_below ? (chain.shared_start_t - shared) * dt : 0.0;
    if (chain.has_shared == 0) for_shared = 0.0;
    for (std::size_t j = 0; j < commercial.size(); ++j) {
      const int sink = static_cast<int>(j);
      for_commercial.push_back((books_.real(chain.commercial_start_t, sink) - commercial[j]) *
                               books_.real(chain.commercial_refill, sink));
      const bool buys = state.price < books_.real(chain.strategic_buy_below, sink);
      for_strategic.push_back(
          buys ? (books_.real(chain.strategic_start_t, sink) - strategic[j]) * dt : 0.0);
    }
    const double ordered = sum(for_commercial) + sum(for_strategic) + for_shared;
    const double rate = ordered > 0.0 ? std::min(leftover_ / ordered, 1.0) : 0.0;
    for (std::size_t j = 0; j < commercial.size(); ++j) {
      commercial[j] += for_commercial[j] * rate;
      strategic[j] += for_strategic[j] * rate;
    }
    shared += for_shared * rate;
    if (ordered * rate > tolerance * sum(need_)) ++steps_bought;
  }

  void check_ranges(const ChainState<OneLane>& state) {
    for (int k = 0; k < books_.chain.n_op_classes; ++k) {
      EXPECT_GE(state.operating[k], 0.0f);
      EXPECT_LE(state.operating[k], 1.0f);
    }
    EXPECT_GE(state.scarcity, 0.0f);
    EXPECT_LE(state.scarcity, 1.0f + 1e-6f);
    EXPECT_GE(state.substituted, 0.0f);
    EXPECT_LE(state.substituted, 1.0f);
    EXPECT_TRUE(state.flooding == 0.0f || state.flooding == 1.0f);
    EXPECT_GE(state.rivals_share, 0.0f);
    EXPECT_LE(state.rivals_share, 1.0f + 1e-6f);
  }

  Books books_;
  bool expect_no_waste_;
  std::vector<double> commercial_, strategic_, feed_[max_stages];
  double shared_ = 0.0;
  std::vector<double> need_, gap_;  ///< of the stage allocated last
  double leftover_ = 0.0;
  std::vector<double> expected_feed_, expected_output_;
  double feed_scale_ = 0.0;
};

class RandomNetwork : public testing::TestWithParam<int> {
 protected:
  std::uint64_t seed() const { return static_cast<std::uint64_t>(GetParam()); }
};

TEST_P(RandomNetwork, IsValid) {
  const std::vector<Complaint> complaints = validate(random_scenario(seed()));
  EXPECT_TRUE(complaints.empty()) << format_complaints(complaints);
}

TEST_P(RandomNetwork, KeepsItsBooksOnEveryPath) {
  const Scenario scenario = random_scenario(seed());
  const Network network = calibrate(scenario);
  OnePath path(network, test_seed);
  for (std::uint64_t k = 0; k < n_paths && !HasFailure(); ++k) {
    path.sample_world(k);
    for (std::size_t m = 0; m < network.chains.size(); ++m) {
      SCOPED_TRACE("path " + std::to_string(k) + ", mineral " + std::to_string(m));
      Auditor auditor(network, static_cast<int>(m), has_two_weights(scenario));
      path.run_chain(static_cast<int>(m), auditor);
    }
  }
}

TEST_P(RandomNetwork, MissesNothingInTheQuietWorld) {
  const Scenario scenario = quiet_world_of(random_scenario(seed()));
  ASSERT_TRUE(validate(scenario).empty()) << format_complaints(validate(scenario));
  const Network network = calibrate(scenario);
  const RunResult result = run_engine(network, 33);
  const int n_members = static_cast<int>(network.members.size());
  const int n_minerals = static_cast<int>(network.minerals.size());
  for (int member = 0; member < n_members; ++member) {
    for (int mineral = 0; mineral < n_minerals; ++mineral) {
      for (const Measure measure :
           {Measure::shortfall, Measure::peak, Measure::months_short, Measure::longest_spell,
            Measure::recovery, Measure::drawn, Measure::essential_shortfall}) {
        for (const float value : values_of(result, measure, member, mineral))
          ASSERT_EQ(value, 0.0f) << measure_table[static_cast<int>(measure)].name;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomNetwork, testing::Range(0, n_networks));

// The random networks are worth auditing only where things happen.
TEST(RandomNetworks, GoThroughWhatTheModelHas) {
  int steps_short = 0, steps_restricted = 0, steps_drawn = 0, steps_bought = 0, steps_fed = 0;
  for (int seed = 0; seed < n_networks; ++seed) {
    const Network network = calibrate(random_scenario(static_cast<std::uint64_t>(seed)));
    OnePath path(network, test_seed);
    path.sample_world(0);
    Auditor auditor(network, 0, false);
    path.run_chain(0, auditor);
    steps_short += auditor.steps_short;
    steps_restricted += auditor.steps_restricted;
    steps_drawn += auditor.steps_drawn;
    steps_bought += auditor.steps_bought;
    steps_fed += auditor.steps_fed;
  }
  EXPECT_GT(steps_short, 50);
  EXPECT_GT(steps_restricted, 50);
  EXPECT_GT(steps_drawn, 50);
  EXPECT_GT(steps_bought, 50);
  EXPECT_GT(steps_fed, 50);
}

}  // namespace
}  // namespace blocrisk
