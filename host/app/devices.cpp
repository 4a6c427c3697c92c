/// `blocrisk devices`: the backends and devices here, or why there are none.
#include <cstdio>
#include <memory>

#include "host/app/backends.hpp"
#include "host/app/commands.hpp"
#include "host/app/numbers.hpp"
#include "host/support/json.hpp"

namespace blocrisk {
namespace {

struct DevicesOptions {
  bool json = false;
};

void print_json(const Inventory& here) {
  JsonWriter json;
  json.begin_object().key("cpu").begin_object().member("hardware_threads", here.hardware_threads);
  json.key("lanes").begin_array();
  for (const int lanes : here.cpu_lanes) json.value(lanes);
  json.end_array().end_object().key("cuda").begin_object().key("devices").begin_array();
  for (const CudaDevice& device : here.cuda_devices) {
    json.begin_object()
        .member("id", device.id)
        .member("name", device.name)
        .member("memory_bytes", device.memory_bytes)
        .member("compute_capability",
                std::to_string(device.compute_major) + "." + std::to_string(device.compute_minor))
        .member("multiprocessors", device.multiprocessors)
        .member("highest_clock_hz", device.highest_clock_hz)
        .end_object();
  }
  json.end_array().member("reason", here.no_cuda_reason).end_object().end_object();
  std::printf("%s\n", json.text().c_str());
}

void print_table(const Inventory& here) {
  std::printf("cpu   %d hardware threads\n", here.hardware_threads);
  for (const int lanes : here.cpu_lanes) {
    std::printf("      %2d %s (%s)%s\n", lanes, lanes == 1 ? "lane " : "lanes",
                instruction_set(lanes).c_str(),
                lanes == here.cpu_lanes.back() ? ", the default" : "");
  }
  for (const CudaDevice& device : here.cuda_devices) {
    std::printf("cuda  device %d: %s, %s, compute capability %d.%d\n", device.id,
                device.name.c_str(), format_bytes(static_cast<double>(device.memory_bytes)).c_str(),
                device.compute_major, device.compute_minor);
  }
  if (!here.no_cuda_reason.empty()) {
    std::printf("cuda  %s%s\n", here.cuda_devices.empty() ? "none: " : "",
                here.no_cuda_reason.c_str());
  }
}

void devices(const DevicesOptions& options) {
  const Inventory here = take_inventory();
  options.json ? print_json(here) : print_table(here);
}

}  // namespace

void add_devices_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("devices", "Backends and devices here");
  const auto options = std::make_shared<DevicesOptions>();
  command->add_flag("--json", options->json, "For machines");
  command->callback([options, &action] { action = [options] { devices(*options); }; });
}

}  // namespace blocrisk
