#include "host/replay/narrator.hpp"

#include <cmath>

#include "host/replay/phrases.hpp"

namespace blocrisk {

const Mineral& Narrator::law() const {
  const int mineral = story_.shown.minerals[static_cast<std::size_t>(mineral_)];
  return scenario_.minerals[static_cast<std::size_t>(mineral)];
}

const std::string& Narrator::country_name(int country) const {
  return scenario_.countries[static_cast<std::size_t>(country)].name;
}

std::string Narrator::member_name(int member) const {
  return country_name(scenario_.country_index(story_.members[static_cast<std::size_t>(member)]));
}

std::string Narrator::until(int end) const {
  return end >= n_steps() ? "to the end of the horizon" : "until " + when(facts(), end);
}

bool Narrator::is_node(int stage, int country) const {
  return !std::isnan(node(StoryQuantity::full_capacity, stage, country, 0));
}

bool Narrator::has_demand(int member) const {
  return !std::isnan(cell(StoryQuantity::shortfall, member, 0));
}

double Narrator::share_of_stage(StoryQuantity quantity, int stage, int country, int step) const {
  double all = 0.0;
  for (int other = 0; other < n_countries(); ++other) {
    if (is_node(stage, other)) all += node(StoryQuantity::full_capacity, stage, other, step);
  }
  return all > 0.0 ? node(quantity, stage, country, step) / all : 0.0;
}

bool Narrator::somebody_misses(int first, int end) const {
  for (int member = 0; member < n_members(); ++member) {
    for (int step = first; step < end; ++step) {
      if (cell(StoryQuantity::unmet, member, step) > 0.0f) return true;
    }
  }
  return false;
}

}  // namespace blocrisk
