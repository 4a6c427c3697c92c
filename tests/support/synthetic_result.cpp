#include "tests/support/synthetic_result.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace blocrisk::test {
namespace {

constexpr double scale = 1073741824.0;  // 2^30

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// A number in [0, 1) from an address; splitmix64's finaliser.
float uniform(std::uint64_t path, std::uint64_t what) {
  std::uint64_t x = path * 0x9E3779B97F4A7C15ull + what * 0xD1B54A32D192ED03ull + 1;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return static_cast<float>((x ^ (x >> 31)) >> 40) / 16777216.0f;
}

void count(std::vector<std::uint64_t>& histogram, std::size_t row, BinRange range, float value) {
  const int bin = bin_of_bits(std::bit_cast<std::uint32_t>(value), range);
  ++histogram[row * at(range.n_bins()) + at(bin)];
}

void add_moments(Moments& moments, float value) {
  const auto units = static_cast<std::uint64_t>(static_cast<double>(value) * scale);
  __extension__ using Wide = unsigned __int128;
  moments.sum.add(units);
  moments.squares.add(
      static_cast<std::uint64_t>(static_cast<Wide>(units) * units >> fixed_point_bits));
}

void add_timeline(std::vector<std::uint64_t>& histogram, std::vector<Sum128>& sums, std::size_t row,
                  BinRange range, float unit, float value) {
  count(histogram, row, range, value);
  sums[row].add(static_cast<std::uint64_t>(value * unit));
}

/// A value of a kind with a heavy atom at zero.
float value_of(MeasureKind kind, int n_months, float u) {
  if (u < 0.6f) return 0.0f;
  const float v = (u - 0.6f) / 0.4f;
  switch (kind) {
    case MeasureKind::ratio:
      return v * v;
    case MeasureKind::months:
      return std::floor(v * static_cast<float>(n_months));
    case MeasureKind::usd:
      return v * v * v * 10000.0f;
  }
  return 0.0f;
}

void add_cell(Accumulators& state, const ResultFacts& facts, int cell, std::uint64_t path) {
  const float u = uniform(path, static_cast<std::uint64_t>(cell));
  for (int k = 0; k < n_measures; ++k) {
    add_value(state, facts, static_cast<Measure>(k), cell,
              value_of(measure_table[k].kind, facts.n_steps, u), path);
  }
  for (int step = 0; step < facts.n_steps; ++step) {
    const std::size_t row = at(cell) * at(facts.n_steps) + at(step);
    const float v = uniform(path, 1000 + row);
    add_timeline(state.shortfall_histogram, state.shortfall_sum, row, timeline_shortfall_bins,
                 timeline_shortfall_scale, v < 0.7f ? 0.0f : v - 0.7f);
    add_timeline(state.cover_histogram, state.cover_sum, row, timeline_cover_bins,
                 timeline_cover_scale, 90.0f * v);
  }
}

void add_mineral(Accumulators& state, const ResultFacts& facts, int mineral, std::uint64_t path) {
  for (int step = 0; step < facts.n_steps; ++step) {
    const std::size_t row = at(mineral) * at(facts.n_steps) + at(step);
    const float v = uniform(path, 2000000 + row);
    add_timeline(state.price_histogram, state.price_sum, row, timeline_price_bins,
                 timeline_price_scale, 0.5f + 2.0f * v);
    state.restricted_sum[row].add(static_cast<std::uint64_t>(v * timeline_restricted_scale));
  }
}

void add_member(Accumulators& state, const ResultFacts& facts, int member, std::uint64_t path) {
  const float u = uniform(path, 3000 + static_cast<std::uint64_t>(member));
  for (const MemberMeasure measure :
       {MemberMeasure::loss, MemberMeasure::worst_year_loss, MemberMeasure::price_shock_cost}) {
    add_value(state, facts, measure, member, value_of(MeasureKind::usd, 0, u), path);
  }
  for (int year = 0; year < facts.n_years; ++year) {
    const float v = uniform(path, 4000 + static_cast<std::uint64_t>(member * 64 + year));
    add_value(state, facts, MemberMeasure::annual_loss, member, value_of(MeasureKind::usd, 0, v),
              path);
  }
}

RunOrigin synthetic_origin(std::uint64_t n_paths) {
  RunOrigin origin;
  origin.scenario_name = "synthetic";
  // Longer than the 64 KiB that an attribute can hold in place.
  origin.scenario_text = "name = \"synthetic\"\n# \u00e9\n" + std::string(100000, '#');
  origin.scenario_sha256 = std::string(64, 'a');
  origin.network_hash = std::string(64, 'b');
  origin.seed = 0xFFFFFFFFFFFFFFFFull;
  origin.paths_asked = n_paths;
  origin.ranges = {{0, n_paths}};
  origin.stop_reason = "done";
  origin.engine_version = "0.1.0";
  origin.commit = "unknown";
  return origin;
}

/// Eighths and quarters, which texts and files keep exactly; the first mineral is not mined.
Diagnostics synthetic_diagnostics(int n_members, int n_minerals) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  Diagnostics found;
  found.stages = {"mine", "refine"};
  for (int mineral = 0; mineral < n_minerals; ++mineral) {
    found.n1_coverage.push_back(0.125 * mineral);
    found.hhi.insert(found.hhi.end(), {mineral == 0 ? none : 0.25, 0.5});
    found.calibration_scale.insert(found.calibration_scale.end(),
                                   {mineral == 0 ? none : 1.25, 0.875});
  }
  for (int cell = 0; cell < n_members * n_minerals; ++cell)
    found.import_reliance.push_back(0.125 * (cell % 9));
  return found;
}

}  // namespace

