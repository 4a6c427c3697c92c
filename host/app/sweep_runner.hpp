/// Runs the members of a sweep that its journal lacks: one after the other, or on several ranks.
#pragma once

#include <cstdint>
#include <string>

#include "host/app/backends.hpp"
#include "host/app/ranks.hpp"
#include "host/app/sweep_setup.hpp"
#include "host/sweep/journal.hpp"

namespace blocrisk {

struct SweepRunOptions {
  BackendOptions backend;
  std::string progress = "auto";
  bool fail_fast = false, quiet = false;
};

/// What running members tells besides their rows.
struct SweepRun {
  std::string backend, device;
  std::uint64_t n_run = 0;    ///< members run here, failed ones too
  std::uint64_t n_paths = 0;  ///< sampled; the reference's for the differences too, once
  double sampling_s = 0.0;
};

/// Appends them to the journal; `ranks`: null where this process is alone, else it is the first. A
/// member that fails is said on standard error, or, with `fail_fast`, thrown. Throws StoppedEarly
/// where a signal came, an Error with exit code 3 where the reference cannot be run, and
/// EnvironmentError where a machine fails; what is in the journal by then stays there.
SweepRun run_members(const SweepRunOptions& options, const SweepSetup& setup, Journal& journal,
                     Ranks* ranks);

}  // namespace blocrisk
