#include "host/app/member_runner.hpp"

#include <utility>

#include "host/app/footprint.hpp"
#include "host/sweep/row_content.hpp"

namespace blocrisk {
namespace {

ChosenBackend choose(const SweepSetup& setup, const BackendOptions& options, const Network& network,
                     const OuterDraws* draws) {
  return choose_backend({network, setup.members().base().sampling.seed, setup.range, draws},
                        options);
}

/// The file is the first rank's, and counted on every machine: nobody else knows which is its.
void require_memory_for(const SweepSetup& setup, const ChosenBackend& chosen, int n_here) {
  require_memory(
      static_cast<std::uint64_t>(n_here) * (setup.member_bytes() + chosen.host_bytes) +
          setup.output_bytes(),
      n_here > 1 ? "fewer ranks on a machine, fewer members, [keep] or --threads need less"
                 : "fewer members, [keep] or --threads need less, `blocrisk plan` says how much");
}

}  // namespace

MemberRunner::MemberRunner(const SweepSetup& setup, const BackendOptions& options, int n_here)
    : setup_(setup), options_(options) {
  const ChosenBackend chosen = choose(setup, options, setup.network, setup.draws.get());
  require_memory_for(setup, chosen, n_here);
  backend_ = chosen.backend->name();
  device_ = chosen.backend->device();
  reason_ = chosen.reason;
}

std::unique_ptr<Backend> MemberRunner::open(const Network& network, const OuterDraws* draws) const {
  return std::move(choose(setup_, options_, network, draws).backend);
}

MemberTask MemberRunner::task_with(const std::function<bool()>& is_wanted) {
  return {setup_.members(),
          setup_.facts,
          setup_.range,
          [this](const Network& network, const OuterDraws* draws) { return open(network, draws); },
          reference_ ? &*reference_ : nullptr,
          [this, &is_wanted](const Progress& of_member) {
            paths_done_ = paths_before_ + of_member.paths_done;
            return is_wanted();
          }};
}

void MemberRunner::count(std::uint64_t n_paths) {
  paths_before_ += n_paths;
  paths_done_ = paths_before_;
}

/// Every rank does that for itself: the bits are the same, and nobody has to wait for another, nor
/// for hundreds of megabytes of values to come. False where it was stopped.
bool MemberRunner::run_reference(const std::function<bool()>& is_wanted) {
  if (!setup_.loaded.reference || reference_) return true;
  reference_ =
      reference_paths(task_with(is_wanted), *setup_.loaded.reference, setup_.difference_paths);
  if (!reference_) return false;
  count(setup_.difference_paths);
  return true;
}

std::optional<MemberRow> MemberRunner::run_row(std::uint64_t member,
                                               const std::function<bool()>& is_wanted) {
  if (!run_reference(is_wanted)) return std::nullopt;
  std::optional<MemberRow> row = run_member(task_with(is_wanted), member);
  if (row) count(setup_.range.count());
  return row;
}

std::string MemberRunner::run(std::uint64_t member, const std::function<bool()>& is_wanted) {
  const std::optional<MemberRow> row = run_row(member, is_wanted);
  return row ? content_of(*row) : std::string();
}

}  // namespace blocrisk
