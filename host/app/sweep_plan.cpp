#include "host/app/sweep_plan.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "host/app/backends.hpp"
#include "host/app/numbers.hpp"
#include "host/app/output_file.hpp"
#include "host/app/sweep_setup.hpp"
#include "host/cpu/cpu_backend.hpp"
#include "host/cpu/draws_backend.hpp"
#include "host/support/json.hpp"
#include "host/support/stopwatch.hpp"
#include "host/sweep/run_member.hpp"

namespace blocrisk {
namespace {

/// So many members are tried, spread over the design: does each make a network?
constexpr std::uint64_t most_tried = 64;

struct SweepForecast {
  SweepSetup setup;
  std::string output;
  int lanes;
  CpuMemory cpu;
  double paths_per_s, network_s;  ///< network_s: measured, of each member
  std::uint64_t n_tried;
  std::vector<std::pair<std::uint64_t, std::string>> failing;  ///< of those tried

  std::uint64_t n_paths() const {
    return setup.numbers.count() * setup.range.count() + setup.difference_paths;
  }
  double expected_s() const {
    return static_cast<double>(n_paths()) / paths_per_s +
           static_cast<double>(setup.numbers.count()) * network_s;
  }
  std::uint64_t host_bytes() const { return setup.host_bytes() + cpu.bytes(); }
};

SweepForecast make_forecast(const SweepPlanOptions& options) {
  SweepForecast plan{set_up_sweep(options.scenario, ""), {}, 0, {}, 0, 0, 0, {}};
  const SweepSetup& setup = plan.setup;
  plan.output = output_path(options.output, setup.members().sweep().name).string();
  plan.lanes = options.lanes > 0 ? options.lanes : take_inventory().cpu_lanes.back();
  const CpuOptions cpu{options.threads, plan.lanes};
  plan.cpu = setup.draws ? draws_memory(*setup.draws, cpu, setup.range)
                         : cpu_memory(setup.network, cpu, setup.range);
  plan.paths_per_s =
      plan.cpu.threads * assumed_operations_per_s(plan.lanes) / setup.footprint.operations_per_path;
  const std::uint64_t n = setup.numbers.count();
  plan.n_tried = std::min(n, most_tried);
  Stopwatch watch;
  for (std::uint64_t k = 0; k < plan.n_tried; ++k) {
    const std::uint64_t member = k * n / plan.n_tried;
    std::string problem = why_not(setup.members(), setup.facts, member);
    if (!problem.empty()) plan.failing.emplace_back(member, std::move(problem));
  }
  plan.network_s = watch.lap() / static_cast<double>(plan.n_tried);
  return plan;
}

void print_json(const SweepForecast& plan) {
  JsonWriter json;
  json.begin_object()
      .member("sweep", plan.setup.members().sweep().name)
      .member("members", plan.setup.numbers.count())
      .member("paths_per_member", plan.setup.range.count())
      .member("paths", plan.n_paths())
      .member("threads", plan.cpu.threads)
      .member("lanes", plan.lanes)
      .member("host_memory_bytes", plan.host_bytes())
      .member("output", plan.output)
      .member("output_bytes", plan.setup.output_bytes())
      .member("journal_bytes", plan.setup.rows_bytes())
      .member("assumed_paths_per_s", plan.paths_per_s)
      .member("network_s", plan.network_s)
      .member("expected_s", plan.expected_s())
      .member("members_tried", plan.n_tried);
  json.key("failing").begin_array();
  for (const auto& [member, problem] : plan.failing) {
    json.begin_object()
        .member("scenario", member)
        .member("name", plan.setup.members().name(member))
        .member("message", problem)
        .end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", json.text().c_str());
}

std::string size_text(std::uint64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

void print_text(const SweepForecast& plan) {
  const SweepSetup& setup = plan.setup;
  const Sweep& sweep = setup.members().sweep();
  std::printf("%s: %s, %s members of %s paths; nothing was sampled\n\n", sweep.name.c_str(),
              std::string(name_of(sweep.design.kind)).c_str(),
              format_count(setup.numbers.count()).c_str(),
              format_count(setup.range.count()).c_str());
  for (const Axis& axis : sweep.axes) {
    const std::string values =
        axis.law ? axis.law->distribution : std::to_string(axis.n_values()) + " values";
    std::string at;
    for (const std::string& address : axis.addresses) at += (at.empty() ? "" : ", ") + address;
    std::printf("axis           %s: %s at %s\n", axis.name.c_str(), values.c_str(), at.c_str());
  }
  std::printf("paths          %s%s\n", format_count(plan.n_paths()).c_str(),
              setup.difference_paths > 0 ? ", those of the reference twice" : "");
  std::printf("host memory    %s\n", size_text(plan.host_bytes()).c_str());
  std::printf("output         about %s, %s; meanwhile %s of finished members beside it\n",
              size_text(setup.output_bytes()).c_str(), plan.output.c_str(),
              size_text(setup.rows_bytes()).c_str());
  std::printf(
      "time           about %s on this CPU: %s paths/s assumed with %d lanes, %d threads,\n"
      "               and %s to make each network, measured\n",
      format_duration(plan.expected_s()).c_str(),
      format_count(static_cast<std::uint64_t>(plan.paths_per_s)).c_str(), plan.lanes,
      plan.cpu.threads, format_duration(plan.network_s).c_str());
  for (const auto& [member, problem] : plan.failing) {
    std::printf("would fail     %llu (%s): %s\n", static_cast<unsigned long long>(member),
                setup.members().name(member).c_str(), problem.c_str());
  }
  if (plan.n_tried < setup.numbers.count())
    std::printf("%llu members were tried\n", static_cast<unsigned long long>(plan.n_tried));
}

}  // namespace

void plan_sweep(const SweepPlanOptions& options) {
  const SweepForecast plan = make_forecast(options);
  options.json ? print_json(plan) : print_text(plan);
}

}  // namespace blocrisk
