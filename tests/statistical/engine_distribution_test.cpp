// Distributions of what the engine draws over whole paths, against their closed forms. Seeds are
// fixed, so a passing test passes always; tolerances are 4 standard errors, so a new seed would
// fail a figure with probability 6e-5 where nothing is wrong. `expect_mean` also shows that a bias
// of 1 % of the expected figure would not have passed: n is chosen so that 1 % is 6 standard errors
// or more. Where that takes too many paths, at rare states, another step of the same law has it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "host/replay/one_path.hpp"
#include "host/scenario/validate.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/small_scenario.hpp"

namespace blocrisk {
namespace {

constexpr double tolerated_errors = 4.0;

/// Is the mean of `n` values of a known standard deviation within the tolerance?
bool agrees(double mean, double expected, double sd, double n) {
  return std::abs(mean - expected) <= tolerated_errors * sd / std::sqrt(n);
}

/// The mean agrees, and would not agree with a value 1 % away.
void expect_mean(const std::string& what, double mean, double expected, double sd, double n) {
  const double z = (mean - expected) / (sd / std::sqrt(n));
  EXPECT_TRUE(agrees(mean, expected, sd, n))
      << what << ": " << mean << ", not " << expected << "; z = " << z;
  EXPECT_FALSE(agrees(mean, expected * 1.01, sd, n)) << what << ": 1 % more would pass; z = " << z;
  EXPECT_FALSE(agrees(mean, expected * 0.99, sd, n)) << what << ": 1 % less would pass; z = " << z;
}

void expect_probability(const std::string& what, double frequency, double expected, double n) {
  expect_mean(what, frequency, expected, std::sqrt(expected * (1.0 - expected)), n);
}

Network calibrated(Scenario scenario) {
  resolve(scenario);
  const std::vector<Complaint> complaints = validate(scenario);
  EXPECT_TRUE(complaints.empty()) << format_complaints(complaints);
  return calibrate(scenario);
}

// P(never short in n steps) = (1 - q (1 - e^(-lambda dt)))^n

TEST(LastingBans, LeaveAMemberUnharmedAsOftenAsTheFormulaSays) {
  constexpr double rate_per_yr = 0.6;
  constexpr double inclusion = 0.5;
  constexpr std::uint64_t n_paths = 1'000'000;
  for (const int steps_per_year : {4, 12}) {
    for (const double bundle_correlation : {0.0, 0.7}) {
      Scenario s = sole_supplier();
      s.clock.steps_per_year = steps_per_year;
      s.clock.years = 4.0;
      s.actors.front().events_per_yr = {rate_per_yr};
      s.actors.front().bundle_correlation = bundle_correlation;
      s.nodes.front().inclusion_probability = inclusion;
      s.demand.front().commercial_stock_days = 0.0;
      const Network network = calibrated(s);
      const RunResult result = run_engine(network, n_paths);
      const std::vector<float> first = values_of(result, Measure::first_short);
      const double hit = inclusion * (1.0 - std::exp(-rate_per_yr / steps_per_year));
      for (const double years : {2.0, 4.0}) {
        const double months = 12.0 * years - 1e-3;
        const auto survivors =
            std::count_if(first.begin(), first.end(), [&](float month) { return month > months; });
        expect_probability("never short in " + std::to_string(years) + " years",
                           static_cast<double>(survivors) / n_paths,
                           std::pow(1.0 - hit, years * steps_per_year), n_paths);
      }
    }
  }
}

// Nodes of one bundle: two suppliers of one actor cannot be, so two minerals' nodes are compared.
TEST(Bundles, HitTogetherAsOftenAsTheirCorrelationSays) {
  constexpr std::uint64_t n_paths = 1'500'000;
  Scenario s = sole_supplier();
  s.clock.years = 1.0 / 12.0;
  Mineral law = s.minerals.front();
  NodeRow node = s.nodes.front();
  DemandRow demand = s.demand.front();
  law.id = law.name = node.mineral = demand.mineral = "other";
  s.minerals.push_back(law);
  s.nodes.push_back(node);
  s.demand.push_back(demand);
  s.actors.front().events_per_yr = {1e4};  // an event in the only step, for certain
  for (NodeRow& row : s.nodes) row.inclusion_probability = 0.5;
  for (const double correlation : {0.0, 0.5, 0.8}) {
    s.actors.front().bundle_correlation = correlation;
    const Network network = calibrated(s);
    const RunResult result = run_engine(network, n_paths);
    const std::vector<float> metal = values_of(result, Measure::shortfall, 0, 0);
    const std::vector<float> other = values_of(result, Measure::shortfall, 0, 1);
    std::uint64_t both = 0;
    for (std::size_t path = 0; path < n_paths; ++path)
      both += metal[path] > 0.5f && other[path] > 0.5f;
    // Two normals both below their medians: 1/4 + asin(correlation) / (2 pi).
    expect_probability("both hit", static_cast<double>(both) / n_paths,
                       0.25 + std::asin(correlation) / (2.0 * std::acos(-1.0)), n_paths);
  }
}

// Layer 1.

/// One actor whose events hit nothing, observed over years.
Scenario watched_actor(double years) {
  Scenario s = sole_supplier();
  s.clock.years = years;
  s.nodes.front().inclusion_probability = 0.0;
  return s;
}

TEST(Events, WithoutExcitationAreBinomialAndNearlyPoisson) {
  constexpr std::uint64_t n_paths = 200'000;
  constexpr double rate_per_yr = 1.5;
  Scenario s = watched_actor(3.0);
  s.actors.front().events_per_yr = {rate_per_yr};
  s.bloc.retaliation = 1.2;
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  const int n_steps = network.n_steps;
  const double p = 1.0 - std::exp(-rate_per_yr * 1.2 / 12.0);
  const double mean = n_steps * p;
  std::vector<double> counts(static_cast<std::size_t>(n_steps) + 1);
  double sum = 0.0, squares = 0.0;
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    path.sample_world(k);
    const auto n = static_cast<double>(path.events().size());
    ++counts[static_cast<std::size_t>(n)];
    sum += n;
    squares += (n - mean) * (n - mean);
  }
  const double variance = mean * (1.0 - p);
  const double fourth = variance * (1.0 + (3.0 * n_steps - 6.0) * p * (1.0 - p));
  expect_mean("events", sum / n_paths, mean, std::sqrt(variance), n_paths);
  // The variance's own error is larger: 1 % is 3 of them.
  EXPECT_TRUE(
      agrees(squares / n_paths, variance, std::sqrt(fourth - variance * variance), n_paths));