ResultFacts synthetic_facts(int n_members, int n_minerals, int n_steps, int steps_per_year) {
  static const char* members[] = {"USA", "EUU", "JPN", "KOR", "AUS", "CAN", "IND",
                                  "GBR", "MEX", "ARG", "NZL", "THA", "NOR"};
  static const char* minerals[] = {"gallium",  "cobalt",   "lithium",  "nickel",    "graphite",
                                   "copper",   "tungsten", "antimony", "germanium", "neodymium",
                                   "titanium", "tin",      "niobium"};
  ResultFacts facts;
  facts.members.assign(members, members + n_members);
  facts.minerals.assign(minerals, minerals + n_minerals);
  facts.start_date = "2027-01-01";
  facts.n_steps = n_steps;
  facts.steps_per_year = steps_per_year;
  facts.n_years = n_steps / steps_per_year;
  facts.short_threshold = 0.05;
  facts.thresholds = {0.01, 0.05, 0.1, 0.25};
  facts.measure_scale.assign(at(n_measures * n_members * n_minerals), scale);
  facts.member_measure_scale.assign(at(n_member_measures * n_members), scale);
  facts.diagnostics = synthetic_diagnostics(n_members, n_minerals);
  return facts;
}

void add_value(Accumulators& state, const ResultFacts& facts, Measure measure, int cell,
               float value, std::uint64_t path) {
  const int k = static_cast<int>(measure);
  count(state.histogram[at(k)], at(cell), bins_of(measure_table[k].kind), value);
  add_moments(state.moments[at(k)][at(cell)], value);
  if (measure == Measure::shortfall) state.worst[at(cell)].offer({value, path});
  if (ratio_index(k) < 0) return;
  auto& counts = state.exceedance[at(ratio_index(k))];
  for (std::size_t t = 0; t < facts.thresholds.size(); ++t) {
    const bool above = value > static_cast<float>(facts.thresholds[t]);
    counts[at(cell) * facts.thresholds.size() + t] += above ? 1 : 0;
  }
}

void add_value(Accumulators& state, const ResultFacts&, MemberMeasure measure, int member,
               float value, std::uint64_t path) {
  const int k = static_cast<int>(measure);
  count(state.member_histogram[at(k)], at(member), bins_of(member_measure_table[k].kind), value);
  add_moments(state.member_moments[at(k)][at(member)], value);
  if (measure == MemberMeasure::loss) state.member_worst[at(member)].offer({value, path});
}

void add_synthetic_paths(Accumulators& state, const ResultFacts& facts, std::uint64_t first,
                         std::uint64_t last) {
  for (std::uint64_t path = first; path < last; ++path) {
    for (int cell = 0; cell + 1 < state.shape.n_cells(); ++cell) add_cell(state, facts, cell, path);
    for (int mineral = 0; mineral < state.shape.n_minerals; ++mineral) {
      add_mineral(state, facts, mineral, path);
    }
    for (int member = 0; member < state.shape.n_members; ++member) {
      add_member(state, facts, member, path);
    }
    state.block_digest[path / digest_block_paths] += path * 0x9E3779B97F4A7C15ull;
    ++state.n_paths;
  }
}

StoredResult synthetic_result(int n_members, int n_minerals, int n_steps, std::uint64_t n_paths,
                              std::uint64_t n_samples) {
  StoredResult result;
  result.facts = synthetic_facts(n_members, n_minerals, n_steps);
  result.accumulators = Accumulators(result.facts.shape());
  add_synthetic_paths(result.accumulators, result.facts, 0, n_paths);
  result.origin = synthetic_origin(n_paths);
  if (n_samples == 0) return result;
  result.samples = Samples(0, n_samples, n_members, n_minerals, result.facts.n_years);
  std::uint64_t what = 0;
  for (auto* measures : {&result.samples.measure[0], &result.samples.member_measure[0]}) {
    const std::size_t n = measures == &result.samples.measure[0] ? n_measures : n_member_measures;
    for (std::size_t k = 0; k < n; ++k) {
      for (float& value : measures[k]) value = uniform(7, what++);
    }
  }
  return result;
}

bool same_state(const Accumulators& a, const Accumulators& b) {
  const auto same_moments = [](const std::vector<Moments>& x, const std::vector<Moments>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const Moments& p, const Moments& q) {
                        return p.sum == q.sum && p.squares == q.squares;
                      });
  };
  return a.shape == b.shape && a.n_paths == b.n_paths && a.histogram == b.histogram &&
         std::equal(a.moments.begin(), a.moments.end(), b.moments.begin(), same_moments) &&
         a.exceedance == b.exceedance && a.worst == b.worst &&
         a.member_histogram == b.member_histogram &&
         std::equal(a.member_moments.begin(), a.member_moments.end(), b.member_moments.begin(),
                    same_moments) &&
         a.member_worst == b.member_worst && a.shortfall_histogram == b.shortfall_histogram &&
         a.shortfall_sum == b.shortfall_sum && a.cover_histogram == b.cover_histogram &&
         a.cover_sum == b.cover_sum && a.price_histogram == b.price_histogram &&
         a.price_sum == b.price_sum && a.restricted_sum == b.restricted_sum &&
         a.block_digest == b.block_digest;
}

}  // namespace blocrisk::test
