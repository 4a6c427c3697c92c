// Laws of uncertain inputs against SciPy, and what they must be whatever the parameters.
#include "host/scenario/law.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace blocrisk {
namespace {

UncertainInput input(const std::string& distribution) {
  UncertainInput law;
  law.name = "x";
  law.distribution = distribution;
  return law;
}
UncertainInput uniform(double low, double high) {
  UncertainInput law = input("uniform");
  law.low = low;
  law.high = high;
  return law;
}
UncertainInput triangular(double low, double mode, double high) {
  UncertainInput law = input("triangular");
  law.low = low;
  law.mode = mode;
  law.high = high;
  return law;
}
UncertainInput normal(double mean, double sd) {
  UncertainInput law = input("normal");
  law.mean = mean;
  law.sd = sd;
  return law;
}
UncertainInput lognormal(double median, double log_sd) {
  UncertainInput law = input("lognormal");
  law.median = median;
  law.log_sd = log_sd;
  return law;
}
UncertainInput beta(double alpha, double b) {
  UncertainInput law = input("beta");
  law.alpha = alpha;
  law.beta = b;
  return law;
}
UncertainInput cut(UncertainInput law, double low, double high) {
  law.low = low;
  law.high = high;
  return law;
}

// The first is the smallest probability that a 32-bit word gives.
const std::vector<double> probabilities{0x1p-33, 1e-6, 0.01, 0.25, 0.5, 0.9, 0.999999};

struct Quantiles {
  UncertainInput law;
  std::vector<double> values;  ///< of `probabilities`
};

// scipy.stats (1.10): triang(0.25, 1, 4).ppf, truncnorm(-3, 3, 10, 2).ppf,
// truncnorm(1, 5, 10, 2).ppf, exp(truncnorm(-3, 3, log 2, 0.5).ppf), beta(a, b).ppf.
TEST(Law, AgreesWithScipyToADigitInATrillion) {
  const std::vector<Quantiles> table{
      {uniform(0, 1), probabilities},
      {triangular(1, 2, 5),
       {1.0000215791864375, 1.002, 1.2, 2.0, 2.550510257216822, 3.904554884989668,
        4.9965358983848125}},
      {normal(10, 2),
       {4.000000052393949, 4.000449908768058, 5.441284245792216, 8.655265409873882, 10.0,
        12.550844446935155, 15.99955009123191}},
      {cut(normal(10, 2), 12, 20),
       {12.000000000152664, 12.000001311357146, 12.01315684246952, 12.360086447028925,
        12.819215478081674, 14.295551690983181, 19.828771212437154}},
      {lognormal(2, 0.5),
       {0.4462603261421948, 0.4463105172275461, 0.6398434397197451, 1.4289837581936016, 2.0,
        3.784290021051548, 8.962370021768088}},
      {beta(6, 2),
       {0.01601348072612013, 0.07308579477117078, 0.35663543987018953, 0.6592897856986362,
        0.7715100364934043, 0.9211765538398587, 0.999781702698466}},
      {beta(0.1, 0.3),
       {5.528032580622935e-99, 1.2091193268591533e-59, 1.2091193268591466e-19,
        1.1530975861170546e-05, 0.011719644944097728, 0.9596769788602764, 1.0}},
      {beta(0.5, 0.5),
       {3.343952041635493e-20, 2.46740110027031e-12, 0.00024671981713422146, 0.14644660940672624,
        0.4999999999999999, 0.9755282581475768, 0.9999999999975326}},
      {beta(300, 700),
       {0.2141457503362196, 0.23432612992469437, 0.2669142322587996, 0.29015308566940284,
        0.29986661939179127, 0.31865212667393134, 0.3713982572130263}},
      {beta(1000, 0.1),
       {0.9821781110518488, 0.9905833362059482, 0.9984120693038121, 0.9999646783722411,
        0.9999994063419501, 0.9999999999999393, 1.0}},
      {beta(1, 1), probabilities},
  };
  for (const Quantiles& quantiles : table) {
    const Support support = support_of(quantiles.law);
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
      EXPECT_NEAR(law_value(quantiles.law, probabilities[i]), quantiles.values[i],
                  1e-12 * (support.high - support.low))
          << quantiles.law.distribution << " at " << probabilities[i];
    }
  }
}

TEST(Law, StaysInItsSupportAndNeverFalls) {
  for (const UncertainInput& law :
       {uniform(-3, 7), triangular(0, 0, 1), triangular(0, 1, 1), normal(0, 1e-3),
        cut(normal(0, 1), 2, 8), cut(normal(0, 1), -8, -2), lognormal(1e-6, 3), beta(0.1, 0.1),
        cut(beta(2, 3), -5, 5), beta(1000, 1000)}) {
    const Support support = support_of(law);
    double last = support.low;
    for (int k = 0; k <= 1000; ++k) {
      const double value = law_value(law, (k + 0.5) / 1001.0);
      EXPECT_GE(value, last) << law.distribution << " at " << k;
      EXPECT_LE(value, support.high) << law.distribution << " at " << k;
      last = value;
    }
  }
}

TEST(Law, WithoutWidthIsItsValueExactly) {
  for (const UncertainInput& law : {uniform(0.1, 0.1), triangular(0.1, 0.1, 0.1), normal(0.1, 0.0),
                                    lognormal(0.1, 0.0), cut(beta(2, 3), 0.1, 0.1)}) {
    for (const double probability : probabilities)
      EXPECT_EQ(law_value(law, probability), 0.1) << law.distribution;
  }
}

}  // namespace
}  // namespace blocrisk