  // Every count: chi-square against the binomial, bins with fewer than 20 expected left out.
  double chi_square = 0.0, degrees = -1.0;
  double probability = std::pow(1.0 - p, n_steps);
  for (int k = 0; k <= n_steps; ++k) {
    const double expected = probability * n_paths;
    if (expected >= 20.0) {
      const double difference = counts[static_cast<std::size_t>(k)] - expected;
      chi_square += difference * difference / expected;
      ++degrees;
    }
    probability *= (n_steps - k) / (k + 1.0) * p / (1.0 - p);
  }
  EXPECT_LT((chi_square - degrees) / std::sqrt(2.0 * degrees), tolerated_errors);
  // Poisson as steps shrink: its variance is its mean, the binomial's less by p.
  EXPECT_NEAR(variance / mean, 1.0, 0.15);
}

double happens_in_a_month(double rate_per_yr) { return 1.0 - std::exp(-rate_per_yr / 12.0); }

/// Three steps; S has an event at the first for certain.
Scenario excited() {
  Scenario s = watched_actor(0.25);
  s.actors.front().memory_per_yr = 6.0;
  schedule(s, 0, 1, 1.0);
  return s;
}

TEST(Events, RaiseTheRateOfTheirActor) {
  constexpr std::uint64_t n_paths = 800'000;
  Scenario s = excited();
  s.actors.front().events_per_yr = {1.0};
  s.actors.front().self_excitation = 5.0;
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  double n_single = 0.0, again = 0.0;
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    path.sample_world(k);
    bool drawn[3] = {};
    for (const EventRecord& event : path.events())
      drawn[event.step] = drawn[event.step] || !event.scheduled;
    if (drawn[0]) continue;  // two events in memory
    ++n_single;
    again += drawn[1];
  }
  expect_probability("S again", again / n_single, happens_in_a_month(1.0 + 5.0), n_single);
}

