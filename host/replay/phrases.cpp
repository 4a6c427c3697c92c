#include "host/replay/phrases.hpp"

#include <array>
#include <cstdio>

namespace blocrisk {
namespace {

bool has_whole_months(const ResultFacts& facts) { return 12 % facts.steps_per_year == 0; }

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  std::string digits = text.data();
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

}  // namespace

std::string month_text(const ResultFacts& facts, int step) {
  return short_number(12.0 * step / facts.steps_per_year);
}

std::string date_text(const ResultFacts& facts, int step) {
  const std::string day = step_date(facts, step);
  return has_whole_months(facts) ? day.substr(0, day.rfind('-')) : day;
}

std::string when(const ResultFacts& facts, int step) {
  return "month " + month_text(facts, step) + " (" + date_text(facts, step) + ")";
}

std::string length_text(const ResultFacts& facts, int n_steps) {
  const std::string months = month_text(facts, n_steps);
  return months + (months == "1" ? " month" : " months");
}

std::string share_text(double fraction) {
  const double percent = 100.0 * fraction;
  if (percent > 0.0 && percent < 0.1) return "under 0.1 %";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
  return text.data();
}

std::string enumerated(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t k = 0; k < names.size(); ++k)
    text += (k == 0 ? "" : k + 1 == names.size() ? " and " : ", ") + names[k];
  return text;
}

std::string possessive(const std::string& name) {
  return name + (name.ends_with('s') ? "'" : "'s");
}

std::string target_text(const Scenario& scenario, int group) {
  constexpr std::size_t a_few = 3;
  const TargetGroup& target = scenario.target_groups[static_cast<std::size_t>(group)];
  if (!target.countries) return target.name == "bloc" ? "the bloc" : target.name;
  if (target.countries->size() > a_few) return "the group " + target.name;
  std::vector<std::string> names;
  for (const std::string& id : *target.countries) {
    const auto country = static_cast<std::size_t>(scenario.country_index(id));
    names.push_back(scenario.countries[country].name);
  }
  return enumerated(names);
}

std::string cause_text(Cause cause, const std::string& country) {
  switch (cause) {
    case Cause::closure:
      return "closed capacity in " + country;
    case Cause::outage:
      return "outages in " + country;
    case Cause::upstream_feed:
      return "feed missing upstream of " + country;
    case Cause::restriction:
      return "restrictions by " + country;
    case Cause::demand_growth:
      return "its own demand beyond what its suppliers had delivered";
  }
  return {};
}

}  // namespace blocrisk
