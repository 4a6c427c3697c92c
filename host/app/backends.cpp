#include "host/app/backends.hpp"

#include <algorithm>
#include <thread>

#include "host/app/numbers.hpp"
#include "host/cpu/cpu_backend.hpp"
#include "host/cpu/draws_backend.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

constexpr int max_threads = 4096;

#ifdef BLOCRISK_HAVE_CUDA
std::vector<CudaDevice> find_cuda_devices(std::string& reason, int most) {
  return cuda_devices(&reason, most);
}

std::unique_ptr<Backend> open_cuda(const Network& network, std::uint64_t seed,
                                   const std::vector<int>& devices) {
  return make_cuda_backend(network, seed, devices);
}

std::optional<CudaMemory> find_cuda_memory(const Network& network) { return cuda_memory(network); }
#else
std::vector<CudaDevice> find_cuda_devices(std::string& reason, int) {
  reason = "this build has no CUDA backend: it was made without a CUDA compiler";
  return {};
}

std::unique_ptr<Backend> open_cuda(const Network&, std::uint64_t, const std::vector<int>&) {
  throw EnvironmentError("this build has no CUDA backend");
}

std::optional<CudaMemory> find_cuda_memory(const Network&) { return std::nullopt; }
#endif

std::string join(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

std::string what_is_here(const Inventory& here) {
  std::string text = "here: cpu (lanes " + join(here.cpu_lanes) + ")";
  for (const CudaDevice& device : here.cuda_devices) {
    text += ", cuda device " + std::to_string(device.id) + " (" + device.name + ")";
  }
  return text;
}

/// Looking at a device makes a context on it, so only where it may be asked for.
Inventory inventory_for(const BackendOptions& options) {
  return options.devices.empty() ? take_inventory(options.place.number + 1) : take_inventory();
}

/// Those of the devices that are a place's: dealt in turn, or shared where there are fewer.
std::vector<int> devices_of(Place place, const std::vector<int>& devices) {
  const auto n = devices.size();
  std::vector<int> mine;
  for (auto at = static_cast<std::size_t>(place.number); at < n;
       at += static_cast<std::size_t>(place.n_places))
    mine.push_back(devices[at]);
  if (mine.empty()) mine.push_back(devices[static_cast<std::size_t>(place.number) % n]);
  return mine;
}

/// One for each process, where none were named.
int device_of(Place place, const std::vector<CudaDevice>& devices) {
  return devices[static_cast<std::size_t>(place.number) % devices.size()].id;
}

ChosenBackend choose_cuda(const BackendTask& task, const BackendOptions& options,
                          const Inventory& here) {
  if (here.cuda_devices.empty()) {
    throw EnvironmentError("backend cuda is not here: " + here.no_cuda_reason + "; " +
                           what_is_here(here));
  }
  std::vector<int> devices = options.devices;
  if (devices.empty()) devices = {device_of(options.place, here.cuda_devices)};
  for (const int id : devices) {
    const auto is_it = [id](const CudaDevice& device) { return device.id == id; };
    if (std::none_of(here.cuda_devices.begin(), here.cuda_devices.end(), is_it)) {
      const std::string why = here.no_cuda_reason.empty() ? "" : here.no_cuda_reason + "; ";
      throw EnvironmentError("CUDA device " + std::to_string(id) + " cannot be had; " + why +
                             what_is_here(here));
    }
  }
  if (!options.devices.empty()) devices = devices_of(options.place, devices);
  return {open_cuda(task.network, task.seed, devices), "asked for"};
}

ChosenBackend choose_cpu(const BackendTask& task, const BackendOptions& options,
                         std::string reason) {
  const CpuOptions cpu{options.cpu_threads(), options.lanes};
  if (task.draws != nullptr) {
    return {make_draws_backend(*task.draws, task.seed, cpu), std::move(reason),
            draws_memory(*task.draws, cpu, task.range).bytes()};
  }
  return {make_cpu_backend(task.network, task.seed, cpu), std::move(reason),
          cpu_memory(task.network, cpu, task.range).bytes()};
}

ChosenBackend choose_automatically(const BackendTask& task, const BackendOptions& options) {
  if (options.threads > 0 || options.lanes > 0) {
    return choose_cpu(task, options, "auto: --threads and --lanes are the CPU's");
  }
  const Inventory here = inventory_for(options);
  if (!options.devices.empty()) return choose_cuda(task, options, here);
  if (here.cuda_devices.empty()) return choose_cpu(task, options, "auto: " + here.no_cuda_reason);
  try {
    ChosenBackend chosen = choose_cuda(task, options, here);
    chosen.reason = "auto: a CUDA device works";
    return chosen;
  } catch (const EnvironmentError& error) {
    return choose_cpu(task, options, std::string("auto: CUDA failed: ") + error.what());
  }
}

}  // namespace