// T answers S and nobody answers T: rates that fade with the memory of S.
TEST(Events, RaiseTheRatesOfOthersWhileRemembered) {
  constexpr std::uint64_t n_paths = 800'000;
  Scenario s = excited();
  s.countries.push_back({"T", "T", 1.0, {}});
  Actor other = s.actors.front();
  other.country = "T";
  other.events_per_yr = {1.0};
  other.contagion = 8.0;
  other.memory_per_yr = 1.0;
  s.actors.push_back(other);
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  double events[3] = {};
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    path.sample_world(k);
    for (const EventRecord& event : path.events()) events[event.step] += event.actor == 1;
  }
  // Scheduled events come after the step's drawn ones: nothing is remembered at the first step.
  EXPECT_TRUE(agrees(events[0] / n_paths, happens_in_a_month(1.0), 0.3, n_paths))
      << events[0] / n_paths;
  expect_probability("T a step later", events[1] / n_paths, happens_in_a_month(1.0 + 8.0), n_paths);
  expect_probability("T two steps later", events[2] / n_paths,
                     happens_in_a_month(1.0 + 8.0 * std::exp(-6.0 / 12.0)), n_paths);
}

TEST(Regimes, OccupancyFollowsTheChainToItsStationaryLaw) {
  constexpr std::uint64_t n_paths = 1'400'000;
  Scenario s = watched_actor(1.0);
  Actor& actor = s.actors.front();
  actor.regimes = {"calm", "tense"};
  actor.start = {0.9, 0.1};
  actor.switch_per_yr = {{0.0, 0.6}, {0.9, 0.0}};
  actor.events_per_yr = {0.5, 3.0};
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  std::vector<double> tense(static_cast<std::size_t>(network.n_steps));
  std::vector<double> events(tense.size());
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    const World<OneLane>& world = path.sample_world(k);
    for (std::size_t step = 0; step < tense.size(); ++step)
      tense[step] += world.regime[static_cast<int>(step)];
    for (const EventRecord& event : path.events()) ++events[static_cast<std::size_t>(event.step)];
  }
  const auto expected_at = [](int step) {
    const double stationary = 0.6 / 1.5;
    return stationary + (0.1 - stationary) * std::exp(-1.5 * (step + 1) / 12.0);
  };
  for (const int step : {0, 5, 11}) {
    const double expected = expected_at(step);
    const auto at = static_cast<std::size_t>(step);
    const std::string when = " at step " + std::to_string(step);
    // 1 % is less than 6 errors where few are tense.
    const double sd = std::sqrt(expected * (1.0 - expected));
    EXPECT_TRUE(agrees(tense[at] / n_paths, expected, sd, n_paths)) << tense[at] / n_paths << when;
    const double p =
        expected * (1.0 - std::exp(-3.0 / 12.0)) + (1.0 - expected) * (1.0 - std::exp(-0.5 / 12.0));
    EXPECT_TRUE(agrees(events[at] / n_paths, p, std::sqrt(p * (1.0 - p)), n_paths))
        << events[at] / n_paths << when;
  }
  expect_probability("tense at the end", tense.back() / n_paths, expected_at(11), n_paths);
}

