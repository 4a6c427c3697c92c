#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/scenario/findings.hpp"
#include "host/scenario/number_text.hpp"

namespace blocrisk {
namespace {

constexpr double sum_tolerance = 1e-6;  // for probabilities written with a few digits

template <class T>
std::vector<std::string> names_of(const std::vector<T>& entries) {
  std::vector<std::string> names;
  for (const T& entry : entries) names.push_back(entry.name);
  return names;
}

std::vector<std::string> ids_of(const std::vector<Mineral>& minerals) {
  std::vector<std::string> ids;
  for (const Mineral& mineral : minerals) ids.push_back(mineral.id);
  return ids;
}

void check_regimes(const Actor& actor, const std::string& address, Findings& findings) {
  const std::size_t n = actor.regimes.size();
  const auto complain = [&](const std::string& key, const std::string& value,
                            const std::string& message) {
    findings.add(address + key, actor.source, value, message);
  };
  if (n < 1 || n > max_regimes) {
    complain("regimes", std::to_string(n), "1 to " + std::to_string(max_regimes) + " regimes");
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const auto end = actor.regimes.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(actor.regimes.begin(), end, actor.regimes[i]) != end)
      complain("regimes", actor.regimes[i], "comes twice");
  }
  const std::string expected = "must be as many as there are regimes, " + std::to_string(n);
  if (actor.start.size() != n) {
    complain("start", std::to_string(actor.start.size()) + " numbers", expected);
  } else if (const double sum = std::accumulate(actor.start.begin(), actor.start.end(), 0.0);
             std::abs(sum - 1.0) > sum_tolerance) {
    complain("start", "sum " + rounded_text(sum), "must sum to 1");
  }
  if (actor.events_per_yr.size() != n) {
    complain("events_per_yr", std::to_string(actor.events_per_yr.size()) + " numbers", expected);
  }
  const bool square =
      actor.switch_per_yr.size() == n &&
      std::ranges::all_of(actor.switch_per_yr, [n](const auto& row) { return row.size() == n; });
  if (!square) complain("switch_per_yr", "", "must be square, one row and column per regime");
}

template <class T>
void check_weights(const std::map<std::string, double>& weights, const std::vector<T>& named,
                   const std::string& address, const Actor& actor, std::string_view table,
                   Findings& findings) {
  double sum = 0.0;
  for (const auto& [name, weight] : weights) {
    sum += weight;
    const bool known = std::ranges::find(named, name, &T::name) != named.end();
    findings.check_known(known ? 0 : no_index, address + "." + name, actor.source, name, table,
                         names_of(named));
  }
  const bool has_negative =
      std::ranges::any_of(weights, [](const auto& entry) { return entry.second < 0.0; });
  if (has_negative) return;  // out of its range, which is told
  if (!(sum > 0.0))
    findings.add(address, actor.source, "sum " + number_text(sum),
                 "weights must sum to more than 0");
}

/// Expected number of direct successors of an event: beta_ck / delta_k, the actor's own on the
/// diagonal.
void check_branching(const Scenario& s, Findings& findings) {
  const std::size_t n = s.actors.size();
  if (n > max_actors) return;
  std::vector<double> successors(n * n);
  for (std::size_t c = 0; c < n; ++c) {
    for (std::size_t k = 0; k < n; ++k) {
      const double excitation = c == k ? s.actors[c].self_excitation : s.actors[c].contagion;
      successors[c * n + k] = excitation / s.actors[k].memory_per_yr;
      if (!(successors[c * n + k] >= 0.0) || !std::isfinite(successors[c * n + k]))
        return;  // a range is broken
    }
  }
  const double radius = spectral_radius(successors, n);
  if (radius < 1.0) return;
  const auto worst = std::ranges::max_element(
      s.actors, {}, [](const Actor& a) { return a.self_excitation / a.memory_per_yr; });
  findings.add(
      "actor." + worst->country + ".self_excitation", worst->source,
      number_text(worst->self_excitation),
      "events breed events without end: branching ratio " + rounded_text(radius) +
          ", the spectral radius of self_excitation and contagion over memory_per_yr; must be < 1");
}

void check_group(const TargetGroup& group, Findings& findings) {
  const bool special = group.name == "everyone" || group.name == "bloc";
  const std::string address = "target_group." + group.name + ".countries";
  if (special && group.countries) {
    findings.add(address, group.source, "",
                 "the group \"" + group.name + "\" takes no list of countries");
  } else if (!special && (!group.countries || group.countries->empty())) {
    findings.add(address, group.source, "",
                 "at least one country; only \"everyone\" and \"bloc\" need no list");
  }
}

void check_event(const Scenario& s, const ScheduledEvent& event, Findings& findings) {
  const std::string address = "scheduled." + event.name + ".";
  std::vector<std::string> actors;
  for (const Actor& actor : s.actors) actors.push_back(actor.country);
  const auto check = [&](int index, const char* key, const std::string& name,
                         std::string_view table, const std::vector<std::string>& known) {
    if (!name.empty()) findings.check_known(index, address + key, event.source, name, table, known);
  };
  check(event.actor_index, "actor", event.actor, "actor", actors);
  check(event.instrument_index, "instrument", event.instrument, "instrument",
        names_of(s.instruments));
  check(event.target_index, "target", event.target, "target_group", names_of(s.target_groups));
  if (event.minerals && event.minerals->empty()) {
    findings.add(address + "minerals", event.source, "[]",
                 "at least one; without the key it is all of them");
  }
  for (std::size_t i = 0; event.minerals && i < event.minerals->size(); ++i) {
    const std::string& id = (*event.minerals)[i];
    findings.check_known(s.mineral_index(id), address + "minerals[" + std::to_string(i) + "]",
                         event.source, id, "minerals", ids_of(s.minerals));
  }
  const int steps = s.n_steps();
  if (steps > 0 && std::nearbyint(event.month * s.clock.steps_per_year / 12.0) >= steps) {
    findings.add(
        address + "month", event.source, number_text(event.month),
        "must be before the end of the horizon, month " + number_text(12.0 * s.clock.years));
  }
}

}  // namespace