void add_backend_options(CLI::App& command, BackendOptions& options) {
  command
      .add_option("--backend", options.name, "auto takes CUDA where a device works, else the CPU")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
  command
      .add_option_function<std::string>(
          "--devices",
          [&options](const std::string& text) {
            options.devices = parse_devices("--devices", text);
          },
          "CUDA devices that share the paths, as in 0,1 (default: the first that works); under MPI "
          "dealt in turn to a machine's ranks (default: one each)")
      ->type_name("LIST");
  add_cpu_options(command, options.threads, options.lanes);
}

void add_cpu_options(CLI::App& command, int& threads, int& lanes) {
  const auto is_width = [](const std::string& text) {
    const bool known = text == "1" || text == "8" || text == "16";
    return known ? std::string() : text + " is none of 1, 8 and 16";
  };
  command.add_option("--threads", threads, "CPU threads (default: one per hardware thread)")
      ->check(CLI::Range(1, max_threads))
      ->type_name("N");
  command
      .add_option("--lanes", lanes, "CPU paths per vector: 1, 8 or 16 (default: the widest here)")
      ->check(CLI::Validator(is_width, ""))
      ->type_name("N");
}

Inventory take_inventory(int most_devices) {
  Inventory here;
  here.cpu_lanes = available_lanes();
  here.hardware_threads = static_cast<int>(std::thread::hardware_concurrency());
  here.cuda_devices = find_cuda_devices(here.no_cuda_reason, most_devices);
  return here;
}

std::optional<CudaMemory> device_memory_of(const Network& network) {
  return find_cuda_memory(network);
}

std::string instruction_set(int lanes) {
  return lanes == 16 ? "AVX-512" : lanes == 8 ? "AVX2" : "scalar";
}

void refuse_contradictions(const BackendOptions& options) {
  const bool cpu_only = options.threads > 0 || options.lanes > 0;
  const bool cuda_only = !options.devices.empty();
  if (cpu_only && cuda_only)
    throw UsageError("--devices is for CUDA, --threads and --lanes are for the CPU; not both");
  if (options.name == "cpu" && cuda_only)
    throw UsageError("--devices is for CUDA, but --backend cpu was asked for");
  if (options.name == "cuda" && cpu_only) {
    throw UsageError("--threads and --lanes are for the CPU, but --backend cuda was asked for");
  }
}

ChosenBackend choose_backend(const BackendTask& task, const BackendOptions& options) {
  refuse_contradictions(options);
  if (task.draws != nullptr && (options.name == "cuda" || !options.devices.empty())) {
    throw UsageError(
        "the CUDA backend does not sample scenarios with [[uncertain]] inputs yet; take --backend "
        "cpu");
  }
  if (task.draws != nullptr && options.name == "auto")
    return choose_cpu(task, options, "auto: [[uncertain]] inputs are sampled on the CPU");
  if (options.name == "cpu") return choose_cpu(task, options, "asked for");
  if (options.name == "cuda") return choose_cuda(task, options, inventory_for(options));
  return choose_automatically(task, options);
}

}  // namespace blocrisk
