#include "host/app/mpi_ranks.hpp"

#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

#include "host/app/footprint.hpp"
#include "host/app/version.hpp"
#include "host/engine/run.hpp"
#include "host/mpi/communicator.hpp"
#include "host/mpi/deal_members.hpp"
#include "host/mpi/introductions.hpp"
#include "host/mpi/member_worker.hpp"
#include "host/mpi/ranks_backend.hpp"
#include "host/mpi/worker.hpp"
#include "host/scenario/canonical.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/scenario/parse.hpp"
#include "host/support/error.hpp"

namespace blocrisk {
namespace {

/// What the ranks of one machine hold beside what the first rank holds besides.
std::uint64_t bytes_of_ranks(int n_local, const ChosenBackend& chosen, const Network& network) {
  return static_cast<std::uint64_t>(n_local) *
         (chosen.host_bytes + Accumulators::bytes(shape_of(network)));
}

constexpr const char* memory_remedy = "fewer ranks on a machine or fewer --threads need less";

void require_same(const std::string& program) {
  if (program == this_program()) return;
  throw EnvironmentError("this is blocrisk " + this_program() + ", the first rank's is " + program +
                         "; all need the same");
}

Scenario scenario_of(const JobText& job) {
  require_same(job.program);
  return load_canonical(job.scenario, "the first rank's scenario");
}

/// A rank's work on what the first rank told it.
class ToldWork final : public OwnedRankWork {
 public:
  ToldWork(const JobText& job, const BackendOptions& options, int n_local)
      : scenario_(scenario_of(job)),
        draws_(outer_draws_of(scenario_)),
        network_(network_of(scenario_, draws_.get())) {
    if (network_.hash != job.network_hash) {
      throw EnvironmentError("the scenario makes the network " + network_.hash + " here, and " +
                             job.network_hash + " on the first rank");
    }
    const std::uint64_t seed = scenario_.sampling.seed;
    chosen_ = choose_backend({network_, seed, job.range, draws_.get()}, options);
    require_memory(bytes_of_ranks(n_local, chosen_, network_), memory_remedy);
    work_.emplace(network_, draws_.get(), seed, *chosen_.backend,
                  CpuOptions{options.cpu_threads(), options.lanes});
  }
  RankWork& work() override { return *work_; }

 private:
  Scenario scenario_;
  std::unique_ptr<const OuterDraws> draws_;
  Network network_;
  ChosenBackend chosen_;
  std::optional<RankWork> work_;
};

class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    if (is_first()) dismissal_.emplace(all_);
  }

  int size() const { return all_.size(); }
  bool is_first() const override { return all_.is_first(); }
  int n_local() const override { return all_.n_local(); }

  BackendOptions share(BackendOptions options) const override {
    options.place = {all_.local_rank(), all_.n_local()};
    options.fair_threads = all_.fair_threads();
    return options;
  }

  void serve(const BackendOptions& options) override {
    all_or_none([&] {
      blocrisk::serve(all_, [&](const JobText& job) {
        return std::make_unique<ToldWork>(job, options, all_.n_local());
      });
    });
  }

  ChosenBackend lead(const Scenario& scenario, const BackendTask& task, ChosenBackend chosen,
                     const BackendOptions& options, std::uint64_t host_bytes) override {
    require_memory(host_bytes + bytes_of_ranks(all_.n_local(), chosen, task.network),
                   memory_remedy);
    own_ = std::move(chosen.backend);
    own_work_.emplace(task.network, task.draws, task.seed, *own_,
                      CpuOptions{options.cpu_threads(), options.lanes});
    const JobText job{this_program(), task.network.hash, canonical_text(scenario), task.range};
    auto backend = std::make_unique<RanksBackend>(all_, job, *own_work_);
    backend_ = backend.get();
    chosen.backend = std::move(backend);
    return chosen;
  }

  AttributionSums attribute(const AttributionRequest& request) override {
    return backend_->attribute(request);
  }

  void serve_members(const OpenMembers& open) override {
    all_or_none([&] {
      blocrisk::serve_members(all_, [&](const MemberJob& job) {
        require_same(job.program);
        return open(job);
      });
    });
  }

  SharedBackend lead_members(MemberJob job, const MemberWork& own) override {
    job.program = this_program();
    const Introductions all = introduce_all(all_, {}, to_bytes(job), {0, own.introduction()});
    return {backends_text(all), devices_text(all_, all)};
  }

  void deal_members(const std::vector<std::uint64_t>& numbers, MemberWork& own, const TakeRow& take,
                    const std::function<bool()>& go_on) override {
    blocrisk::deal_members(all_, numbers, own, take, go_on);
  }

 private:
  Communicator all_;
  std::optional<Dismissal> dismissal_;  ///< goes first
  std::unique_ptr<Backend> own_;
  std::optional<RankWork> own_work_;
  RanksBackend* backend_ = nullptr;  ///< whoever leads owns it
};

}  // namespace

std::unique_ptr<Ranks> join_mpi(int n_launched) {
  auto ranks = std::make_unique<MpiRanks>();
  if (n_launched == 0 || n_launched == ranks->size()) return ranks;
  throw EnvironmentError(
      "the launcher started " + std::to_string(n_launched) +
      " processes, but this program's MPI (" + mpi_library() + ") knows of " +
      std::to_string(ranks->size()) +
      "; use the mpirun of that MPI, or --mpi off where each is to be on its own");
}

}  // namespace blocrisk
