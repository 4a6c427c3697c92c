#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "host/replay/narrator.hpp"
#include "host/replay/phrases.hpp"

namespace blocrisk {
namespace {

using Q = StoryQuantity;

// What is too small for a sentence, as a share of its stage.
constexpr double least_restrictor = 0.01;
constexpr double least_producer = 0.05;
constexpr float closing = 0.95f;  ///< an operating fraction below is worth telling

std::string times_text(double ratio) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", ratio);
  return text.data();
}

void tell_price(Narrator& to) {
  int peak = 0;
  for (int step = 1; step < to.n_steps(); ++step) {
    if (to.market(Q::price_ratio, step) > to.market(Q::price_ratio, peak)) peak = step;
  }
  to.say(peak, -1,
         "The world price peaks at " + times_text(to.market(Q::price_ratio, peak)) +
             " times the base price.");
}

void tell_floods(Narrator& to) {
  const auto floods = spells_of(
      to.n_steps(), [&](int step) { return to.market(Q::flooding, step) > 0.5f ? 1 : -1; });
  for (const Spell& flood : floods) {
    to.say(flood.first, -1,
           to.country_name(to.law().flooder_index) + " floods the market and presses the price, " +
               to.until(flood.end) + ".");
  }
}

// ---- restrictions

int key_of(int instrument, int target) { return instrument * max_groups + target; }

std::vector<Spell> restriction_spells(const Narrator& to, int stage, int country) {
  return spells_of(to.n_steps(), [&](int step) {
    if (!(to.node(Q::severity, stage, country, step) > 0.0f)) return -1;
    if (to.share_of_stage(Q::full_capacity, stage, country, step) < least_restrictor) return -1;
    return key_of(static_cast<int>(to.node(Q::restriction_instrument, stage, country, step)),
                  static_cast<int>(to.node(Q::restriction_target, stage, country, step)));
  });
}

/// The event that brought a measure into force; null where it lay underneath another.
const StoryEvent* origin_of(const Narrator& to, int country, const Spell& spell, int stage) {
  const StoryEvent::Hit hit{to.mineral(), stage, country};
  for (const StoryEvent& event : to.story().events) {
    if (event.step == spell.first && key_of(event.instrument, event.group) == spell.key &&
        std::find(event.hits.begin(), event.hits.end(), hit) != event.hits.end())
      return &event;
  }
  return nullptr;
}

void tell_restriction(Narrator& to, int country, const Spell& spell,
                      const std::vector<int>& stages) {
  const StoryEvent* const event = origin_of(to, country, spell, stages.front());
  std::vector<std::string> names;
  for (const int stage : stages) names.push_back(to.stage_name(stage));
  const std::string& instrument =
      to.story().instruments[static_cast<std::size_t>(spell.key / max_groups)];
  std::string text = to.country_name(country) +
                     (event == nullptr ? " still restricts exports (" : " restricts exports (") +
                     enumerated(names) + ") to " +
                     target_text(to.scenario(), spell.key % max_groups) + ": " + instrument;
  if (event != nullptr && !event->scheduled.empty()) text += " (\"" + event->scheduled + "\")";
  const std::string first =
      share_text(to.node(Q::blocked_fraction, stages.front(), country, spell.first));
  const std::string last =
      share_text(to.node(Q::blocked_fraction, stages.front(), country, spell.end - 1));
  text += " for " + length_text(to.facts(), spell.end - spell.first) + ", " + to.until(spell.end) +
          ", blocking " + first;
  if (last != first) text += " at first and " + last + " at last";
  to.say(spell.first, -1, text + ".");
}

/// A bundle may hit several stages alike: one sentence.
void tell_restrictions(Narrator& to, int country) {
  struct Told {
    Spell spell;
    std::vector<int> stages;
  };
  std::vector<Told> told;
  for (int stage = 0; stage < to.n_stages(); ++stage) {
    if (!to.is_node(stage, country)) continue;
    for (const Spell& spell : restriction_spells(to, stage, country)) {
      const auto same = std::find_if(told.begin(), told.end(),
                                     [&](const Told& other) { return other.spell == spell; });
      if (same == told.end()) {
        told.push_back({spell, {stage}});
      } else {
        same->stages.push_back(stage);
      }
    }
  }
  for (const Told& one : told) tell_restriction(to, country, one.spell, one.stages);
}

// ---- capacity

/// Those during which somebody goes without.
void tell_outages(Narrator& to, int stage, int country) {
  const auto outages = spells_of(to.n_steps(), [&](int step) {
    return to.node(Q::outage_fraction, stage, country, step) > 0.0f ? 1 : -1;
  });
  for (const Spell& outage : outages) {
    const double fraction = to.node(Q::outage_fraction, stage, country, outage.first);
    const double share = to.share_of_stage(Q::full_capacity, stage, country, outage.first);
    if (fraction * share < least_producer || !to.somebody_misses(outage.first, outage.end))
      continue;
    to.say(outage.first, -1,
           "An outage takes " + share_text(fraction) + " of " +
               possessive(to.country_name(country)) + " capacity (" + to.stage_name(stage) +
               ") for " + length_text(to.facts(), outage.end - outage.first) + ".");
  }
}

void tell_closures(Narrator& to, int stage, int country) {
  const auto open = [&](int step) { return to.node(Q::operating_fraction, stage, country, step); };
  const auto closures =
      spells_of(to.n_steps(), [&](int step) { return open(step) < closing ? 1 : -1; });
  for (const Spell& closure : closures) {
    if (to.share_of_stage(Q::full_capacity, stage, country, closure.first) < least_producer)
      continue;
    int worst = closure.first;
    for (int step = closure.first; step < closure.end; ++step) {
      if (open(step) < open(worst)) worst = step;
    }
    to.say(closure.first, -1,
           "Low prices close capacity in " + to.country_name(country) + " (" +
               to.stage_name(stage) + "), down to " + share_text(open(worst)) + " of it in " +
               when(to.facts(), worst) +
               (closure.end >= to.n_steps()
                    ? "; not open again within the horizon."
                    : "; open again in " + when(to.facts(), closure.end) + "."));
  }
}

void tell_projects(Narrator& to, int stage, int country) {
  int start = -1;
  double largest = 0.0;
  for (int step = 0; step < to.n_steps(); ++step) {
    if (start < 0 && to.node(Q::project_output, stage, country, step) > 0.0f) start = step;
    largest = std::max(largest, to.share_of_stage(Q::project_output, stage, country, step));
  }
  if (start < 0 || largest < least_restrictor) return;
  to.say(start, -1,
         "New projects in " + to.country_name(country) + " (" + to.stage_name(stage) +
             ") begin to produce, in the end " + share_text(largest) +
             " of the world's older capacity.");
}

}  // namespace

