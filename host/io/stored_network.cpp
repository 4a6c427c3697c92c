#include "host/io/stored_network.hpp"

#include "host/scenario/outer_draws.hpp"
#include "host/scenario/parse.hpp"
#include "host/support/error.hpp"
#include "host/support/sha256.hpp"

namespace blocrisk {
namespace {

StoredNetwork calibrate_text(const RunOrigin& origin, const std::string& file) {
  try {
    StoredNetwork stored;
    stored.scenario = load_canonical(origin.scenario_text, "the scenario in " + file);
    stored.draws = outer_draws_of(stored.scenario);
    stored.network = network_of(stored.scenario, stored.draws.get());
    return stored;
  } catch (const ScenarioError& error) {
    throw EnvironmentError(file + " holds a scenario that engine " + origin.engine_version +
                           " took and this program does not:\n" + error.what());
  }
}

}  // namespace

StoredNetwork rebuild_network(const RunOrigin& origin, const std::filesystem::path& file) {
  if (sha256(origin.scenario_text) != origin.scenario_sha256)
    throw EnvironmentError(file.string() +
                           " is damaged: its scenario is not the one it was written with");
  StoredNetwork stored = calibrate_text(origin, file.string());
  if (stored.network.hash != origin.network_hash) {
    throw EnvironmentError(file.string() + " was sampled on the network " + origin.network_hash +
                           " by engine " + origin.engine_version + " (" + origin.commit +
                           "); this program makes " + stored.network.hash +
                           " of its scenario, so its paths are others; use that engine");
  }
  return stored;
}

}  // namespace blocrisk
