#include "host/replay/account.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "host/replay/phrases.hpp"

namespace blocrisk {
namespace {

using Q = StoryQuantity;

// What is too small for a sentence, as a share of its stage or of the unmet need.
constexpr double least_restrictor = 0.01;
constexpr double least_producer = 0.05;
constexpr double least_cause = 0.05;
constexpr std::size_t most_causes = 4;
constexpr double nearly_empty = 0.1;  ///< of what a stock opened with
constexpr double used_up = 0.01;
constexpr float closing = 0.95f;  ///< an operating fraction below is worth telling

std::string times_text(double ratio) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", ratio);
  return text.data();
}

std::string tonnes_text(double tonnes) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), tonnes < 9.95 ? "%.2g t" : "%.0f t", tonnes);
  return text.data();
}

/// Gathers the sentences of one story.
class Account {
 public:
  Account(const Story& story, const Scenario& scenario)
      : story_(story), facts_(story.facts), scenario_(scenario) {}

  std::vector<AccountEntry> run() {
    tell_world();
    for (mineral_ = 0; mineral_ < count(story_.minerals); ++mineral_) {
      tell_price();
      for (int c = 0; c < count(story_.countries); ++c) tell_country(c);
      tell_stock(-1, "The bloc's shared stock",
                 story_.shared_opening[static_cast<std::size_t>(mineral_)], [&](int step) {
                   return story_.at(Q::shared_stock, {mineral_, step});
                 });
      for (int member = 0; member < count(story_.members); ++member) tell_member(member);
    }
    std::stable_sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
      return a.mineral != b.mineral ? a.mineral < b.mineral : a.step < b.step;
    });
    return std::move(entries_);
  }

 private:
  static int count(const std::vector<std::string>& labels) {
    return static_cast<int>(labels.size());
  }
  int n_steps() const { return story_.n_steps(); }
  const std::string& country_name(int c) const {
    return scenario_.countries[static_cast<std::size_t>(c)].name;
  }
  void say(int step, int member, std::string text) {
    entries_.push_back({step, mineral_, member, std::move(text)});
  }
  float node(Q quantity, int s, int c, int step) const {
    return story_.at(quantity, {mineral_, s, c, step});
  }
  bool is_node(int s, int c) const { return !std::isnan(node(Q::full_capacity, s, c, 0)); }
  /// Part of a stage's capacity that stands in a country.
  double share_of_stage(Q quantity, int s, int c, int step) const {
    double all = 0.0;
    for (int other = 0; other < count(story_.countries); ++other) {
      const float tonnes = node(Q::full_capacity, s, other, step);
      all += std::isnan(tonnes) ? 0.0 : tonnes;
    }
    return all > 0.0 ? node(quantity, s, c, step) / all : 0.0;
  }
  std::string until(int end) const {
    return end >= n_steps() ? "to the end of the horizon" : "until " + when(facts_, end);
  }

  // ---- the world

  void tell_world() {
    mineral_ = -1;
    for (const Actor& actor : scenario_.actors) {
      if (actor.regimes.size() < 2) continue;
      const int c = scenario_.country_index(actor.country);
      const auto spells = spells_of(n_steps(), [&](int step) {
        return static_cast<int>(story_.at(Q::regime, {c, step}));
      });
      for (const Spell& spell : spells) {
        const std::string& regime = actor.regimes[static_cast<std::size_t>(spell.key)];
        say(spell.first, -1,
            country_name(c) + (spell.first == 0 ? " begins in the regime \"" : " turns to \"") +
                regime + "\".");
      }
    }
    std::map<int, int> n_events;
    for (const StoryEvent& event : story_.events) ++n_events[event.country];
    std::vector<std::string> names;
    for (const auto& [c, n] : n_events) names.push_back(country_name(c) + " " + std::to_string(n));
    say(n_steps(), -1,
        names.empty() ? "Nobody restricts anything."
                      : "Restriction events over the horizon: " + enumerated(names) + ".");
  }

  // ---- the market of a mineral

  void tell_price() {
    int peak = 0;
    for (int step = 1; step < n_steps(); ++step) {
      if (story_.at(Q::price_ratio, {mineral_, step}) > story_.at(Q::price_ratio, {mineral_, peak}))
        peak = step;
    }
    say(peak, -1,
        "The world price peaks at " + times_text(story_.at(Q::price_ratio, {mineral_, peak})) +
            " times the base price.");
    const auto floods = spells_of(n_steps(), [&](int step) {
      return story_.at(Q::flooding, {mineral_, step}) > 0.5f ? 1 : -1;
    });
    const Mineral& law = scenario_.minerals[static_cast<std::size_t>(
        story_.shown.minerals[static_cast<std::size_t>(mineral_)])];
    for (const Spell& flood : floods) {
      say(flood.first, -1,
          country_name(law.flooder_index) + " floods the market and presses the price, " +
              until(flood.end) + ".");
    }
  }

  void tell_country(int c) {
    std::map<std::pair<int, int>, std::vector<std::pair<Spell, int>>> restrictions;
    for (int s = 0; s < count(story_.stages); ++s) {
      if (!is_node(s, c)) continue;
      for (const Spell& spell : restriction_spells(s, c))
        restrictions[{spell.first, spell.end}].push_back({spell, s});
      tell_outages(s, c);
      tell_closures(s, c);
      tell_projects(s, c);
    }
    // A bundle may hit several stages alike: one sentence.
    for (auto& [span, list] : restrictions) {
      while (!list.empty()) {
        const Spell spell = list.front().first;
        std::vector<int> stages;
        std::erase_if(list, [&](const auto& other) {
          if (other.first.key != spell.key) return false;
          stages.push_back(other.second);
          return true;
        });
        tell_restriction(c, spell, stages);
      }
    }
  }

  std::vector<Spell> restriction_spells(int s, int c) const {
    return spells_of(n_steps(), [&](int step) {
      if (!(node(Q::severity, s, c, step) > 0.0f)) return -1;
      if (share_of_stage(Q::full_capacity, s, c, step) < least_restrictor) return -1;
      return static_cast<int>(node(Q::restriction_instrument, s, c, step)) * max_groups +
             static_cast<int>(node(Q::restriction_target, s, c, step));
    });
  }

  void tell_restriction(int c, const Spell& spell, const std::vector<int>& stages) {
    const auto instrument = static_cast<std::size_t>(spell.key / max_groups);
    std::vector<std::string> names;
    for (const int s : stages) names.push_back(story_.stages[static_cast<std::size_t>(s)]);
    const double first = node(Q::blocked_fraction, stages.front(), c, spell.first);
    const double last = node(Q::blocked_fraction, stages.front(), c, spell.end - 1);
    std::string text = country_name(c) + " restricts exports (" + enumerated(names) + ") to " +
                       target_text(scenario_, spell.key % max_groups) + ": " +
                       story_.instruments[instrument] + scheduled_name(c, spell) + " for " +
                       length_text(facts_, spell.end - spell.first) + ", " + until(spell.end) +
                       ", blocking " + share_text(first);
    if (share_text(last) != share_text(first))
      text += " at first and " + share_text(last) + " at last";
    say(spell.first, -1, text + ".");
  }

  std::string scheduled_name(int c, const Spell& spell) const {
    for (const StoryEvent& event : story_.events) {
      if (event.country == c && event.step == spell.first && !event.scheduled.empty() &&
          event.instrument == spell.key / max_groups && event.group == spell.key % max_groups)
        return " (\"" + event.scheduled + "\")";
    }
    return {};
  }

  void tell_outages(int s, int c) {
    const auto outages = spells_of(
        n_steps(), [&](int step) { return node(Q::outage_fraction, s, c, step) > 0.0f ? 1 : -1; });
    for (const Spell& outage : outages) {
      const double fraction = node(Q::outage_fraction, s, c, outage.first);
      if (fraction * share_of_stage(Q::full_capacity, s, c, outage.first) < least_producer)
        continue;
      say(outage.first, -1,
          "An outage takes " + share_text(fraction) + " of " + country_name(c) + "'s capacity (" +
              story_.stages[static_cast<std::size_t>(s)] + ") for " +
              length_text(facts_, outage.end - outage.first) + ".");
    }
  }

  void tell_closures(int s, int c) {
    const auto closures = spells_of(n_steps(), [&](int step) {
      return node(Q::operating_fraction, s, c, step) < closing ? 1 : -1;
    });
    for (const Spell& closure : closures) {
      if (share_of_stage(Q::full_capacity, s, c, closure.first) < least_producer) continue;
      int worst = closure.first;
      for (int step = closure.first; step < closure.end; ++step) {
        if (node(Q::operating_fraction, s, c, step) < node(Q::operating_fraction, s, c, worst))
          worst = step;
      }
      say(closure.first, -1,
          "Low prices close capacity in " + country_name(c) + " (" +
              story_.stages[static_cast<std::size_t>(s)] + "), down to " +
              share_text(node(Q::operating_fraction, s, c, worst)) + " of it in " +
              when(facts_, worst) +
              (closure.end >= n_steps() ? "; not open again within the horizon."
                                        : "; open again in " + when(facts_, closure.end) + "."));
    }
  }

  void tell_projects(int s, int c) {
    int start = -1;
    double largest = 0.0;
    for (int step = 0; step < n_steps(); ++step) {
      if (start < 0 && node(Q::project_output, s, c, step) > 0.0f) start = step;
      largest = std::max(largest, share_of_stage(Q::project_output, s, c, step));
    }
    if (start < 0 || largest < least_restrictor) return;
    say(start, -1,
        "New projects in " + country_name(c) + " (" + story_.stages[static_cast<std::size_t>(s)] +
            ") begin to produce, in the end " + share_text(largest) +
            " of the world's older capacity.");
  }

  /// When a stock is first drawn on, nearly empty, and used up.
  template <class Level>
  void tell_stock(int member, const std::string& name, double opening_t, Level level) {
    if (!(opening_t > 0.0)) return;
    const auto first_below = [&](double least_t) {
      int step = 0;
      while (step < n_steps() && !(level(step) < least_t)) ++step;
      return step;
    };
    const int drawn = first_below(opening_t);
    const int low = first_below(nearly_empty * opening_t);
    const int gone = first_below(used_up * opening_t);
    if (drawn < low) say(drawn, member, name + " is drawn on.");
    if (low < gone) say(low, member, name + " is nearly empty: under a tenth is left.");
    if (gone < n_steps()) say(gone, member, name + " is used up.");
  }

  // ---- a member

  float cell(Q quantity, int member, int step) const {
    return story_.at(quantity, {member, mineral_, step});
  }

  void tell_member(int member) {
    if (std::isnan(cell(Q::shortfall, member, 0))) return;
    const std::string whose = possessive(member_name(member));
    const std::size_t at = story_.cell_index(member, mineral_);
    tell_stock(member, whose + " commercial stock", story_.commercial_opening[at],
               [&](int step) { return cell(Q::commercial_stock, member, step); });
    tell_stock(member, whose + " strategic stock", story_.strategic_opening[at],
               [&](int step) { return cell(Q::strategic_stock, member, step); });
    const auto spells = spells_of(n_steps(), [&](int step) {
      return cell(Q::shortfall, member, step) > static_cast<float>(facts_.short_threshold) ? 1 : -1;
    });
    for (const Spell& spell : spells) tell_shortage(member, spell);
    tell_sum(member, !spells.empty());
  }

  std::string member_name(int member) const {
    const auto& id = story_.members[static_cast<std::size_t>(member)];
    return country_name(scenario_.country_index(id));
  }

  void tell_shortage(int member, const Spell& spell) {
    int worst = spell.first;
    for (int step = spell.first; step < spell.end; ++step) {
      if (cell(Q::shortfall, member, step) > cell(Q::shortfall, member, worst)) worst = step;
    }
    const std::string size = share_text(cell(Q::shortfall, member, worst)) + " of demand";
    const std::string span = spell.end - spell.first == 1
                                 ? " by " + size
                                 : " for " + length_text(facts_, spell.end - spell.first) + ", " +
                                       until(spell.end) + ", at worst by " + size + " in " +
                                       when(facts_, worst);
    say(spell.first, member,
        member_name(member) + " is short" + span + "; why: " + why(member, spell.first, spell.end) +
            ".");
  }

  /// The largest causes of what is unmet in [first, end).
  std::string why(int member, int first, int end) const {
    std::vector<std::pair<double, std::string>> causes;
    double whole = 0.0;
    for (int step = first; step < end; ++step) whole += cell(Q::unmet, member, step);
    for (int c = 0; c < count(story_.countries); ++c) {
      for (int cause = 0; cause < n_causes; ++cause) {
        double sum = 0.0;
        for (int step = first; step < end; ++step) {
          const float tonnes = story_.at(Q::unmet_by_cause, {member, mineral_, c, cause, step});
          sum += std::isnan(tonnes) ? 0.0 : tonnes;
        }
        if (sum >= least_cause * whole)
          causes.push_back({sum, cause_text(static_cast<Cause>(cause), country_name(c)) + " " +
                                     share_text(sum / whole)});
      }
    }
    std::stable_sort(causes.begin(), causes.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    if (causes.size() > most_causes) causes.resize(most_causes);
    std::vector<std::string> texts;
    for (const auto& [sum, text] : causes) texts.push_back(text);
    return texts.empty() ? "many small causes" : enumerated(texts);
  }

  void tell_sum(int member, bool was_short) {
    double unmet = 0.0;
    double demand = 0.0;
    for (int step = 0; step < n_steps(); ++step) {
      unmet += cell(Q::unmet, member, step);
      demand += cell(Q::reference_demand, member, step);
    }
    std::string text = "In all " + member_name(member);
    text += unmet > 0.0 ? " goes without " + share_text(unmet / demand) + " of its demand (" +
                              tonnes_text(unmet) + ")"
                        : " misses nothing";
    if (!was_short && unmet > 0.0) {
      text += ", never more than " + share_text(facts_.short_threshold) + " of it at a time";
    }
    if (unmet > 0.0) text += "; why: " + why(member, 0, n_steps());
    say(n_steps(), member, text + ".");
  }

  const Story& story_;
  const ResultFacts& facts_;
  const Scenario& scenario_;
  int mineral_ = -1;
  std::vector<AccountEntry> entries_;
};

}  // namespace

std::vector<AccountEntry> account_of(const Story& story, const Scenario& scenario) {
  return Account(story, scenario).run();
}

std::string account_text(const Story& story, const Scenario& scenario) {
  std::string text = "The world\n";
  int mineral = -1;
  for (const AccountEntry& entry : account_of(story, scenario)) {
    if (entry.mineral != mineral) {
      mineral = entry.mineral;
      const auto at =
          static_cast<std::size_t>(story.shown.minerals[static_cast<std::size_t>(mineral)]);
      text += "\n" + scenario.minerals[at].name + "\n";
    }
    const bool sums_up = entry.step >= story.n_steps();
    text +=
        "  " + (sums_up ? std::string() : when(story.facts, entry.step) + ": ") + entry.text + "\n";
  }
  return text;
}

}  // namespace blocrisk
