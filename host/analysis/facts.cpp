#include "host/analysis/facts.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>

#include "host/scenario/certainty.hpp"
#include "kernels/portability.hpp"

namespace blocrisk {
namespace {

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
/// H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
std::int64_t days_from_civil(CivilDate date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate date_of(const std::string& iso) {
  CivilDate date;
  if (std::sscanf(iso.c_str(), "%d-%d-%d", &date.year, &date.month, &date.day) != 3)
    return {1970, 1, 1};
  return date;
}

int days_in_month(int year, int month) {
  const CivilDate first{year, month, 1};
  const CivilDate next = month == 12 ? CivilDate{year + 1, 1, 1} : CivilDate{year, month + 1, 1};
  return static_cast<int>(days_from_civil(next) - days_from_civil(first));
}

/// The same day of a later month, or that month's last.
CivilDate add_months(CivilDate date, int months) {
  const int month = date.month - 1 + months;
  CivilDate later{date.year + month / 12, month % 12 + 1, date.day};
  later.day = std::min(later.day, days_in_month(later.year, later.month));
  return later;
}

}  // namespace

AccumulatorShape ResultFacts::shape() const {
  return {static_cast<int>(members.size()), static_cast<int>(minerals.size()), n_steps, n_years,
          static_cast<int>(thresholds.size())};
}

ResultFacts facts_of(const Network& network, const Scenario& scenario) {
  RISK_ASSERT(network.exceedance.size() == scenario.measures.exceedance.size());
  ResultFacts facts;
  facts.members = network.members;
  facts.minerals = network.minerals;
  facts.start_date = scenario.clock.start;
  facts.n_steps = network.n_steps;
  facts.steps_per_year = network.steps_per_year;
  facts.n_years = network.header.n_years;
  facts.short_threshold = scenario.measures.short_threshold;
  facts.is_certain = is_certain(scenario);
  facts.thresholds = scenario.measures.exceedance;
  facts.measure_scale = network.measure_scale;
  facts.member_measure_scale = network.member_measure_scale;
  facts.diagnostics = diagnose(scenario, network);
  for (const UncertainInput& input : scenario.uncertain)
    facts.uncertain.push_back({input.name, input.address, input.distribution});
  return facts;
}

std::string step_date(const ResultFacts& facts, int step) {
  const CivilDate start = date_of(facts.start_date);
  const int months = 12 * step / facts.steps_per_year;
  const std::int64_t first = days_from_civil(add_months(start, months));
  const std::int64_t days_in = days_from_civil(add_months(start, months + 1)) - first;
  const int part_of_month = 12 * step % facts.steps_per_year;
  const std::chrono::days days(first + days_in * part_of_month / facts.steps_per_year);
  const std::chrono::year_month_day date{std::chrono::sys_days(days)};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

std::vector<double> step_start_days(const ResultFacts& facts) {
  const CivilDate start = date_of(facts.start_date);
  const std::int64_t origin = days_from_civil(start);
  std::vector<double> days(static_cast<std::size_t>(facts.n_steps));
  for (int step = 0; step < facts.n_steps; ++step) {
    const int months = 12 * step / facts.steps_per_year;
    const int part_of_month = 12 * step % facts.steps_per_year;  // of steps_per_year
    const std::int64_t month_start = days_from_civil(add_months(start, months));
    const std::int64_t month_end = days_from_civil(add_months(start, months + 1));
    days[static_cast<std::size_t>(step)] =
        static_cast<double>(month_start - origin) +
        static_cast<double>(month_end - month_start) * part_of_month / facts.steps_per_year;
  }
  return days;
}

}  // namespace blocrisk
