#include "host/scenario/scenario.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>

namespace blocrisk {
namespace {

using IndexByName = std::unordered_map<std::string, int>;

/// The first of two equal names wins; validation refuses the second.
template <class T, class Name>
IndexByName index_by(const std::vector<T>& entries, Name name) {
  IndexByName index;
  int position = 0;
  for (const T& entry : entries) index.emplace(entry.*name, position++);
  return index;
}

int find(const IndexByName& index, const std::string& name) {
  const auto found = index.find(name);
  return found == index.end() ? no_index : found->second;
}

template <class T, class Name>
int position(const std::vector<T>& entries, Name name, const std::string& wanted) {
  const auto found = std::ranges::find(entries, wanted, name);
  return found == entries.end() ? no_index : static_cast<int>(found - entries.begin());
}

double value_or_zero(const std::map<std::string, double>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? 0.0 : found->second;
}

/// "2027-01-01"; year 0 where the text is no date of the Gregorian calendar.
CivilDate parse_date(const std::string& text) {
  CivilDate date;
  const auto number = [&](std::size_t from, std::size_t length, int& value) {
    const char* end = text.data() + from + length;
    return std::from_chars(text.data() + from, end, value).ptr == end && value > 0;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
  if (!number(0, 4, date.year) || !number(5, 2, date.month) || !number(8, 2, date.day)) return {};
  const bool leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
  const std::array<int, 12> days{31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.month > 12 || date.day > days[static_cast<std::size_t>(date.month - 1)]) return {};
  return date;
}

/// Weights in the order of `names`, summing to 1; unknown names are validation's business.
template <class T>
std::vector<double> normalised(const std::map<std::string, double>& weights,
                               const std::vector<T>& named) {
  std::vector<double> result;
  double sum = 0.0;
  for (const T& entry : named) {
    result.push_back(value_or_zero(weights, entry.name));
    sum += result.back();
  }
  if (sum > 0.0) {
    for (double& weight : result) weight /= sum;
  }
  return result;
}

std::vector<int> indices(const std::vector<std::string>& names, const IndexByName& index) {
  std::vector<int> result;
  for (const std::string& name : names) result.push_back(find(index, name));
  return result;
}

/// The default, no switching, for any number of regimes.
void expand_switching(Actor& actor) {
  const std::size_t n = actor.regimes.size();
  if (actor.switch_per_yr == Actor{}.switch_per_yr)
    actor.switch_per_yr.assign(n, std::vector<double>(n, 0.0));
}

void resolve_groups(Scenario& s, const IndexByName& countries) {
  for (TargetGroup& group : s.target_groups) {
    const bool everyone = !group.countries && group.name == "everyone";
    group.holds.assign(s.countries.size(), everyone ? 1 : 0);
    const std::vector<std::string>* held = group.countries ? &*group.countries : nullptr;
    if (held == nullptr && group.name == "bloc") held = &s.bloc.members;
    if (held == nullptr) continue;
    for (const int country : indices(*held, countries)) {
      if (country != no_index) group.holds[static_cast<std::size_t>(country)] = 1;
    }
  }
}

void resolve_scheduled(Scenario& s, const IndexByName& minerals) {
  for (ScheduledEvent& event : s.scheduled) {
    event.actor_index = s.actor_index(event.actor);
    event.instrument_index = s.instrument_index(event.instrument);
    event.target_index = s.target_group_index(event.target);
    event.mineral_indices.clear();
    if (event.minerals) {
      event.mineral_indices = indices(*event.minerals, minerals);
    } else {
      for (std::size_t m = 0; m < s.minerals.size(); ++m)
        event.mineral_indices.push_back(static_cast<int>(m));
    }
  }
}

void resolve_rows(Scenario& s, const IndexByName& countries, const IndexByName& minerals) {
  const auto place = [&](auto& row) {
    row.mineral_index = find(minerals, row.mineral);
    row.stage_index = s.stage_index(row.mineral_index, row.stage);
    row.country_index = find(countries, row.country);
  };
  for (NodeRow& row : s.nodes) place(row);
  for (ProjectRow& row : s.projects) place(row);
  for (DemandRow& row : s.demand) {
    row.mineral_index = find(minerals, row.mineral);
    row.country_index = find(countries, row.country);
  }
  for (TradeRow& row : s.trade) {
    row.mineral_index = find(minerals, row.mineral);
    row.stage_index = s.stage_index(row.mineral_index, row.stage);
    row.importer_index = find(countries, row.importer);
    row.exporter_index = find(countries, row.exporter);
  }
  for (StockRow& row : s.stocks) {
    row.mineral_index = find(minerals, row.mineral);
    row.holder_index = find(countries, row.holder);
  }
}

void resolve_correlation(Scenario& s) {
  if (!s.correlation.empty()) return;
  const std::size_t n = s.minerals.size();
  s.correlation.assign(n * n, 0.0);
  for (std::size_t m = 0; m < n; ++m) s.correlation[m * n + m] = 1.0;
}

}  // namespace

int Scenario::n_steps() const {
  const double steps = std::round(clock.years * clock.steps_per_year);
  return steps >= 1.0 && steps <= 1e9 ? static_cast<int>(steps) : 0;
}

double Scenario::floor_ratio(int mineral) const {
  return value_or_zero(price_floor.ratio, minerals[static_cast<std::size_t>(mineral)].id);
}

double Scenario::shared_stock_days(int mineral) const {
  return value_or_zero(shared_stock.days, minerals[static_cast<std::size_t>(mineral)].id);
}

double Scenario::shared_stock_tonnes(int mineral) const {
  return value_or_zero(shared_stock.tonnes, minerals[static_cast<std::size_t>(mineral)].id);
}

bool Scenario::is_member(int country) const {
  return std::ranges::find(bloc.member_indices, country) != bloc.member_indices.end();
}

int Scenario::country_index(const std::string& id) const {
  return position(countries, &Country::id, id);
}
int Scenario::mineral_index(const std::string& id) const {
  return position(minerals, &Mineral::id, id);
}
int Scenario::instrument_index(const std::string& n) const {
  return position(instruments, &Instrument::name, n);
}
int Scenario::target_group_index(const std::string& n) const {
  return position(target_groups, &TargetGroup::name, n);
}
int Scenario::actor_index(const std::string& country) const {
  return position(actors, &Actor::country, country);
}

int Scenario::stage_index(int mineral, const std::string& stage) const {
  if (mineral == no_index) return no_index;
  const std::vector<std::string>& stages = minerals[static_cast<std::size_t>(mineral)].stages;
  const auto found = std::ranges::find(stages, stage);
  return found == stages.end() ? no_index : static_cast<int>(found - stages.begin());
}

void resolve(Scenario& s) {
  const IndexByName countries = index_by(s.countries, &Country::id);
  const IndexByName minerals = index_by(s.minerals, &Mineral::id);
  s.clock.start_date = parse_date(s.clock.start);
  s.bloc.member_indices = indices(s.bloc.members, countries);
  s.allocation.order_indices = indices(s.allocation.order, countries);
  for (Mineral& mineral : s.minerals) mineral.flooder_index = find(countries, mineral.flooder);
  for (Actor& actor : s.actors) {
    expand_switching(actor);
    actor.country_index = find(countries, actor.country);
    actor.instrument_weights = normalised(actor.instruments, s.instruments);
    actor.target_weights = normalised(actor.targets, s.target_groups);
  }
  resolve_groups(s, countries);
  resolve_scheduled(s, minerals);
  resolve_rows(s, countries, minerals);
  resolve_correlation(s);
}

}  // namespace blocrisk
