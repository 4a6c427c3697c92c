#include "host/app/sweep_ranks.hpp"

#include <memory>

#include "host/app/member_runner.hpp"
#include "host/app/sweep_setup.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

std::string quoted(const std::string& text) { return text.empty() ? "absent" : text; }

/// What this rank makes of its command line, if that is the first rank's sweep.
SweepSetup same_setup(const ScenarioOptions& options, const std::string& members,
                      const MemberJob& job) {
  if (members != job.members_asked) {
    throw UsageError("--members is " + quoted(members) + " here and " + quoted(job.members_asked) +
                     " on the first rank; --mpi off makes each process a sweep of its own");
  }
  SweepSetup setup = set_up_sweep(options, members);
  if (setup.hash != job.sweep_hash) {
    throw EnvironmentError(options.file +
                           " is another sweep here than on the first rank: another file, scenario, "
                           "seed, paths or program");
  }
  return setup;
}

class ToldMembers final : public MemberWork {
 public:
  ToldMembers(SweepSetup setup, const BackendOptions& backend, int n_here)
      : setup_(std::move(setup)), runner_(setup_, backend, n_here) {}

  std::string introduction() const override { return runner_.introduction(); }
  std::string run(std::uint64_t member, const std::function<bool()>& is_wanted) override {
    return runner_.run(member, is_wanted);
  }

 private:
  SweepSetup setup_;
  MemberRunner runner_;
};

}  // namespace

void serve_sweep(Ranks& ranks, const ScenarioOptions& options, const std::string& members,
                 const BackendOptions& backend) {
  ranks.serve_members([&](const MemberJob& job) {
    return std::make_unique<ToldMembers>(same_setup(options, members, job), backend,
                                         ranks.n_local());
  });
}

}  // namespace blocrisk