double spectral_radius(const std::vector<double>& matrix, std::size_t n) {
  // r exceeds the radius of a non-negative M exactly where r I - M is a nonsingular M-matrix, that
  // is where elimination without exchanging rows meets only positive pivots. So bisect.
  const auto exceeds_radius = [&](double r) {
    std::vector<double> a(n * n);
    for (std::size_t i = 0; i < n * n; ++i) a[i] = (i % (n + 1) == 0 ? r : 0.0) - matrix[i];
    for (std::size_t k = 0; k < n; ++k) {
      if (!(a[k * n + k] > 0.0)) return false;
      for (std::size_t i = k + 1; i < n; ++i) {
        const double factor = a[i * n + k] / a[k * n + k];
        for (std::size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
      }
    }
    return true;
  };
  double low = 0.0;
  double high = 0.0;  // the largest row sum bounds the radius
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = matrix.begin() + static_cast<std::ptrdiff_t>(i * n);
    high = std::max(high, std::accumulate(row, row + static_cast<std::ptrdiff_t>(n), 0.0));
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (exceeds_radius(middle) ? high : low) = middle;
  }
  return high;
}

void check_actors(const Scenario& scenario, Findings& findings) {
  for (const TargetGroup& group : scenario.target_groups) check_group(group, findings);
  for (const Actor& actor : scenario.actors) {
    const std::string address = "actor." + actor.country + ".";
    if (actor.country_index == no_index && !actor.country.empty()) {
      std::vector<std::string> countries;
      for (const Country& country : scenario.countries) countries.push_back(country.id);
      findings.check_known(no_index, address + "country", actor.source, actor.country, "countries",
                           countries);
    }
    check_regimes(actor, address, findings);
    check_weights(actor.instruments, scenario.instruments, address + "instruments", actor,
                  "instrument", findings);
    check_weights(actor.targets, scenario.target_groups, address + "targets", actor, "target_group",
                  findings);
  }
  for (const ScheduledEvent& event : scenario.scheduled) check_event(scenario, event, findings);
  check_branching(scenario, findings);
}

}  // namespace blocrisk
