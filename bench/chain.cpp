// What does one mineral cost? Each mineral of the baseline alone, one thread, per lane width; items
// are path-steps, by processor time. Layer 1 of that world (all actors, one price) and counting are
// in the time, for a chain never runs without them. `flows` says how large the chain is: nodes
// times sinks, all stages.
#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

#include "host/cpu/cpu_backend.hpp"
#include "host/engine/run.hpp"
#include "host/scenario/calibrate.hpp"
#include "host/scenario/parse.hpp"

namespace {

using namespace blocrisk;

constexpr std::uint64_t seed = 1;
constexpr int n_groups = 1024;  // of as many paths as there are lanes

const Scenario& baseline() {
  static const Scenario scenario = load_scenario(BLOCRISK_BASELINE);
  return scenario;
}

template <class Row>
void keep_rows(const std::string& mineral, std::vector<Row>& rows) {
  std::erase_if(rows, [&](const Row& row) { return row.mineral != mineral; });
}

/// Events aimed at other minerals go; those aimed at this one among others stay, for it alone.
void keep_events(const std::string& mineral, std::vector<ScheduledEvent>& events) {
  for (ScheduledEvent& event : events) {
    if (event.minerals) std::erase_if(*event.minerals, [&](auto& id) { return id != mineral; });
  }
  std::erase_if(events, [](const ScheduledEvent& event) {
    return event.minerals && event.minerals->empty();
  });
}

void keep_entry(const std::string& mineral, std::map<std::string, double>& entries) {
  std::erase_if(entries, [&](const auto& entry) { return entry.first != mineral; });
}

Scenario only(const std::string& mineral) {
  Scenario scenario = baseline();
  std::erase_if(scenario.minerals, [&](const Mineral& row) { return row.id != mineral; });
  keep_rows(mineral, scenario.nodes);
  keep_rows(mineral, scenario.demand);
  keep_rows(mineral, scenario.trade);
  keep_rows(mineral, scenario.stocks);
  keep_rows(mineral, scenario.projects);
  keep_events(mineral, scenario.scheduled);
  keep_entry(mineral, scenario.price_floor.ratio);
  keep_entry(mineral, scenario.shared_stock.days);
  keep_entry(mineral, scenario.shared_stock.tonnes);
  scenario.correlation.clear();
  resolve(scenario);
  return scenario;
}

int n_flows(const ChainSpec& chain) {
  int flows = 0;
  for (int stage = 0; stage < chain.n_stages; ++stage) {
    flows += chain.stages[stage].n_nodes * chain.stages[stage].n_sinks;
  }
  return flows;
}

void sample(benchmark::State& state, const std::string& mineral, int lanes) {
  const Network network = calibrate(only(mineral));
  const auto backend = make_cpu_backend(network, seed, {1, lanes});
  const auto n_paths = static_cast<std::uint64_t>(n_groups * lanes);
  RunOptions first_call;
  first_call.range = {0, n_paths / 8};
  Accumulators into = run_paths(network, *backend, first_call).accumulators;
  for (auto _ : state) backend->run({0, n_paths}, into, nullptr);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n_paths) *
                          network.n_steps);
  state.counters["flows"] = n_flows(network.chains.front());
}

}  // namespace

int main(int argc, char** argv) {
  for (const int lanes : available_lanes()) {
    for (const Mineral& mineral : baseline().minerals) {
      const std::string name = mineral.id + "/lanes:" + std::to_string(lanes);
      benchmark::RegisterBenchmark(name.c_str(), sample, mineral.id, lanes)
          ->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
