#include "host/replay/story.hpp"

#include <algorithm>
#include <limits>

#include "host/replay/story_recorder.hpp"
#include "kernels/random/address.hpp"

namespace blocrisk {
namespace {

int size_of(const std::vector<std::string>& labels) { return static_cast<int>(labels.size()); }

template <class Name>
std::vector<std::string> chosen(const std::vector<Name>& names, const std::vector<int>& which) {
  std::vector<std::string> labels;
  for (const int k : which) labels.push_back(names[static_cast<std::size_t>(k)]);
  return labels;
}

Story empty_story(const Scenario& scenario, const Network& network, const StorySelection& shown) {
  Story story;
  story.shown = shown;
  story.facts = facts_of(network, scenario);
  story.members = chosen(network.members, shown.members);
  story.minerals = chosen(network.minerals, shown.minerals);
  story.stages = story.facts.diagnostics.stages;
  for (const Country& country : scenario.countries) story.countries.push_back(country.id);
  for (const Instrument& law : scenario.instruments) story.instruments.push_back(law.name);
  for (const TargetGroup& group : scenario.target_groups) story.target_groups.push_back(group.name);
  return story;
}

std::size_t count(const std::vector<int>& shape) {
  std::size_t product = 1;
  for (const int extent : shape) product *= static_cast<std::size_t>(extent);
  return product;
}

/// Axis position of a mineral among those shown, -1 where it is not.
int shown_index(const std::vector<int>& shown, int k) {
  const auto at = std::find(shown.begin(), shown.end(), k);
  return at == shown.end() ? no_index : static_cast<int>(at - shown.begin());
}

/// Nodes of shown minerals that take part in an event.
std::vector<StoryEvent::Hit> hits_of(const EventRecord& event, const OnePath& path,
                                     const Network& network, const Story& story,
                                     const Scenario& scenario) {
  std::vector<StoryEvent::Hit> hits;
  for (const int mineral : story.shown.minerals) {
    const ChainSpec& chain = network.chains[static_cast<std::size_t>(mineral)];
    for (int s = 0; s < chain.n_stages; ++s) {
      for (int k = 0; k < chain.stages[s].n_strikes; ++k) {
        const std::size_t at = chain.stages[s].strikes + static_cast<std::size_t>(k);
        const StrikeSpec& strike = network.strikes[at];
        if (strike.actor != event.actor || !takes_part(event, path, network, mineral, at)) continue;
        hits.push_back({shown_index(story.shown.minerals, mineral),
                        stage_position(story, scenario, mineral, s),
                        country_of_node(network, mineral, s, strike.node)});
      }
    }
  }
  return hits;
}

std::string scheduled_name(const EventRecord& event, const Scenario& scenario) {
  if (!event.scheduled) return {};
  for (const ScheduledEvent& listed : scenario.scheduled) {
    if (stream_id("scheduled|" + listed.name) == event.stream) return listed.name;
  }
  return {};
}

void record_world(const Scenario& scenario, const Network& network, const World<OneLane>& world,
                  const OnePath& path, Story& story) {
  for (std::size_t a = 0; a < scenario.actors.size(); ++a) {
    const int country = scenario.country_index(scenario.actors[a].country);
    const bool switches = network.actors[a].n_regimes > 1;
    for (int step = 0; step < story.n_steps(); ++step) {
      const int at = static_cast<int>(a) * story.n_steps() + step;
      story.at(StoryQuantity::regime, {country, step}) =
          switches ? static_cast<float>(world.regime[at]) : 0.0f;
    }
  }
  for (const EventRecord& event : path.events()) {
    const auto& actor = scenario.actors[static_cast<std::size_t>(event.actor)];
    story.events.push_back({scenario.country_index(actor.country), event.step, event.end_step,
                            event.instrument, event.group, scheduled_name(event, scenario),
                            hits_of(event, path, network, story, scenario)});
  }
}

}  // namespace

std::vector<int> Story::shape(StoryAxes axes) const {
  const int countries_n = size_of(countries);
  const int minerals_n = size_of(minerals);
  const int members_n = size_of(members);
  switch (axes) {
    case StoryAxes::actor:
      return {countries_n, n_steps()};
    case StoryAxes::market:
      return {minerals_n, n_steps()};
    case StoryAxes::node:
      return {minerals_n, size_of(stages), countries_n, n_steps()};
    case StoryAxes::cell:
      return {members_n, minerals_n, n_steps()};
    case StoryAxes::delivery:
      return {members_n, minerals_n, size_of(stages), countries_n, n_steps()};
    case StoryAxes::cause:
      return {members_n, minerals_n, countries_n, n_causes, n_steps()};
  }
  return {};
}

std::size_t Story::index(StoryQuantity quantity, std::initializer_list<int> place) const {
  const std::vector<int> extents = shape(story_table[static_cast<std::size_t>(quantity)].axes);
  RISK_ASSERT(place.size() == extents.size());
  std::size_t at = 0;
  std::size_t k = 0;
  for (const int coordinate : place)
    at = at * static_cast<std::size_t>(extents[k++]) + static_cast<std::size_t>(coordinate);
  return at;
}

std::vector<std::string> axis_names(StoryAxes axes) {
  switch (axes) {
    case StoryAxes::actor:
      return {"country", "time"};
    case StoryAxes::market:
      return {"mineral", "time"};
    case StoryAxes::node:
      return {"mineral", "stage", "country", "time"};
    case StoryAxes::cell:
      return {"member", "mineral", "time"};
    case StoryAxes::delivery:
      return {"member", "mineral", "stage", "country", "time"};
    case StoryAxes::cause:
      return {"member", "mineral", "country", "cause", "time"};
  }
  return {};
}

std::uint64_t story_bytes(const Scenario& scenario, const Network& network,
                          const StorySelection& shown) {
  const Story story = empty_story(scenario, network, shown);
  std::uint64_t bytes = 0;
  for (const StoryQuantityInfo& info : story_table)
    bytes += count(story.shape(info.axes)) * sizeof(float);
  return bytes;
}

Story tell_story(const Scenario& scenario, const Network& network, std::uint64_t seed,
                 std::uint64_t path, const StorySelection& shown) {
  Story story = empty_story(scenario, network, shown);
  constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t k = 0; k < story_table.size(); ++k)
    story.values[k].assign(count(story.shape(story_table[k].axes)), nothing);
  story.commercial_opening.assign(story.members.size() * story.minerals.size(), nothing);
  story.strategic_opening = story.commercial_opening;
  story.shared_opening.assign(story.minerals.size(), nothing);
  OnePath one(network, seed);
  record_world(scenario, network, one.sample_world(path), one, story);
  PathSums sums(network, path);
  PathWatcher nobody;
  for (int m = 0; m < network.header.n_minerals; ++m) {
    const int at = shown_index(shown.minerals, m);
    if (at == no_index) {
      sums.add(m, one.run_chain(m, nobody));
      continue;
    }
    StoryRecorder recorder(scenario, network, m, at, story);
    sums.add(m, one.run_chain(m, recorder));
  }
  story.measures = sums.finish();
  return story;
}

}  // namespace blocrisk
