/// The command line of `blocrisk run`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/App.hpp>

#include "host/app/backends.hpp"
#include "host/app/precision_options.hpp"
#include "host/app/scenario_options.hpp"

namespace blocrisk {

struct RunCommand {
  ScenarioOptions scenario;
  BackendOptions backend;
  PrecisionOptions precision;
  std::string output;
  std::string progress = "auto";
  std::optional<std::uint64_t> n_samples, n_attributed;
  std::uint64_t batch_paths = 0;  ///< 0: the backend's choice
  bool overwrite = false;
  bool quiet = false;
  bool no_volatile = false;
  bool json = false;
  bool resume = false;
  std::string extend;         ///< the result to add to; empty: a new run
  double time_limit_s = 0;    ///< 0: none
  double checkpoint_s = 600;  ///< 0: none but where the run is stopped
  bool checkpoint_was_asked = false;
  std::string command_line;

  /// An extended result takes the place of the one it was, unless told otherwise.
  std::string output_asked() const { return output.empty() ? extend : output; }
};

void add_run_options(CLI::App& command, RunCommand& options);

}  // namespace blocrisk