TEST(Regimes, StationaryStartStays) {
  constexpr std::uint64_t n_paths = 1'200'000;
  Scenario s = watched_actor(0.5);
  Actor& actor = s.actors.front();
  // pi R = 0 for rates one -> two -> three -> one of 3, 3 and 4 a year: pi ~ 1/3, 1/3, 1/4.
  actor.regimes = {"one", "two", "three"};
  actor.start = {4.0 / 11.0, 4.0 / 11.0, 3.0 / 11.0};
  actor.switch_per_yr = {{0, 3, 0}, {0, 0, 3}, {4, 0, 0}};
  actor.events_per_yr = {0.0, 0.0, 0.0};
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  double occupied[3] = {};
  double moved = 0.0;
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    const World<OneLane>& world = path.sample_world(k);
    ++occupied[world.regime[network.n_steps - 1]];
    moved += world.regime[0] != world.regime[network.n_steps - 1];
  }
  for (int z = 0; z < 3; ++z)
    expect_probability("regime " + std::to_string(z), occupied[z] / n_paths,
                       actor.start[static_cast<std::size_t>(z)], n_paths);
  EXPECT_GT(moved / n_paths, 0.3);
}

// Durations: the mixture of two log-normals, rounded up to whole steps.

TEST(Durations, FollowTheMixture) {
  constexpr std::uint64_t n_paths = 600'000;
  Scenario s = watched_actor(1.0 / 12.0);
  s.actors.front().events_per_yr = {1e4};
  Instrument& ban = s.instruments.front();
  ban.acute_probability = 0.3;
  ban.acute_median_months = 2.0;
  ban.acute_log_sd = 0.7;
  ban.structural_median_months = 20.0;
  ban.structural_log_sd = 0.5;
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  std::vector<double> longer(61);
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    path.sample_world(k);
    const std::vector<EventRecord> events = path.events();
    ASSERT_EQ(events.size(), 1u);
    const int steps = events.front().end_step - events.front().step;
    for (int d = 0; d < std::min(steps, 61); ++d) ++longer[static_cast<std::size_t>(d)];
  }
  const auto above = [](double months, double median, double sd) {
    return 0.5 * std::erfc(std::log(months / median) / (sd * std::sqrt(2.0)));
  };
  EXPECT_EQ(longer[0], static_cast<double>(n_paths));  // at least one step
  for (const int d : {1, 2, 3, 6, 12, 20}) {
    const double expected = 0.3 * above(d, 2.0, 0.7) + 0.7 * above(d, 20.0, 0.5);
    expect_probability("longer than " + std::to_string(d) + " months",
                       longer[static_cast<std::size_t>(d)] / n_paths, expected, n_paths);
  }
}

// Price alone: E ln p and Var ln p of the discretised process.

struct LogPrices final : PathWatcher {
  std::vector<double> y;
  void market(int step, float price, float) override {
    y[static_cast<std::size_t>(step)] = std::log(price);
  }
};

