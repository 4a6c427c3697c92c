#include "host/app/sweep_setup.hpp"

#include <algorithm>
#include <utility>

#include "host/analysis/path_values.hpp"
#include "host/app/numbers.hpp"
#include "host/app/version.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/sweep/sweep_writer.hpp"

namespace blocrisk {

std::uint64_t SweepSetup::member_bytes() const {
  const std::uint64_t values = 2 * empty_path_values(network, 0).bytes(difference_paths);
  const std::uint64_t samples = difference_paths > 0 ? most_batch_bytes : 0;
  return footprint.host_bytes() + values + samples;
}

SweepSetup set_up_sweep(const ScenarioOptions& options, const std::string& members) {
  LoadedSweep loaded = load_sweep(options.file, {options.overrides, options.paths, options.seed});
  const Scenario& base = loaded.members.base();
  auto draws = outer_draws_of(base);
  Network network = network_of(base, draws.get());
  SweepSetup setup{std::move(loaded), std::move(draws), std::move(network)};
  setup.members_asked = members;
  const SweepMembers& all = setup.members();
  setup.facts = facts_of(setup.network, all.base());
  setup.layout = row_layout(all.sweep(), setup.facts);
  setup.range = paths_of(options, all.base());
  setup.numbers = members.empty() ? PathRange{0, all.count()}
                                  : parse_members("--members", members, all.count());
  setup.footprint = estimate_footprint(setup.network, setup.range.count(), 0);
  if (setup.draws) {
    add_draws(setup.footprint, setup.network, setup.range.count() / setup.draws->paths_per_draw());
  }
  if (setup.loaded.reference)
    setup.difference_paths = std::min(all.sweep().difference_paths, setup.range.count());
  setup.hash = sweep_hash(all, setup.range, engine_version());
  return setup;
}

}  // namespace blocrisk
