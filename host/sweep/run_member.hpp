/// One member of a sweep, from its number to its row: no state is shared between members but the
/// values of the reference, so that any of them can be run anywhere, in any order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/analysis/path_values.hpp"
#include "host/engine/backend.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/sweep/members.hpp"
#include "host/sweep/row_layout.hpp"

namespace blocrisk {

/// What can sample a network; `draws` is null where no input is uncertain.
using BackendMaker =
    std::function<std::unique_ptr<Backend>(const Network& network, const OuterDraws* draws)>;

/// The member that the others are compared with, path by path.
struct ReferencePaths {
  PathValues values;
  std::string network_hash;

  [[nodiscard]] std::uint64_t n_paths() const { return values.loss.front().size(); }
};

/// The same for every member.
struct MemberTask {
  const SweepMembers& members;
  const ResultFacts& facts;  ///< of the base; members have its shape
  PathRange range;
  BackendMaker make_backend;
  const ReferencePaths* reference = nullptr;  ///< the range's first paths; null: no differences
  std::function<bool(const Progress&)> on_progress;  ///< after every batch; false stops
};

/// What is kept of a member.
struct MemberRow {
  std::uint64_t member = 0;
  std::string message;  ///< why it failed; empty: it did not
  std::string scenario_sha256, network_hash, digest;
  Row figures;  ///< empty where it failed

  [[nodiscard]] bool failed() const { return !message.empty(); }
  friend bool operator==(const MemberRow&, const MemberRow&) = default;
};

/// Nothing where `on_progress` said stop. A member that is no scenario, or whose result has another
/// shape, fails and says why; what the machine fails at is thrown.
[[nodiscard]] std::optional<MemberRow> run_member(const MemberTask& task, std::uint64_t member);

/// Why the member would fail before its first path; empty where it would not.
[[nodiscard]] std::string why_not(const SweepMembers& members, const ResultFacts& facts,
                                  std::uint64_t member);

/// The reference's first paths. Nothing where `on_progress` said stop. Throws an Error with exit
/// code 3 that names it where the member is no scenario.
[[nodiscard]] std::optional<ReferencePaths> reference_paths(const MemberTask& task,
                                                            std::uint64_t member,
                                                            std::uint64_t n_paths);

}  // namespace blocrisk