void tell_world(Narrator& to) {
  for (const Actor& actor : to.scenario().actors) {
    if (actor.regimes.size() < 2) continue;
    const int country = to.scenario().country_index(actor.country);
    const auto spells = spells_of(to.n_steps(), [&](int step) {
      return static_cast<int>(to.story().at(Q::regime, {country, step}));
    });
    for (const Spell& spell : spells) {
      to.say(spell.first, -1,
             to.country_name(country) +
                 (spell.first == 0 ? " begins in the regime \"" : " turns to \"") +
                 actor.regimes[static_cast<std::size_t>(spell.key)] + "\".");
    }
  }
  std::map<int, int> n_events;
  for (const StoryEvent& event : to.story().events) ++n_events[event.country];
  std::vector<std::string> names;
  for (const auto& [country, n] : n_events)
    names.push_back(to.country_name(country) + " " + std::to_string(n));
  to.say(to.n_steps(), -1,
         names.empty() ? "Nobody restricts anything."
                       : "Restriction events over the horizon: " + enumerated(names) + ".");
}

void tell_market(Narrator& to) {
  tell_price(to);
  tell_floods(to);
  for (int country = 0; country < to.n_countries(); ++country) {
    tell_restrictions(to, country);
    for (int stage = 0; stage < to.n_stages(); ++stage) {
      if (!to.is_node(stage, country)) continue;
      tell_outages(to, stage, country);
      tell_closures(to, stage, country);
      tell_projects(to, stage, country);
    }
  }
  to.tell_stock(-1, "The bloc's shared stock",
                to.story().shared_opening[static_cast<std::size_t>(to.mineral())],
                [&](int step) { return to.market(Q::shared_stock, step); });
}

}  // namespace blocrisk
