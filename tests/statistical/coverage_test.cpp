/// Do 95 % intervals hold the truth 95 % of the time? Laws with known truths go through the
/// accumulators and `summarise`, thousands of times.
///
/// A check fails where fewer than 95 % less 4 standard errors of that share hold the truth: were an
/// interval exact, one check in 30,000 would fail by chance. Where the samples have atoms, and
/// where an interval is wide by construction, it holds the truth more often; `most` bounds that
/// too, so that an interval cannot pass by being useless.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "host/analysis/levels.hpp"
#include "host/analysis/summary.hpp"
#include "tests/support/synthetic_result.hpp"

namespace blocrisk {
namespace {

constexpr std::size_t p50 = 4, p95 = quantile_level_95, p99 = 8;  // of quantile_levels
constexpr std::size_t var95 = tail_level_95, var99 = 2;           // of tail_levels

/// A law by its quantile function and the integral of that from a level to 1, in closed form.
struct Law {
  const char* name;
  Measure measure;
  std::function<double(double)> quantile;
  std::function<double(double)> upper_integral;

  double mean() const { return upper_integral(0.0); }
  /// By the midpoint rule over t with u = 1 - t^4, which makes the tail's part of it smooth.
  double deviation() const {
    constexpr int n = 200'000;
    const double centre = mean();
    double sum = 0.0;
    for (int k = 0; k < n; ++k) {
      const double t = (k + 0.5) / n;
      const double distance = quantile(1.0 - std::max(std::pow(t, 4.0), 1e-15)) - centre;
      sum += 4.0 * t * t * t * distance * distance;
    }
    return std::sqrt(sum / n);
  }
  double cvar(double level) const { return upper_integral(level) / (1.0 - level); }
  /// P(X > threshold), by halving.
  double exceedance(double threshold) const {
    double low = 0.0, high = 1.0;
    for (int k = 0; k < 60; ++k) {
      const double middle = 0.5 * (low + high);
      (quantile(middle) > threshold ? high : low) = middle;
    }
    return 1.0 - high;
  }
};

/// Zero with a probability, else the cube of a uniform: bounded, skewed.
Law zero_or_cube(const char* name, double zero) {
  const auto part = [zero](double u) { return u <= zero ? 0.0 : (u - zero) / (1.0 - zero); };
  return {name, Measure::shortfall, [part](double u) { return std::pow(part(u), 3.0); },
          [part, zero](double u) { return (1.0 - zero) * 0.25 * (1.0 - std::pow(part(u), 4.0)); }};
}

Law uniform_law() {
  return {"uniform", Measure::shortfall, [](double u) { return u; },
          [](double u) { return 0.5 * (1.0 - u * u); }};
}

/// A size of losses whose sums the synthetic scales hold.
constexpr double usd = 10.0;

/// Finite variance, infinite skewness: the tail of losses at its worst.
Law pareto_law() {
  return {"Pareto of index 3", Measure::loss,
          [](double u) { return usd * (std::pow(1.0 - u, -1.0 / 3.0) - 1.0); },
          [](double u) { return usd * (1.5 * std::pow(1.0 - u, 2.0 / 3.0) - (1.0 - u)); }};
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }
double normal_quantile(double p) {
  double low = -40.0, high = 40.0;
  for (int k = 0; k < 60; ++k) {
    const double middle = 0.5 * (low + high);
    (normal_cdf(middle) < p ? low : high) = middle;
  }
  return low;
}

/// Zero with a probability, else log-normal: losses of rare events.
Law zero_or_log_normal(double zero, double log_sd) {
  const auto z = [zero](double u) { return normal_quantile((u - zero) / (1.0 - zero)); };
  const double mean = usd * std::exp(0.5 * log_sd * log_sd);
  return {"zero or log-normal", Measure::loss,
          [=](double u) { return u <= zero ? 0.0 : usd * std::exp(log_sd * z(u)); },
          [=](double u) {
            return (1.0 - zero) * mean * (u <= zero ? 1.0 : normal_cdf(log_sd - z(u)));
          }};
}

/// Whole months, a geometric law cut at the horizon of 36.
Law lattice_law() {
  const auto months = [](double u) {
    return std::min(std::floor(std::log(1.0 - u) / -0.25), 36.0);
  };
  return {"whole months", Measure::months_short, months, [months](double u) {
            double sum = 0.0;  // of P(X > k, rank above u)
            for (int k = 0; k < 36; ++k) sum += std::min(1.0 - u, std::exp(-0.25 * (k + 1)));
            return sum;
          }};
}

/// Never early but in one path of 200: the rare values lie below.
Law rarely_early() {
  return {"rarely early", Measure::first_short,
          [](double u) { return u < 0.005 ? std::floor(36.0 * u / 0.005) : 36.0; },
          [](double u) {
            if (u > 0.0) return 36.0 * (1.0 - u);
            return 36.0 * 0.995 + 0.005 * 17.5;
          }};
}

/// Two values, the upper one not the centre of a bin.
Law two_values() {
  return {"two values", Measure::shortfall, [](double u) { return u <= 0.96 ? 0.0 : 0.3; },
          [](double u) { return 0.3 * (1.0 - std::max(u, 0.96)); }};
}

/// How often each figure's interval held the truth.
class Tally {
 public:
  void look(const std::string& figure, double low, double truth, double high) {
    for (Row& row : rows_) {
      if (row.figure == figure) return row.look(low, truth, high);
    }
    rows_.push_back({figure});
    rows_.back().look(low, truth, high);
  }
  void expect(const std::string& what, double most) const {
    for (const Row& row : rows_) {
      const double share = static_cast<double>(row.held) / row.n;
      EXPECT_GE(share, 0.95 - 4.0 * std::sqrt(0.95 * 0.05 / row.n)) << what << ", " << row.figure;
      EXPECT_LE(share, most) << what << ", " << row.figure;
      ::testing::Test::RecordProperty(what + ", " + row.figure, std::to_string(100.0 * share));
    }
  }
  double share(const std::string& figure) const {
    for (const Row& row : rows_) {
      if (row.figure == figure) return static_cast<double>(row.held) / row.n;
    }
    return -1.0;
  }

