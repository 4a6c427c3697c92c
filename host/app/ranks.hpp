/// A run or a sweep on several ranks: `--mpi`, who is who, and what the others do. Where a process
/// was started alone, or `--mpi off` says that it is, there is nothing of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "host/app/backends.hpp"
#include "host/cpu/attribution.hpp"
#include "host/mpi/member_work.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// auto, on or off; `shared`: what ranks share, "paths" or "members"
void add_mpi_option(CLI::App& command, std::string& choice, const std::string& shared);

/// Whether this process is a rank whose mistakes the first rank tells too: they have the same
/// command line.
bool is_told_by_first_rank(int argc, char** argv);

/// What all ranks compute with, for people.
struct SharedBackend {
  std::string name, device;
};

/// One process's part in an MPI job.
class Ranks {
 public:
  virtual ~Ranks() = default;  ///< the first rank's lets the others go
  virtual bool is_first() const = 0;
  /// Ranks on this one's machine.
  virtual int n_local() const = 0;
  /// The options with this rank's share of its machine's devices and processors.
  virtual BackendOptions share(BackendOptions options) const = 0;
  /// Every rank but the first: does what it is told until it is let go.
  virtual void serve(const BackendOptions& options) = 0;

  /// The first: gets every rank ready for the scenario; the backend that was chosen becomes that of
  /// all. `host_bytes`: what this process holds beside. Keeps references to the task's network and
  /// draws. Throws what hindered a rank, and EnvironmentError where this machine's ranks together
  /// need more memory than it has.
  virtual ChosenBackend lead(const Scenario& scenario, const BackendTask& task,
                             ChosenBackend chosen, const BackendOptions& options,
                             std::uint64_t host_bytes) = 0;
  /// The first, after `lead`: attribution's pass on the processors of all.
  virtual AttributionSums attribute(const AttributionRequest& request) = 0;

  /// Every rank but the first, in a sweep: runs the members that it is told until it is let go.
  virtual void serve_members(const OpenMembers& open) = 0;
  /// The first: gets every rank ready for the sweep (the program is filled in); `own` is this one's
  /// work. Throws what hindered a rank.
  virtual SharedBackend lead_members(MemberJob job, const MemberWork& own) = 0;
  /// The first, after `lead_members`, with the job's numbers: see deal_members.hpp.
  virtual void deal_members(const std::vector<std::uint64_t>& numbers, MemberWork& own,
                            const TakeRow& take, const std::function<bool()>& go_on) = 0;
};

/// Null where the process is alone. `choice` as given to `--mpi`. Throws UsageError where srun
/// started several tasks without MPI, EnvironmentError where this build has no MPI, or another one
/// than the launcher's.
std::unique_ptr<Ranks> join_ranks(const std::string& choice);

}  // namespace blocrisk
