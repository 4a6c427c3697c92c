/// Fills the pools of a network: appends tables, names random streams, keeps sets of slots.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "host/scenario/complaint.hpp"
#include "host/scenario/network.hpp"

namespace blocrisk {

/// Up to 64 slots as the two words a path tests.
struct SlotBits {
  std::uint64_t bits = 0;

  void set(int slot) { bits |= std::uint64_t{1} << slot; }
  [[nodiscard]] bool holds(int slot) const { return (bits >> slot & 1U) != 0; }
  void append_to(std::vector<std::int32_t>& words) const;
};

class Pools {
 public:
  explicit Pools(Network& network) : network_(network) {}

  Offset add_reals(const std::vector<double>& values);
  /// A table of structs of four reals, aligned to their size.
  Offset add_fours(const std::vector<std::array<double, 4>>& values);
  Offset add_ints(const std::vector<std::int32_t>& values);
  Offset add_bits(SlotBits set);

  /// The random stream of a tag "purpose|name|...". Two tags that share a stream would share their
  /// draws, so that is a complaint.
  std::uint32_t stream(const std::string& tag);

  Network& network() { return network_; }
  std::vector<Complaint>& complaints() { return complaints_; }

 private:
  Network& network_;
  std::map<std::uint32_t, std::string> tags_;
  std::vector<Complaint> complaints_;
};

}  // namespace blocrisk
