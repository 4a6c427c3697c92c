#include "host/report/path_stories.hpp"

#include <cstddef>

#include "host/engine/accumulators.hpp"
#include "host/replay/account.hpp"
#include "host/replay/path_measures.hpp"
#include "host/replay/story.hpp"

namespace blocrisk {

PathStories tell_worst_paths(const StoredNetwork& stored, std::uint64_t seed,
                             const Summary& summary) {
  const Network& network = stored.network;
  const auto tell = [&](std::int64_t path, const StorySelection& shown) {
    const auto number = static_cast<std::uint64_t>(path);
    const Story story = tell_story(stored.scenario, stored.network_of(number), seed, number, shown);
    return account_text(story, stored.scenario);
  };
  PathStories stories;
  for (std::size_t member = 0; member < network.members.size(); ++member) {
    const auto index = static_cast<int>(member);
    for (std::size_t mineral = 0; mineral < network.minerals.size(); ++mineral) {
      const std::size_t cell = member * network.minerals.size() + mineral;
      const std::int64_t path = summary.worst.path[cell * n_worst_paths];
      stories.by_shortfall.push_back(path < 0 ? std::string()
                                              : tell(path, {{index}, {static_cast<int>(mineral)}}));
    }
    const std::int64_t path = summary.member_worst.path[member * n_worst_paths];
    if (path < 0) {
      stories.by_loss.emplace_back();
      continue;
    }
    const auto number = static_cast<std::uint64_t>(path);
    const PathMeasures measures = measure_path(stored.network_of(number), seed, number);
    stories.by_loss.push_back(tell(path, {{index}, worst_minerals(measures, {index})}));
  }
  return stories;
}

}  // namespace blocrisk
