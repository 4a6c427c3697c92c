#include "tests/support/parity.hpp"

#include <cstdlib>
#include <cstring>
#include <sstream>

#include "host/cpu/cpu_backend.hpp"
#include "host/engine/run.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/parse.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t seed = 20270101;

bool same(const Moments& a, const Moments& b) { return a.sum == b.sum && a.squares == b.squares; }
bool same(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }
template <class T>
bool same(const T& a, const T& b) {
  return a == b;
}

class Differences {
 public:
  template <class T>
  void compare(const std::string& name, const std::vector<T>& a, const std::vector<T>& b) {
    std::size_t n_different = a.size() == b.size() ? 0 : 1;
    for (std::size_t k = 0; k < a.size() && k < b.size(); ++k) n_different += !same(a[k], b[k]);
    if (n_different == 0) return;
    names_.push_back(name + ": " + std::to_string(n_different) + " of " + std::to_string(a.size()));
  }
  template <class T, std::size_t n>
  void compare(const std::string& name, const std::array<T, n>& a, const std::array<T, n>& b) {
    for (std::size_t k = 0; k < n; ++k) compare(name + " " + std::to_string(k), a[k], b[k]);
  }
  void note(const std::string& name, bool equal) {
    if (!equal) names_.push_back(name);
  }
  std::vector<std::string> names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

/// Samples of the first paths of the first call, an odd number that ends inside it.
Samples make_samples(const Network& network, const std::vector<PathRange>& calls) {
  const PathRange first = calls.front();
  const AccumulatorShape shape = shape_of(network);
  return Samples(first.first, first.count() / 2 + 1, shape.n_members, shape.n_minerals,
                 shape.n_years);
}

struct Outcome {
  Accumulators accumulators;
  Samples samples;
};

Outcome run_calls(const Network& network, const std::vector<PathRange>& calls, Backend& backend) {
  Outcome outcome{Accumulators(shape_of(network)), make_samples(network, calls)};
  for (const PathRange& call : calls) {
    backend.run(call, outcome.accumulators, &outcome.samples);
  }
  return outcome;
}

}  // namespace

std::vector<std::string> differences(const Accumulators& a, const Accumulators& b) {
  Differences found;
  found.note("shape", a.shape == b.shape);
  found.note("n_paths", a.n_paths == b.n_paths);
  found.compare("histogram", a.histogram, b.histogram);
  found.compare("moments", a.moments, b.moments);
  found.compare("exceedance", a.exceedance, b.exceedance);
  found.compare("worst", a.worst, b.worst);
  found.compare("member_histogram", a.member_histogram, b.member_histogram);
  found.compare("member_moments", a.member_moments, b.member_moments);
  found.compare("member_worst", a.member_worst, b.member_worst);
  found.compare("shortfall_histogram", a.shortfall_histogram, b.shortfall_histogram);
  found.compare("shortfall_sum", a.shortfall_sum, b.shortfall_sum);
  found.compare("cover_histogram", a.cover_histogram, b.cover_histogram);
  found.compare("cover_sum", a.cover_sum, b.cover_sum);
  found.compare("price_histogram", a.price_histogram, b.price_histogram);
  found.compare("price_sum", a.price_sum, b.price_sum);
  found.compare("restricted_sum", a.restricted_sum, b.restricted_sum);
  found.note("block_digest", a.block_digest == b.block_digest);
  return found.names();
}

std::vector<std::string> differences(const Samples& a, const Samples& b) {
  Differences found;
  found.compare("sampled measure", a.measure, b.measure);
  found.compare("sampled member measure", a.member_measure, b.member_measure);
  return found.names();
}

std::vector<ParityCase> parity_cases(std::uint64_t scale) {
  const std::string baseline = "configs/baseline/scenario.toml";
  const std::uint64_t edge = digest_block_paths;
  const std::uint64_t n = 16 * scale;
  std::vector<ParityCase> cases = {
      // Over the edge of a digest block, then paths that come before, then paths far beyond 2^32.
      {"baseline",
       baseline,
       {},
       {{edge - n - 3, edge + n}, {7, 7 + n}, {1ULL << 40, (1ULL << 40) + n}}},
      {"more than fill the worst lists",
       baseline,
       {"clock.years=1"},
       {{0, 10 * n}, {10 * n, 14 * n + 1}}},
      {"weekly", "configs/weekly/scenario.toml", {"clock.years=1.5"}, {{3, n + 3}}},
      {"emergency", "configs/emergency/scenario.toml", {}, {{0, n}}},
      {"quiet", "configs/quiet/scenario.toml", {}, {{0, n}}},
      {"no bloc", "configs/no_bloc/scenario.toml", {}, {{0, n}}},
      {"less than a year", "configs/weekly/scenario.toml", {"clock.years=0.98"}, {{0, n}}},
      {"yearly steps", baseline, {"clock.steps_per_year=1", "clock.years=9"}, {{0, n}}},
  };
  if (const char* files = std::getenv("BLOCRISK_PARITY_SCENARIOS")) {
    std::istringstream list(files);
    for (std::string file; std::getline(list, file, ':');)
      cases.push_back({file, file, {}, {{0, 4 * n}}});
  }
  return cases;
}

std::vector<std::string> compare_with_cpu(const ParityCase& parity_case, const MakeBackend& make) {
  const Network network = calibrate(load_scenario(parity_case.file, parity_case.overrides));
  return compare_with_cpu(network, parity_case.calls, make);
}

std::vector<std::string> compare_with_cpu(const Network& network,
                                          const std::vector<PathRange>& calls,
                                          const MakeBackend& make) {
  const Outcome cpu =
      run_calls(network, calls, *make_cpu_backend(network, seed, {.threads = 0, .lanes = 1}));
  const Outcome other = run_calls(network, calls, *make(network, seed));
  std::vector<std::string> found = differences(cpu.accumulators, other.accumulators);
  for (const std::string& name : differences(cpu.samples, other.samples)) found.push_back(name);
  return found;
}

}  // namespace blocrisk
