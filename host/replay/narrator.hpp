/// What the parts of an account share: a look at one mineral of a story, and sentences about it.
#pragma once

#include <string>
#include <vector>

#include "host/replay/account.hpp"

namespace blocrisk {

class Narrator {
 public:
  Narrator(const Story& story, const Scenario& scenario) : story_(story), scenario_(scenario) {}

  /// From here on sentences are about this mineral; -1: the world.
  void turn_to(int mineral) { mineral_ = mineral; }
  void say(int step, int member, std::string text) {
    entries_.push_back({step, mineral_, member, std::move(text)});
  }
  std::vector<AccountEntry> take_entries() { return std::move(entries_); }

  const Story& story() const { return story_; }
  const Scenario& scenario() const { return scenario_; }
  const ResultFacts& facts() const { return story_.facts; }
  int n_steps() const { return story_.n_steps(); }
  int n_members() const { return static_cast<int>(story_.members.size()); }
  int n_stages() const { return static_cast<int>(story_.stages.size()); }
  int n_countries() const { return static_cast<int>(story_.countries.size()); }
  int mineral() const { return mineral_; }
  const Mineral& law() const;

  const std::string& country_name(int country) const;
  std::string member_name(int member) const;
  const std::string& stage_name(int stage) const {
    return story_.stages[static_cast<std::size_t>(stage)];
  }
  /// "until month 9 (2027-10)", or that it does not end.
  std::string until(int end) const;

  float market(StoryQuantity quantity, int step) const {
    return story_.at(quantity, {mineral_, step});
  }
  float node(StoryQuantity quantity, int stage, int country, int step) const {
    return story_.at(quantity, {mineral_, stage, country, step});
  }
  float cell(StoryQuantity quantity, int member, int step) const {
    return story_.at(quantity, {member, mineral_, step});
  }
  bool is_node(int stage, int country) const;
  bool has_demand(int member) const;
  /// A node's quantity, in tonnes, over the capacity of its stage.
  double share_of_stage(StoryQuantity quantity, int stage, int country, int step) const;
  /// Does some member shown go without something in [first, end)?
  bool somebody_misses(int first, int end) const;

  /// When a stock is first drawn on, nearly empty, and used up. `level(step)`: tonnes at its end.
  template <class Level>
  void tell_stock(int member, const std::string& name, double opening_t, Level level) {
    constexpr double nearly_empty = 0.1;
    constexpr double used_up = 0.01;
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

 private:
  const Story& story_;
  const Scenario& scenario_;
  int mineral_ = -1;
  std::vector<AccountEntry> entries_;
};

/// Regimes, and how many restriction events there were.
void tell_world(Narrator& narrator);
/// Price, floods, restrictions, outages, closures, projects and the shared stock of the mineral.
void tell_market(Narrator& narrator);
/// A member's stocks, its shortages of the mineral, and why.
void tell_member(Narrator& narrator, int member);

}  // namespace blocrisk
