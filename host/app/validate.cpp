/// `blocrisk validate`: every mistake of a scenario at once, or what calibration adjusted.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "host/analysis/diagnostics_table.hpp"
#include "host/app/commands.hpp"
#include "host/app/numbers.hpp"
#include "host/app/scenario_options.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/support/error.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

constexpr std::uint64_t n_tried_draws = 64;

struct ValidateOptions {
  ScenarioOptions scenario;
  bool json = false;
};

void write_complaints(const ScenarioError& error) {
  JsonWriter json;
  json.begin_object().member("valid", false).key("complaints").begin_array();
  for (const Complaint& complaint : error.complaints()) {
    json.begin_object()
        .member("file", complaint.file)
        .member("line", complaint.line)
        .member("key", complaint.key)
        .member("value", complaint.value)
        .member("message", complaint.message)
        .end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", json.text().c_str());
}

void write_json(const Scenario& scenario, const Network& network) {
  JsonWriter json;
  json.begin_object()
      .member("valid", true)
      .member("name", scenario.name)
      .member("minerals", network.minerals.size())
      .member("countries", scenario.countries.size())
      .member("members", network.members.size())
      .member("actors", scenario.actors.size())
      .member("nodes", scenario.nodes.size())
      .member("projects", scenario.projects.size())
      .member("uncertain_inputs", scenario.uncertain.size())
      .member("steps", network.n_steps)
      .member("network_sha256", network.hash)
      .key("calibration_scale")
      .begin_array();
  for (std::size_t m = 0; m < network.base.size(); ++m) {
    for (std::size_t s = 0; s < network.base[m].size(); ++s) {
      json.begin_object()
          .member("mineral", network.minerals[m])
          .member("stage", scenario.minerals[m].stages[s])
          .member("scale", network.base[m][s].scale)
          .member("worst_residual", network.base[m][s].worst_residual)
          .end_object();
    }
  }
  json.end_array().key("adjustments").begin_array();
  for (const Adjustment& adjustment : network.adjustments) {
    json.begin_object()
        .member("mineral", adjustment.mineral)
        .member("stage", adjustment.stage)
        .member("subject", adjustment.subject)
        .member("message", adjustment.message)
        .end_object();
  }
  json.end_array();
  json.key("diagnostics").raw(json_diagnostics(facts_of(network, scenario))).end_object();
  std::printf("%s\n", json.text().c_str());
}

void print_sizes(const Scenario& scenario, const Network& network) {
  std::printf("%s: valid\n", scenario.name.c_str());
  std::printf(
      "  %zu minerals, %zu countries (%zu in the bloc), %zu actors, %zu nodes, %zu projects\n",
      network.minerals.size(), scenario.countries.size(), network.members.size(),
      scenario.actors.size(), scenario.nodes.size(), scenario.projects.size());
  std::printf("  %d steps, %d a year, from %s; %s paths, seed %llu\n", network.n_steps,
              network.steps_per_year, scenario.clock.start.c_str(),
              format_count(scenario.sampling.paths).c_str(),
              static_cast<unsigned long long>(scenario.sampling.seed));
  if (scenario.uncertain.empty()) return;
  std::printf(
      "  %zu uncertain inputs, drawn every %d paths; both ends of each and %llu draws make "
      "valid scenarios\n",
      scenario.uncertain.size(), scenario.sampling.paths_per_draw,
      static_cast<unsigned long long>(n_tried_draws));
}

std::string place_of(const Adjustment& adjustment) {
  return adjustment.stage.empty() ? adjustment.mineral
                                  : adjustment.mineral + " " + adjustment.stage;
}

void print_adjustments(const Network& network) {
  std::printf(network.adjustments.empty() ? "calibration adjusted nothing\n"
                                          : "calibration adjusted:\n");
  std::size_t width = 0;
  for (const Adjustment& adjustment : network.adjustments) {
    width = std::max(width, place_of(adjustment).size());
  }
  for (const Adjustment& adjustment : network.adjustments) {
    std::printf("  %-*s  %s%s%s\n", static_cast<int>(width), place_of(adjustment).c_str(),
                adjustment.subject.c_str(), adjustment.subject.empty() ? "" : ": ",
                adjustment.message.c_str());
  }
}

/// Ends of each input are tried by themselves already; this is for what they make together.
void try_draws(const OuterDraws& draws) {
  for (std::uint64_t draw = 0; draw < n_tried_draws; ++draw) (void)draws.network(draw);
}

void validate_scenario(const ValidateOptions& options) {
  try {
    const Scenario scenario = load(options.scenario);
    const auto draws = outer_draws_of(scenario);
    const Network network = network_of(scenario, draws.get());
    if (draws) try_draws(*draws);
    if (options.json) return write_json(scenario, network);
    print_sizes(scenario, network);
    print_adjustments(network);
    std::printf("\n%s", text_diagnostics(facts_of(network, scenario)).c_str());
  } catch (const ScenarioError& error) {
    if (options.json) write_complaints(error);
    throw;
  }
}

}  // namespace

void add_validate_command(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("validate", "All mistakes at once; what calibration adjusted");
  const auto options = std::make_shared<ValidateOptions>();
  add_scenario_options(*command, options->scenario);
  command->add_flag("--json", options->json, "For machines");
  command->callback([options, &action] { action = [options] { validate_scenario(*options); }; });
}

}  // namespace blocrisk
