/// The story of one path, step by step: every quantity that people ask for, as named arrays. What a
/// file, JSON, CSV, the tables and the account in words are all made from.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/replay/path_measures.hpp"

namespace blocrisk {

/// Along which axes a quantity goes; time is always the last.
enum class StoryAxes {
  actor,     ///< country, time
  market,    ///< mineral, time
  node,      ///< mineral, stage, country, time
  cell,      ///< member, mineral, time
  delivery,  ///< member, mineral, stage, country, time
  cause      ///< member, mineral, country, cause, time
};

enum class StoryQuantity {
  regime,
  price_ratio,
  price_ratio_without_scarcity,
  flooding,
  scarcity,
  restricted_fraction,
  substituted_fraction,
  earned_ratio_world,
  earned_ratio_bloc,
  shared_stock,
  full_capacity,
  operating_fraction,
  outage_fraction,
  project_output,
  output_before_feed,
  output,
  feed_stock,
  severity,
  leaked_fraction,
  blocked_fraction,
  restriction_instrument,
  restriction_target,
  reference_demand,
  need,
  market_gap,
  unmet,
  shortfall,
  curtailed,
  drawn,
  commercial_stock,
  strategic_stock,
  days_of_cover,
  delivery,
  unmet_by_cause,
};

struct StoryQuantityInfo {
  const char* name;
  StoryAxes axes;
  const char* units;
  const char* long_name;
};

/// In the order of `StoryQuantity`. Not a number: there is no such node, demand or measure.
inline constexpr std::array story_table{
    StoryQuantityInfo{"regime", StoryAxes::actor, "1",
                      "regime of an actor, counted from 0 in the order of the scenario"},
    StoryQuantityInfo{"price_ratio", StoryAxes::market, "1", "world price over base price"},
    StoryQuantityInfo{"price_ratio_without_scarcity", StoryAxes::market, "1",
                      "the same without what scarcity adds"},
    StoryQuantityInfo{"flooding", StoryAxes::market, "1", "1 while the flooder floods"},
    StoryQuantityInfo{"scarcity", StoryAxes::market, "1", "memory of scarcity, end of the step"},
    StoryQuantityInfo{"restricted_fraction", StoryAxes::market, "1",
                      "restricted share of base output, averaged over stages"},
    StoryQuantityInfo{"substituted_fraction", StoryAxes::market, "1", "demand substituted"},
    StoryQuantityInfo{"earned_ratio_world", StoryAxes::market, "1",
                      "smoothed price that producers outside the bloc earn"},
    StoryQuantityInfo{"earned_ratio_bloc", StoryAxes::market, "1",
                      "smoothed price that producers in the bloc earn"},
    StoryQuantityInfo{"shared_stock", StoryAxes::market, "t", "shared stock, end of the step"},
    StoryQuantityInfo{"full_capacity", StoryAxes::node, "t",
                      "capacity of the step with nothing closed or down"},
    StoryQuantityInfo{"operating_fraction", StoryAxes::node, "1", "part of it that is not closed"},
    StoryQuantityInfo{"outage_fraction", StoryAxes::node, "1", "part of it that an outage takes"},
    StoryQuantityInfo{"project_output", StoryAxes::node, "t", "output of new projects"},
    StoryQuantityInfo{"output_before_feed", StoryAxes::node, "t", "output before the feed limit"},
    StoryQuantityInfo{"output", StoryAxes::node, "t", "output, sold or not"},
    StoryQuantityInfo{"feed_stock", StoryAxes::node, "t", "stock of feed, end of the step"},
    StoryQuantityInfo{"severity", StoryAxes::node, "1",
                      "part of exports that the restriction in force blocks before leakage"},
    StoryQuantityInfo{"leaked_fraction", StoryAxes::node, "1", "part of that which leaks"},
    StoryQuantityInfo{"blocked_fraction", StoryAxes::node, "1", "part of exports blocked"},
    StoryQuantityInfo{"restriction_instrument", StoryAxes::node, "1",
                      "instrument in force, counted from 0 along the axis `instrument`"},
    StoryQuantityInfo{"restriction_target", StoryAxes::node, "1",
                      "whom it is aimed at, counted from 0 along the axis `target_group`"},
    StoryQuantityInfo{"reference_demand", StoryAxes::cell, "t", "reference demand of the step"},
    StoryQuantityInfo{"need", StoryAxes::cell, "t",
                      "what is wanted of it after price response and substitution"},
    StoryQuantityInfo{"market_gap", StoryAxes::cell, "t", "need that the market leaves to stocks"},
    StoryQuantityInfo{"unmet", StoryAxes::cell, "t", "unmet need"},
    StoryQuantityInfo{"shortfall", StoryAxes::cell, "1", "unmet need over reference demand"},
    StoryQuantityInfo{"curtailed", StoryAxes::cell, "t",
                      "demand given up because of price or substitution"},
    StoryQuantityInfo{"drawn", StoryAxes::cell, "t", "drawn from all stocks"},
    StoryQuantityInfo{"commercial_stock", StoryAxes::cell, "t",
                      "commercial stock, end of the step"},
    StoryQuantityInfo{"strategic_stock", StoryAxes::cell, "t", "strategic stock, end of the step"},
    StoryQuantityInfo{"days_of_cover", StoryAxes::cell, "day",
                      "stocks at the end of the step over daily reference demand"},
    StoryQuantityInfo{"delivery", StoryAxes::delivery, "t",
                      "what the member's buyers of a stage's product get from a supplier country"},
    StoryQuantityInfo{"unmet_by_cause", StoryAxes::cause, "t",
                      "unmet need by supplier country and cause"},
};
inline constexpr int n_story_quantities = static_cast<int>(story_table.size());

/// A restriction event, drawn or scheduled, and the nodes that take part in it.
struct StoryEvent {
  struct Hit {
    int mineral, stage, country;  ///< along the story's axes
    friend bool operator==(const Hit&, const Hit&) = default;
  };
  int country;
  int step, end_step;  ///< end: first step no longer in force
  int instrument, group;
  std::string scheduled;  ///< its name; empty where it was drawn
  std::vector<Hit> hits;  ///< among the minerals shown
};

/// Which members and minerals a story tells of, as indices of the network's, ascending.
struct StorySelection {
  std::vector<int> members, minerals;
};

struct Story {
  StorySelection shown;
  // labels of the axes
  std::vector<std::string> members, minerals, stages, countries, instruments, target_groups;
  ResultFacts facts;  ///< names and clock of the whole run
  PathMeasures measures;
  std::vector<StoryEvent> events;
  // stocks before the first step, in tonnes; not a number without demand
  std::vector<float> commercial_opening, strategic_opening;  ///< [member][mineral]
  std::vector<float> shared_opening;                         ///< [mineral]
  std::array<std::vector<float>, n_story_quantities> values;