TEST(Price, HasTheMeanAndVarianceOfTheProcess) {
  constexpr std::uint64_t n_paths = 350'000;
  constexpr double sigma = 0.2, kappa = 0.8, initial = 0.6;
  constexpr double jumps_per_yr = 1.0, up = 0.7, mean_up = 0.1, mean_down = 0.05;
  Scenario s = sole_supplier();
  s.clock.years = 1.0;
  Mineral& law = s.minerals.front();
  law.initial_price_ratio = std::exp(initial);
  law.volatility_per_sqrt_yr = sigma;
  law.reversion_per_yr = kappa;
  law.jumps_per_yr = jumps_per_yr;
  law.jump_up_probability = up;
  law.jump_up_mean = mean_up;
  law.jump_down_mean = mean_down;
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  LogPrices prices;
  prices.y.resize(static_cast<std::size_t>(network.n_steps));
  constexpr int ends[] = {0, 5, 11};
  double sum[3] = {}, squares[3] = {};
  // One jump a step at most, after the reversion of what came before.
  const double p = 1.0 - std::exp(-jumps_per_yr / 12.0);
  const double jump_mean = p * (up * mean_up - (1.0 - up) * mean_down);
  const double jump_square =
      p * (up * 2.0 * mean_up * mean_up + (1.0 - up) * 2.0 * mean_down * mean_down);
  const double keep = std::exp(-kappa / 12.0);
  const auto mean_at = [&](int step) {
    double mean = initial;
    for (int k = 0; k <= step; ++k) mean = mean * keep + jump_mean;
    return mean;
  };
  const auto variance_at = [&](int step) {
    double variance = 0.0;
    for (int k = 0; k <= step; ++k)
      variance = variance * keep * keep + sigma * sigma * (1.0 - keep * keep) / (2.0 * kappa) +
                 jump_square - jump_mean * jump_mean;
    return variance;
  };
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    path.sample_world(k);
    path.run_chain(0, prices);
    for (int e = 0; e < 3; ++e) {
      const double off = prices.y[static_cast<std::size_t>(ends[e])] - mean_at(ends[e]);
      sum[e] += off;
      squares[e] += off * off;
    }
  }
  for (int e = 0; e < 3; ++e) {
    const double mean = mean_at(ends[e]);
    const double variance = variance_at(ends[e]);
    const std::string when = " at step " + std::to_string(ends[e]);
    expect_mean("E ln p" + when, mean + sum[e] / n_paths, mean, std::sqrt(variance), n_paths);
    // Jumps make tails heavier than the normal's 3; 4.5 is above what they give here. Planted is 1
    // % of the standard deviation, 2 % of the variance.
    const double fourth = 4.5 * variance * variance;
    const double sd = std::sqrt(fourth - variance * variance);
    EXPECT_TRUE(agrees(squares[e] / n_paths, variance, sd, n_paths))
        << "Var ln p" << when << ": " << squares[e] / n_paths << ", not " << variance;
    EXPECT_FALSE(agrees(squares[e] / n_paths, variance * 1.0201, sd, n_paths))
        << "Var ln p" << when;
    EXPECT_FALSE(agrees(squares[e] / n_paths, variance * 0.9801, sd, n_paths))
        << "Var ln p" << when;
  }
}

TEST(Price, WithoutReversionIsARandomWalk) {
  constexpr std::uint64_t n_paths = 350'000;
  Scenario s = sole_supplier();
  s.clock.years = 1.0;
  s.minerals.front().volatility_per_sqrt_yr = 0.3;
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  LogPrices prices;
  prices.y.resize(static_cast<std::size_t>(network.n_steps));
  double squares = 0.0, product = 0.0;
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    path.sample_world(k);
    path.run_chain(0, prices);
    squares += prices.y[11] * prices.y[11];
    product += prices.y[11] * prices.y[5];
  }
  constexpr double year = 0.09;
  EXPECT_TRUE(agrees(squares / n_paths, year, year * std::sqrt(2.0), n_paths)) << squares / n_paths;
  EXPECT_FALSE(agrees(squares / n_paths, year * 1.0201, year * std::sqrt(2.0), n_paths));
  // Cov of half a year and a year is half a year's variance; the product's is 1 + 1/2 of it.
  EXPECT_TRUE(agrees(product / n_paths, year / 2.0, year * std::sqrt(0.75), n_paths))
      << product / n_paths;
}

