/// What `sweep` and `plan` of a sweep have in common: the members, the base's network, what a
/// member's row holds and what all of it needs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/app/footprint.hpp"
#include "host/app/scenario_options.hpp"
#include "host/scenario/outer_draws.hpp"
#include "host/sweep/file_size.hpp"
#include "host/sweep/load_sweep.hpp"
#include "host/sweep/row_layout.hpp"

namespace blocrisk {

struct SweepSetup {
  LoadedSweep loaded;
  std::unique_ptr<const OuterDraws> draws;  ///< of the base; null where no input is uncertain
  Network network;                          ///< the base's
  ResultFacts facts{};
  RowLayout layout{};
  PathRange range{};                   ///< paths of every member
  PathRange numbers{};                 ///< members asked for
  Footprint footprint{};               ///< of one member
  std::uint64_t difference_paths = 0;  ///< 0: no differences
  std::string members_asked{};         ///< as on the command line; empty: all
  std::string hash{};                  ///< see `sweep_hash`

  [[nodiscard]] const SweepMembers& members() const { return loaded.members; }
  /// Bytes of all rows in the journal.
  [[nodiscard]] std::uint64_t rows_bytes() const { return numbers.count() * layout.bytes; }
  /// Held beside a backend's threads where members are run: one's state, and values of two.
  [[nodiscard]] std::uint64_t member_bytes() const;
  /// The same, and the file.
  [[nodiscard]] std::uint64_t host_bytes() const { return member_bytes() + output_bytes(); }
  [[nodiscard]] std::uint64_t output_bytes() const {
    return expected_file_bytes(layout, numbers.count());
  }
};

/// `members`: as on the command line, or empty for all. Throws ScenarioError, UsageError and
/// EnvironmentError.
[[nodiscard]] SweepSetup set_up_sweep(const ScenarioOptions& options, const std::string& members);

}  // namespace blocrisk
