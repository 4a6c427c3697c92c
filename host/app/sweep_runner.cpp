#include "host/app/sweep_runner.hpp"

#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "host/app/interrupt.hpp"
#include "host/app/progress.hpp"
#include "host/support/error.hpp"
#include "host/support/stopwatch.hpp"
#include "host/sweep/run_member.hpp"

namespace blocrisk {
namespace {

class SweepRunner {
 public:
  SweepRunner(const SweepRunOptions& options, const SweepSetup& setup, Journal& journal)
      : options_(options),
        setup_(setup),
        journal_(journal),
        reporter_(progress_style(options.progress, options.quiet)) {
    for (std::uint64_t k = setup.numbers.first; k < setup.numbers.last; ++k) {
      if (!journal.has(k)) todo_.push_back(k);
    }
    const std::uint64_t paths = setup.range.count();
    paths_asked_ = todo_.size() * paths + (todo_.empty() ? 0 : setup.difference_paths);
  }

  SweepRun run() {
    if (todo_.empty()) return run_;
    MemberTask task{setup_.members(),
                    setup_.facts,
                    setup_.range,
                    [this](const Network& network, const OuterDraws* draws) {
                      return open_backend(network, draws);
                    },
                    nullptr,
                    [this](const Progress& progress) { return on_progress(progress); }};
    std::optional<ReferencePaths> reference;
    if (setup_.loaded.reference) {
      reference = run_reference(task, *setup_.loaded.reference);
      task.reference = &*reference;
      paths_done_ += setup_.difference_paths;
      run_.n_paths += setup_.difference_paths;
    }
    for (const std::uint64_t number : todo_) {
      if (stop_signal() != nullptr) stop();
      const std::optional<MemberRow> row = run_member(task, number);
      if (!row) stop();
      journal_.append(*row);
      ++run_.n_run;
      paths_done_ += setup_.range.count();
      if (row->failed()) {
        tell_failure(*row);
      } else {
        run_.n_paths += setup_.range.count();
      }
    }
    elapsed_s_ += watch_.lap();
    run_.sampling_s = elapsed_s_;
    return run_;
  }

 private:
  std::unique_ptr<Backend> open_backend(const Network& network, const OuterDraws* draws) {
    ChosenBackend chosen = choose_backend(
        {network, setup_.members().base().sampling.seed, setup_.range, draws}, options_.backend);
    if (!run_.backend.empty()) return std::move(chosen.backend);
    require_memory(setup_.host_bytes() + chosen.host_bytes,
                   "fewer members, [keep] or --threads need less, `blocrisk plan` says how much");
    run_.backend = chosen.backend->name();
    run_.device = chosen.backend->device();
    if (!options_.quiet && options_.progress != "json") {
      std::fprintf(stderr, "backend %s: %s (%s)\n", run_.backend.c_str(), run_.device.c_str(),
                   chosen.reason.c_str());
    }
    return std::move(chosen.backend);
  }

  bool on_progress(const Progress& of_member) {
    elapsed_s_ += watch_.lap();
    reporter_.update({paths_done_ + of_member.paths_done, paths_asked_, elapsed_s_});
    return stop_signal() == nullptr;
  }

  ReferencePaths run_reference(const MemberTask& task, std::uint64_t number) {
    try {
      auto reference = reference_paths(task, number, setup_.difference_paths);
      if (!reference) stop();
      return std::move(*reference);
    } catch (const ScenarioError&) {
      throw Error(ExitCode::scenario,
                  "the reference of the differences, \"" + setup_.members().name(number) +
                      "\", cannot be run: " + why_not(setup_.members(), setup_.facts, number));
    }
  }

  void tell_failure(const MemberRow& row) {
    const std::string told = "member " + std::to_string(row.member) + " (" +
                             setup_.members().name(row.member) + ") failed: " + row.message;
    if (options_.fail_fast) {
      throw Error(ExitCode::scenario, told + "\n" + std::to_string(journal_.size()) +
                                          " members are kept; without --fail-fast, --resume goes "
                                          "on with the rest");
    }
    if (!options_.quiet) std::fprintf(stderr, "%s\n", told.c_str());
  }

  [[noreturn]] void stop() const {
    throw StoppedEarly(std::string("stopped by ") + stop_signal() + " after " +
                       std::to_string(setup_.numbers.count() - todo_.size() + run_.n_run) + " of " +
                       std::to_string(setup_.numbers.count()) +
                       " members, which are kept; the same command with --resume goes on");
  }

  const SweepRunOptions& options_;
  const SweepSetup& setup_;
  Journal& journal_;
  ProgressReporter reporter_;
  std::vector<std::uint64_t> todo_;
  std::uint64_t paths_done_ = 0, paths_asked_ = 0;
  double elapsed_s_ = 0.0;
  Stopwatch watch_;
  SweepRun run_;
};

}  // namespace

SweepRun run_members(const SweepRunOptions& options, const SweepSetup& setup, Journal& journal) {
  return SweepRunner(options, setup, journal).run();
}

}  // namespace blocrisk