TEST(PriceShocks, AreCorrelatedAsGiven) {
  constexpr std::uint64_t n_paths = 400'000;
  Scenario s = sole_supplier();
  s.clock.years = 1.0 / 12.0;
  for (const char* id : {"b", "c"}) {
    Mineral law = s.minerals.front();
    NodeRow node = s.nodes.front();
    DemandRow demand = s.demand.front();
    law.id = law.name = node.mineral = demand.mineral = id;
    s.minerals.push_back(law);
    s.nodes.push_back(node);
    s.demand.push_back(demand);
  }
  s.correlation = {1.0, 0.6, -0.5, 0.6, 1.0, 0.2, -0.5, 0.2, 1.0};
  const Network network = calibrated(s);
  OnePath path(network, test_seed);
  double products[9] = {};
  for (std::uint64_t k = 0; k < n_paths; ++k) {
    const World<OneLane>& world = path.sample_world(k);
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b)
        products[3 * a + b] +=
            static_cast<double>(world.price_shock[a]) * static_cast<double>(world.price_shock[b]);
  }
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b <= a; ++b) {
      const double r = s.correlation[static_cast<std::size_t>(3 * a + b)];
      EXPECT_TRUE(agrees(products[3 * a + b] / n_paths, r, std::sqrt(1.0 + r * r), n_paths))
          << a << ", " << b << ": " << products[3 * a + b] / n_paths;
    }
  }
}

// Outages: a chain of two states that does not come back in the step it ends.

TEST(Outages, AreDownAsOftenAsTheirRatesSay) {
  constexpr std::uint64_t n_paths = 600'000;
  Scenario s = sole_supplier();
  s.nodes.front().outage_per_yr = 6.0;
  s.nodes.front().outage_months = 2.0;
  s.nodes.front().outage_depth = 0.5;
  s.minerals.front().supply_elasticity = 1e2;  // no closure, no response: only the outage
  const Network network = calibrated(s);
  const RunResult result = run_engine(network, n_paths);
  const double start = 1.0 - std::exp(-6.0 / 12.0);
  const double end = 1.0 / 2.0;
  for (const int step : {0, 3, 35}) {
    const double down = start / (start + end) * (1.0 - std::pow(1.0 - start - end, step + 1));
    const double mean =
        result.accumulators.shortfall_sum[static_cast<std::size_t>(step)].to_double() /
        static_cast<double>(timeline_shortfall_scale) / n_paths;
    expect_probability("down at step " + std::to_string(step), mean / 0.5, down, n_paths);
  }
}

// Floods: the hazard is the mineral's, times the flooder's regime rate over its first regime's.

TEST(Flooding, StartsMoreOftenInATenseRegime) {
  constexpr std::uint64_t n_paths = 1'000'000;
  constexpr double depth = 0.7;
  Scenario s = sole_supplier();
  s.clock.years = 0.25;
  s.nodes.front().inclusion_probability = 0.0;
  NodeRow rival = s.nodes.front();
  rival.country = "T";
  rival.output_t_per_yr = rival.capacity_t_per_yr.emplace(600.0);
  rival.cash_cost_ratio = 0.3;  // nobody closes
  s.countries.push_back({"T", "T", 1.0, {}});
  s.nodes.front().output_t_per_yr = s.nodes.front().capacity_t_per_yr.emplace(600.0);
  s.nodes.front().cash_cost_ratio = 0.3;
  s.nodes.push_back(rival);
  Mineral& law = s.minerals.front();
  law.flooder = "S";
  law.flood_per_yr = 3.0;
  law.flood_months = 4.0;
  law.flood_depth = depth;
  law.flood_trigger_fraction = 0.1;
  Actor& actor = s.actors.front();
  actor.regimes = {"calm", "tense"};
  actor.start = {0.0, 1.0};
  actor.switch_per_yr = {{0.0, 0.0}, {0.0, 0.0}};
  actor.events_per_yr = {0.5, 1.25};
  const Network network = calibrated(s);
  const RunResult result = run_engine(network, n_paths);
  const double start = 1.0 - std::exp(-3.0 * 2.5 / 12.0);
  const double flooded[] = {0.0, start, start * 0.75 + (1.0 - start) * start};
  for (const int step : {1, 2}) {
    const double price = result.accumulators.price_sum[static_cast<std::size_t>(step)].to_double() /
                         static_cast<double>(timeline_price_scale) / n_paths;
    expect_probability("flooded at step " + std::to_string(step),
                       (1.0 - price) / (1.0 - std::exp(-depth)), flooded[step], n_paths);
  }
}

}  // namespace
}  // namespace blocrisk
