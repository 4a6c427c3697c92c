/// Members of a sweep run in this process, after the first paths of the reference where there is
/// one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/app/backends.hpp"
#include "host/app/sweep_setup.hpp"
#include "host/mpi/member_work.hpp"
#include "host/sweep/run_member.hpp"

namespace blocrisk {

class MemberRunner final : public MemberWork {
 public:
  /// Opens a backend on the base's network, to say what computes. Keeps references to both.
  /// `n_here`: processes of this machine that do the same. Throws what `choose_backend` does, and
  /// EnvironmentError where they together need more memory than there is.
  MemberRunner(const SweepSetup& setup, const BackendOptions& options, int n_here);

  const std::string& backend() const { return backend_; }
  const std::string& device() const { return device_; }
  const std::string& reason() const { return reason_; }
  std::string introduction() const override { return backend_ + "\n" + device_; }

  /// Nothing where `is_wanted`, asked after every batch, said no. Throws an Error with exit code 3
  /// where the reference cannot be run.
  std::optional<MemberRow> run_row(std::uint64_t member, const std::function<bool()>& is_wanted);
  std::string run(std::uint64_t member, const std::function<bool()>& is_wanted) override;

  /// Of all members so far and the reference; those that failed are done with. Any thread may ask.
  std::uint64_t paths_done() const { return paths_done_; }

 private:
  MemberTask task_with(const std::function<bool()>& is_wanted);
  std::unique_ptr<Backend> open(const Network& network, const OuterDraws* draws) const;
  void count(std::uint64_t n_paths);
  bool run_reference(const std::function<bool()>& is_wanted);

  const SweepSetup& setup_;
  const BackendOptions& options_;
  std::string backend_, device_, reason_;
  std::optional<ReferencePaths> reference_;
  std::uint64_t paths_before_ = 0;  ///< of what is under way
  std::atomic<std::uint64_t> paths_done_ = 0;
};

}  // namespace blocrisk