  int n_steps() const { return facts.n_steps; }
  std::size_t cell_index(int member, int mineral) const {
    return static_cast<std::size_t>(member) * minerals.size() + static_cast<std::size_t>(mineral);
  }
  /// Extents along a quantity's axes.
  std::vector<int> shape(StoryAxes axes) const;
  /// Index into `values` of a place along the quantity's axes, one index each.
  std::size_t index(StoryQuantity quantity, std::initializer_list<int> at) const;
  float& at(StoryQuantity quantity, std::initializer_list<int> place) {
    return values[static_cast<std::size_t>(quantity)][index(quantity, place)];
  }
  float at(StoryQuantity quantity, std::initializer_list<int> place) const {
    return values[static_cast<std::size_t>(quantity)][index(quantity, place)];
  }
};

/// Names of a quantity's axes, outermost first.
std::vector<std::string> axis_names(StoryAxes axes);

/// Bytes that a story of `shown` would hold.
std::uint64_t story_bytes(const Scenario& scenario, const Network& network,
                          const StorySelection& shown);

/// Replays a path. All minerals run, for members' losses need them; the arrays hold those shown.
Story tell_story(const Scenario& scenario, const Network& network, std::uint64_t seed,
                 std::uint64_t path, const StorySelection& shown);

}  // namespace blocrisk