 private:
  struct Row {
    std::string figure;
    int held = 0, n = 0;
    void look(double low, double truth, double high) {
      // A part in 10^6 for values that went through single precision.
      held += low <= truth * (1.0 + 1e-6) && truth * (1.0 - 1e-6) <= high;
      ++n;
    }
  };
  std::vector<Row> rows_;
};

class Uniforms {
 public:
  double operator()() { return static_cast<double>(generator_() >> 11) * 0x1p-53; }

 private:
  std::mt19937_64 generator_{20270101};
};

void look_at_measure(Tally& tally, const Law& law, double deviation,
                     const MeasureSummary& figures) {
  tally.look("mean", figures.mean_lo[0], law.mean(), figures.mean_hi[0]);
  tally.look("standard deviation", figures.std_dev_lo[0], deviation, figures.std_dev_hi[0]);
  for (const std::size_t k : {p50, p95, p99}) {
    const double level = quantile_levels[k].value();
    tally.look("P" + std::to_string(100.0 * level), figures.quantile_lo[k], law.quantile(level),
               figures.quantile_hi[k]);
  }
  for (const std::size_t k : {var95, var99}) {
    const double level = tail_levels[k].value();
    tally.look("VaR" + std::to_string(100.0 * level), figures.var_lo[k], law.quantile(level),
               figures.var_hi[k]);
    tally.look("CVaR" + std::to_string(100.0 * level), figures.cvar_lo[k], law.cvar(level),
               figures.cvar_hi[k]);
  }
}

void look_at_probabilities(Tally& tally, const Law& law, const Summary& summary,
                           const ResultFacts& facts) {
  if (law.measure == Measure::months_short) {
    tally.look("P(short)", summary.short_probability.low[0], law.exceedance(0.0),
               summary.short_probability.high[0]);
  }
  if (law.measure != Measure::shortfall) return;
  const ProbabilitySummary& exceedance = summary.of(law.measure).exceedance;
  for (std::size_t k = 0; k < facts.thresholds.size(); ++k) {
    tally.look("exceedance of " + std::to_string(facts.thresholds[k]), exceedance.low[k],
               law.exceedance(facts.thresholds[k]), exceedance.high[k]);
  }
}

Tally coverage(const Law& law, int n_paths, int n_rounds) {
  const ResultFacts facts = test::synthetic_facts(1, 1, 36);
  const double deviation = law.deviation();
  Uniforms uniform;
  Tally tally;
  for (int round = 0; round < n_rounds; ++round) {
    Accumulators state(facts.shape());
    for (int path = 0; path < n_paths; ++path) {
      const std::uint64_t number = state.n_paths++;
      const auto value = static_cast<float>(law.quantile(uniform()));
      if (law.measure != Measure::shortfall)
        test::add_value(state, facts, Measure::shortfall, 0, 0.5f, number);
      test::add_value(state, facts, law.measure, 0, value, number);
    }
    const Summary summary = summarise(state, facts);
    look_at_measure(tally, law, deviation, summary.of(law.measure));
    look_at_probabilities(tally, law, summary, facts);
  }
  return tally;
}

// Few paths: 50 in the worst twentieth and 10 in the worst hundredth.
constexpr int few = 1000, many = 4000;

TEST(Coverage, OfBoundedLawsWithoutAtoms) {
  // Quantiles at 4,000 paths: a bin is as wide as their sampling error.
  coverage(uniform_law(), few, 3000).expect("uniform, few", 0.99);
  coverage(uniform_law(), many, 1000).expect("uniform, many", 0.999);
}

TEST(Coverage, OfHeavyTails) {
  coverage(pareto_law(), few, 3000).expect("Pareto, few", 0.99);
  coverage(pareto_law(), many, 1000).expect("Pareto, many", 0.99);
}

TEST(Coverage, OfRareShortages) {
  coverage(zero_or_cube("", 0.7), few, 3000).expect("zero or cube, few", 1.0);
  coverage(zero_or_cube("", 0.7), many, 1000).expect("zero or cube, many", 1.0);
  // 3 and 12 paths with any shortage.
  coverage(zero_or_cube("", 0.997), few, 3000).expect("rare, few", 1.0);
  coverage(zero_or_cube("", 0.997), many, 1000).expect("rare, many", 1.0);
}

TEST(Coverage, OfRareLossesWithHeavyTails) {
  coverage(zero_or_log_normal(0.9, 1.2), few, 2000).expect("log-normal, few", 1.0);
  coverage(zero_or_log_normal(0.9, 1.2), many, 600).expect("log-normal, many", 1.0);
}

TEST(Coverage, OfAtoms) {
  coverage(lattice_law(), few, 3000).expect("whole months, few", 1.0);
  coverage(two_values(), few, 3000).expect("two values, few", 1.0);
  coverage(rarely_early(), few, 3000).expect("rarely early, few", 1.0);
}

/// Years of one path: all alike, half of them alike, or none.
enum class Years { alike, half_alike, independent };

Tally coverage_of_years(const Law& law, Years years, int n_paths, int n_rounds) {
  constexpr int n_years = 5;
  const ResultFacts facts = test::synthetic_facts(1, 1, 12 * n_years);
  Uniforms uniform;
  Tally tally;
  for (int round = 0; round < n_rounds; ++round) {
    Accumulators state(facts.shape());
    for (int path = 0; path < n_paths; ++path) {
      const std::uint64_t number = state.n_paths++;
      const double common = uniform();
      for (int year = 0; year < n_years; ++year) {
        const bool shared =
            years == Years::alike || (years == Years::half_alike && uniform() < 0.5);
        const auto loss = static_cast<float>(law.quantile(shared ? common : uniform()));
        test::add_value(state, facts, MemberMeasure::annual_loss, 0, loss, number);
      }
    }
    const Summary summary = summarise(state, facts);
    const MeasureSummary& annual = summary.of(MemberMeasure::annual_loss);
    tally.look("mean", annual.mean_lo[0], law.mean(), annual.mean_hi[0]);
    tally.look("CVaR95", annual.cvar_lo[var95], law.cvar(0.95), annual.cvar_hi[var95]);
    for (const std::size_t k : {std::size_t{0}, std::size_t{2}, std::size_t{5}}) {
      const double level = return_level(return_periods_yr[k]).value();
      tally.look("once in " + std::to_string(return_periods_yr[k]) + " years",
                 summary.loss_return_lo[k], law.quantile(level), summary.loss_return_hi[k]);
    }
  }
  return tally;
}

TEST(Coverage, OfYearsThatMoveTogetherOrNot) {
  coverage_of_years(pareto_law(), Years::alike, few, 1500).expect("years alike", 0.99);
  // Counted as if they were alike: up to sqrt(5) too wide, so that nearly all hold the truth.
  coverage_of_years(pareto_law(), Years::half_alike, few, 1500).expect("years half alike", 1.0);
  coverage_of_years(pareto_law(), Years::independent, few, 1500).expect("years independent", 1.0);
}

TEST(Coverage, NoticesAWrongTruth) {
  // Check the check: the truth of another law, whose mean and tail are 10 % off, is not held.
  const Law law = uniform_law();
  const Law off{"", law.measure, [&law](double u) { return 0.9 * law.quantile(u); },
                [&law](double u) { return 0.9 * law.upper_integral(u); }};
  const ResultFacts facts = test::synthetic_facts(1, 1, 36);
  const double deviation = off.deviation();
  Uniforms uniform;
  Tally tally;
  for (int round = 0; round < 100; ++round) {
    Accumulators state(facts.shape());
    for (int path = 0; path < many; ++path) {
      test::add_value(state, facts, law.measure, 0, static_cast<float>(law.quantile(uniform())),
                      state.n_paths++);
    }
    look_at_measure(tally, off, deviation, summarise(state, facts).of(law.measure));
  }
  for (const char* figure :
       {"mean", "standard deviation", "P95.000000", "VaR95.000000", "CVaR95.000000"})
    EXPECT_LT(tally.share(figure), 0.05) << figure;
}

TEST(Coverage, NoticesAnIntervalThatIsTooNarrow) {
  // The mean of a shortage that four paths of 4,000 have, give or take 1.96 standard errors.
  const Law law = zero_or_cube("", 0.999);
  const ResultFacts facts = test::synthetic_facts(1, 1, 36);
  Uniforms uniform;
  Tally tally;
  for (int round = 0; round < 400; ++round) {
    Accumulators state(facts.shape());
    for (int path = 0; path < many; ++path) {
      test::add_value(state, facts, law.measure, 0, static_cast<float>(law.quantile(uniform())),
                      state.n_paths++);
    }
    const Summary summary = summarise(state, facts);
    const MeasureSummary& found = summary.of(law.measure);
    const double width = 1.96 * found.std_error[0];
    tally.look("normal", found.mean[0] - width, law.mean(), found.mean[0] + width);
    tally.look("ours", found.mean_lo[0], law.mean(), found.mean_hi[0]);
  }
  EXPECT_LT(tally.share("normal"), 0.8);
  EXPECT_GT(tally.share("ours"), 0.95);
}

}  // namespace
}  // namespace blocrisk
