#include "host/app/sweep_runner.hpp"

#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "host/app/interrupt.hpp"
#include "host/app/member_runner.hpp"
#include "host/app/progress.hpp"
#include "host/support/error.hpp"
#include "host/support/stopwatch.hpp"
#include "host/sweep/row_content.hpp"

namespace blocrisk {
namespace {

class SweepRunner {
 public:
  SweepRunner(const SweepRunOptions& options, const SweepSetup& setup, Journal& journal,
              Ranks* ranks)
      : options_(options),
        setup_(setup),
        journal_(journal),
        ranks_(ranks),
        reporter_(progress_style(options.progress, options.quiet)) {
    for (std::uint64_t k = setup.numbers.first; k < setup.numbers.last; ++k) {
      if (!journal.has(k)) todo_.push_back(k);
    }
  }

  SweepRun run() {
    if (todo_.empty()) return run_;
    MemberRunner own(setup_, options_.backend, ranks_ != nullptr ? ranks_->n_local() : 1);
    try {
      ranks_ != nullptr ? run_shared(own) : run_alone(own);
    } catch (const EnvironmentError& failure) {
      if (journal_.size() == 0) throw;
      throw EnvironmentError(std::string(failure.what()) + "\n" + kept("--resume goes on"));
    }
    if (!fatal_.empty()) {
      throw Error(ExitCode::scenario,
                  fatal_ + "\n" + kept("without --fail-fast, --resume goes on with the rest"));
    }
    if (run_.n_run < todo_.size()) stop();
    run_.n_paths += setup_.difference_paths;
    run_.sampling_s = elapsed_s_ + watch_.lap();
    return run_;
  }

 private:
  void run_alone(MemberRunner& own) {
    announce({own.backend(), own.device()}, own.reason());
    for (const std::uint64_t number : todo_) {
      if (!is_wanted()) return;
      const std::optional<MemberRow> row = own.run_row(number, [&] {
        report(own.paths_done());
        return is_wanted();
      });
      if (!row) return;
      accept(*row);
    }
  }

  /// This thread alone speaks with the other ranks and writes the journal.
  void run_shared(MemberRunner& own) {
    announce(ranks_->lead_members({{}, setup_.hash, setup_.members_asked, todo_}, own),
             own.reason());
    std::uint64_t n_elsewhere = 0;
    const auto take = [&](int rank, const std::string& bytes) {
      const std::optional<MemberRow> row = row_from(bytes, setup_.layout.bytes);
      if (!row) throw EnvironmentError("rank " + std::to_string(rank) + " sent what is no row");
      accept(*row);
      if (rank > 0) ++n_elsewhere;
    };
    ranks_->deal_members(todo_, own, take, [&] {
      report(own.paths_done() + n_elsewhere * setup_.range.count());
      return is_wanted();
    });
  }

  void announce(const SharedBackend& backend, const std::string& reason) {
    run_.backend = backend.name;
    run_.device = backend.device;
    if (options_.quiet || options_.progress == "json") return;
    std::fprintf(stderr, "backend %s: %s (%s)\n", run_.backend.c_str(), run_.device.c_str(),
                 reason.c_str());
  }

  void report(std::uint64_t paths_done) {
    elapsed_s_ += watch_.lap();
    const std::uint64_t asked = todo_.size() * setup_.range.count() + setup_.difference_paths;
    reporter_.update({paths_done, asked, elapsed_s_});
  }

  /// The next member, and what is left of this one.
  bool is_wanted() const { return fatal_.empty() && stop_signal() == nullptr; }

  void accept(const MemberRow& row) {
    journal_.append(row);
    ++run_.n_run;
    if (!row.failed()) {
      run_.n_paths += setup_.range.count();
      return;
    }
    const std::string told = "member " + std::to_string(row.member) + " (" +
                             setup_.members().name(row.member) + ") failed: " + row.message;
    if (options_.fail_fast) {
      if (fatal_.empty()) fatal_ = told;
    } else if (!options_.quiet) {
      std::fprintf(stderr, "%s\n", told.c_str());
    }
  }

  /// How many members nobody has to run again, and how to go on.
  std::string kept(const std::string& remedy) const {
    const std::size_t n = journal_.size();
    return std::to_string(n) + (n == 1 ? " member is kept; " : " members are kept; ") + remedy;
  }

  [[noreturn]] void stop() const {
    if (journal_.size() == 0) {
      throw StoppedEarly(std::string("stopped by ") + stop_signal() +
                         " before any member was finished; nothing is kept");
    }
    throw StoppedEarly(std::string("stopped by ") + stop_signal() + " after " +
                       std::to_string(setup_.numbers.count() - todo_.size() + run_.n_run) + " of " +
                       std::to_string(setup_.numbers.count()) +
                       " members, which are kept; the same command with --resume goes on");
  }

  const SweepRunOptions& options_;
  const SweepSetup& setup_;
  Journal& journal_;
  Ranks* ranks_;
  ProgressReporter reporter_;
  std::vector<std::uint64_t> todo_;
  std::string fatal_;  ///< the first failure, under --fail-fast
  double elapsed_s_ = 0.0;
  Stopwatch watch_;
  SweepRun run_;
};

}  // namespace

SweepRun run_members(const SweepRunOptions& options, const SweepSetup& setup, Journal& journal,
                     Ranks* ranks) {
  return SweepRunner(options, setup, journal, ranks).run();
}

}  // namespace blocrisk
