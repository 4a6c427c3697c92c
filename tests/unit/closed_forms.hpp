/// One path of a network small enough to work out by hand, and what it showed step by step.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "host/replay/one_path.hpp"
#include "host/scenario/validate.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk::closed_forms {

inline constexpr double close = 2e-6;  // some roundings of single precision

/// What a path showed, step by step.
struct PathStory final : PathWatcher {
  std::vector<double> unmet;  ///< first member: U/D
  std::vector<double> cover_days, price, restricted;
  std::vector<std::vector<double>> sink_unmet;  ///< [step][sink] U/N
  std::vector<std::vector<double>> need_t;      ///< [step][sink] N
  std::vector<std::vector<double>> operating;   ///< [step][class]
  std::vector<double> first_node_extra_t;       ///< of the last stage
  int n_stages = 1, n_sinks = 1, n_classes = 0;
  double output_rate = 1.0;  ///< of the last stage's first node

  void end_step(int, const ChainState<OneLane>& state) override {
    const StageState<OneLane>& last = state.stage[n_stages - 1];
    auto& parts = sink_unmet.emplace_back();
    for (int j = 0; j < n_sinks; ++j)
      parts.push_back(static_cast<double>(last.sink[j].gap_t) /
                      static_cast<double>(last.sink[j].need_t));
    auto& needs = need_t.emplace_back();
    for (int j = 0; j < n_sinks; ++j) needs.push_back(last.sink[j].need_t);
    auto& running = operating.emplace_back();
    for (int k = 0; k < n_classes; ++k) running.push_back(state.operating[k]);
    first_node_extra_t.push_back(static_cast<double>(last.node[0].output_t) -
                                 static_cast<double>(last.node[0].capacity_t) * output_rate);
  }
  void cell(int, int c, float unmet_fraction, float days) override {
    if (c != 0) return;
    unmet.push_back(unmet_fraction);
    cover_days.push_back(days);
  }
  void market(int, float p, float part) override {
    price.push_back(p);
    restricted.push_back(part);
  }
};

inline Network calibrated(Scenario scenario) {
  resolve(scenario);
  const std::vector<Complaint> complaints = validate(scenario);
  EXPECT_TRUE(complaints.empty()) << format_complaints(complaints);
  return calibrate(scenario);
}

inline PathStory tell(const Scenario& scenario, std::uint64_t path_number = 0) {
  const Network network = calibrated(scenario);
  OnePath path(network, test_seed);
  path.sample_world(path_number);
  PathStory story;
  const ChainSpec& chain = network.chains.front();
  story.n_stages = chain.n_stages;
  story.n_sinks = chain.stages[chain.n_stages - 1].n_sinks;
  story.n_classes = chain.n_op_classes;
  story.output_rate = rates_of(network.view(), chain.stages[chain.n_stages - 1])[0].output_rate;
  path.run_chain(0, story);
  return story;
}

/// expected(step) for every step.
inline void expect_steps(const std::vector<double>& found,
                         const std::function<double(int)>& expected, double tolerance = close) {
  for (std::size_t step = 0; step < found.size(); ++step)
    EXPECT_NEAR(found[step], expected(static_cast<int>(step)), tolerance) << "step " << step;
}

inline bool between(int step, int first, int last) { return step >= first && step < last; }

}  // namespace blocrisk::closed_forms
