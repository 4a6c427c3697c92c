/// `blocrisk plan`: memory, output size and time that a run would take; nothing is sampled.
#include <cstdio>
#include <memory>
#include <optional>

#include "host/app/backends.hpp"
#include "host/app/commands.hpp"
#include "host/app/footprint.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/app/scenario_options.hpp"
#include "host/app/sweep_plan.hpp"
#include "host/cpu/cpu_backend.hpp"
#include "host/cpu/draws_backend.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/support/json.hpp"
#include "host/sweep/parse_sweep.hpp"

namespace blocrisk {
namespace {

struct PlanOptions {
  ScenarioOptions scenario;
  std::string output;
  int threads = 0;
  int lanes = 0;
  std::uint64_t n_samples = 0;
  bool json = false;
};

struct Plan {
  std::string name, output;
  int n_steps, lanes;
  CpuMemory cpu;
  std::uint64_t n_paths;
  Footprint footprint;
  std::optional<CudaMemory> device;
  double paths_per_s;
  std::uint64_t host_bytes() const { return footprint.host_bytes() + cpu.bytes(); }
  double expected_s() const { return static_cast<double>(n_paths) / paths_per_s; }
};

Plan make_plan(const PlanOptions& options) {
  const Scenario scenario = load(options.scenario);
  const auto draws = outer_draws_of(scenario);
  const Network network = network_of(scenario, draws.get());
  const Inventory here = take_inventory();
  Plan plan{};
  plan.name = scenario.name;
  plan.output = output_path(options.output, scenario.name).string();
  plan.n_steps = network.n_steps;
  plan.lanes = options.lanes > 0 ? options.lanes : here.cpu_lanes.back();
  const PathRange range = paths_of(options.scenario, scenario);
  const CpuOptions cpu{options.threads, plan.lanes};
  plan.cpu = draws ? draws_memory(*draws, cpu, range) : cpu_memory(network, cpu, range);
  plan.n_paths = range.count();
  plan.footprint = estimate_footprint(network, plan.n_paths, options.n_samples);
  if (draws) add_draws(plan.footprint, network, plan.n_paths / draws->paths_per_draw());
  plan.device = device_memory_of(network);
  plan.paths_per_s =
      plan.cpu.threads * assumed_operations_per_s(plan.lanes) / plan.footprint.operations_per_path;
  return plan;
}

void print_json(const Plan& plan) {
  JsonWriter json;
  json.begin_object()
      .member("scenario", plan.name)
      .member("paths", plan.n_paths)
      .member("steps", plan.n_steps)
      .member("threads", plan.cpu.threads)
      .member("lanes", plan.lanes)
      .member("host_memory_bytes", plan.host_bytes())
      .member("host_memory_per_thread_bytes", plan.cpu.bytes_per_thread);
  if (plan.device) {
    json.member("device_memory_bytes", plan.device->bytes)
        .member("least_device_memory_bytes", plan.device->least_bytes);
  }
  json.member("output", plan.output)
      .member("output_bytes", plan.footprint.output_bytes)
      .member("checkpoint_bytes", plan.footprint.checkpoint_bytes())
      .member("operations_per_path", plan.footprint.operations_per_path)
      .member("assumed_paths_per_s", plan.paths_per_s)
      .member("expected_s", plan.expected_s())
      .end_object();
  std::printf("%s\n", json.text().c_str());
}

std::string size_text(std::uint64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

std::string device_text(const std::optional<CudaMemory>& device) {
  if (!device) return "this build has no CUDA backend";
  return size_text(device->bytes) + " on each CUDA device, as little as " +
         size_text(device->least_bytes) + " where it has less free";
}

void print_text(const Plan& plan) {
  const Footprint& footprint = plan.footprint;
  std::printf("%s: %s paths of %d steps; all figures are estimates, nothing was sampled\n\n",
              plan.name.c_str(), format_count(plan.n_paths).c_str(), plan.n_steps);
  std::printf(
      "host memory    %s: accumulators %s, figures and file %s, samples %s, %d threads of %s\n",
      size_text(plan.host_bytes()).c_str(), size_text(footprint.accumulator_bytes).c_str(),
      size_text(footprint.summary_bytes).c_str(), size_text(footprint.samples_bytes).c_str(),
      plan.cpu.threads, size_text(plan.cpu.bytes_per_thread).c_str());
  std::printf("device memory  %s\n", device_text(plan.device).c_str());
  std::printf("output         about %s, %s\n", size_text(footprint.output_bytes).c_str(),
              plan.output.c_str());
  std::printf("checkpoints    about %s each, two at most, beside it until it is done\n",
              size_text(footprint.checkpoint_bytes()).c_str());
  std::printf(
      "time           about %s on this CPU: %.2g operations a path, counted, at an assumed\n"
      "               %.2g a second and core with %d lanes, %d threads: %s paths/s\n",
      format_duration(plan.expected_s()).c_str(), footprint.operations_per_path,
      assumed_operations_per_s(plan.lanes), plan.lanes, plan.cpu.threads,
      format_count(static_cast<std::uint64_t>(plan.paths_per_s)).c_str());
}

void plan_run(const PlanOptions& options) {
  if (is_sweep_file(options.scenario.file)) {
    return plan_sweep(
        {options.scenario, options.output, options.threads, options.lanes, options.json});
  }
  const Plan plan = make_plan(options);
  options.json ? print_json(plan) : print_text(plan);
}

}  // namespace

void add_plan_command(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("plan", "Memory, output size and expected time, without sampling");
  const auto options = std::make_shared<PlanOptions>();
  add_scenario_options(*command, options->scenario,
                       {"SCENARIO", "A scenario or a sweep, a TOML file"});
  add_cpu_options(*command, options->threads, options->lanes);
  add_output_option(*command, options->output);
  command
      ->add_option_function<std::string>(
          "--samples",
          [options](const std::string& text) {
            options->n_samples = parse_count("--samples", text, {.least = 0});
          },
          "Paths whose measures would be stored")
      ->type_name("N");
  command->add_flag("--json", options->json, "For machines");
  command->callback([options, &action] { action = [options] { plan_run(*options); }; });
}

}  // namespace blocrisk
