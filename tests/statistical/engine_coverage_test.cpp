/// Do the intervals of real runs hold the truth? A scenario of one mineral is sampled by the engine
/// two thousand times for a thousand paths, on disjoint ranges of one seed, and compared with a run
/// of two million other paths, whose own error is 45 times smaller.
///
/// A check fails below 95 % less 4 standard errors of the share, 93.05 %: one in 30,000 by chance.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "host/analysis/levels.hpp"
#include "host/analysis/summary.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/restless_supplier.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t n_truth = 2'000'000, n_paths = 1000;
constexpr int n_rounds = 2000;

Summary summary_of(const Network& network, const ResultFacts& facts, PathRange range) {
  const auto backend = make_cpu_backend(network, test_seed, {1, 0});
  RunOptions options;
  options.range = range;
  return summarise(run_paths(network, *backend, options).accumulators, facts);
}

/// A figure with its interval, by name.
struct Named {
  std::string name;
  double value, low, high;
};

void list_measure(const char* name, const MeasureSummary& figures, std::vector<Named>& into) {
  const std::string of = std::string(name) + " ";
  into.push_back({of + "mean", figures.mean[0], figures.mean_lo[0], figures.mean_hi[0]});
  into.push_back({of + "standard deviation", figures.std_dev[0], figures.std_dev_lo[0],
                  figures.std_dev_hi[0]});
  for (const std::size_t k : {std::size_t{4}, std::size_t{quantile_level_95}, std::size_t{8}}) {
    into.push_back({of + "P" + std::to_string(k), figures.quantile[k], figures.quantile_lo[k],
                    figures.quantile_hi[k]});
  }
  for (const std::size_t k : {std::size_t{tail_level_95}, std::size_t{2}}) {
    into.push_back(
        {of + "VaR" + std::to_string(k), figures.var[k], figures.var_lo[k], figures.var_hi[k]});
    into.push_back(
        {of + "CVaR" + std::to_string(k), figures.cvar[k], figures.cvar_lo[k], figures.cvar_hi[k]});
  }
  const ProbabilitySummary& exceedance = figures.exceedance;
  for (std::size_t k = 0; k < exceedance.value.size(); ++k) {
    into.push_back({of + "exceedance" + std::to_string(k), exceedance.value[k], exceedance.low[k],
                    exceedance.high[k]});
  }
}

std::vector<Named> figures_of(const Summary& summary) {
  std::vector<Named> figures;
  for (int k = 0; k < n_measures; ++k)
    list_measure(measure_table[k].name, summary.of(static_cast<Measure>(k)), figures);
  for (int k = 0; k < n_member_measures; ++k)
    list_measure(member_measure_table[k].name, summary.of(static_cast<MemberMeasure>(k)), figures);
  const ProbabilitySummary& is_short = summary.short_probability;
  figures.push_back({"short probability", is_short.value[0], is_short.low[0], is_short.high[0]});
  for (std::size_t k = 0; k < 6; ++k) {  // to once in 100 years
    figures.push_back({"loss once in " + std::to_string(return_periods_yr[k]) + " years",
                       summary.loss_return[k], summary.loss_return_lo[k],
                       summary.loss_return_hi[k]});
  }
  return figures;
}

TEST(EngineCoverage, IntervalsOfShortRunsHoldWhatALongOneFinds) {
  const Scenario scenario = restless_supplier();
  const Network network = calibrate(scenario);
  const ResultFacts facts = facts_of(network, scenario);
  const std::vector<Named> truth = figures_of(summary_of(network, facts, {0, n_truth}));
  ASSERT_GT(truth.front().value, 0.001);

  std::vector<int> held(truth.size());
  for (std::uint64_t round = 0; round < n_rounds; ++round) {
    const std::uint64_t first = n_truth + round * n_paths;
    const auto seen = figures_of(summary_of(network, facts, {first, first + n_paths}));
    for (std::size_t k = 0; k < seen.size(); ++k)
      held[k] += seen[k].low <= truth[k].value && truth[k].value <= seen[k].high;
  }
  const double least = 0.95 - 4.0 * std::sqrt(0.95 * 0.05 / n_rounds);
  for (std::size_t k = 0; k < truth.size(); ++k) {
    EXPECT_GE(held[k], least * n_rounds) << truth[k].name << " = " << truth[k].value;
    RecordProperty(truth[k].name, held[k]);
  }
}

}  // namespace
}  // namespace blocrisk
