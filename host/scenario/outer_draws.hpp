/// The outer draws of a scenario with uncertain inputs: every `paths_per_draw` paths share one
/// value of each input, and a network that is calibrated anew with them.
///
/// A value is a function of (seed, number of the draw, name of the input) alone, and the number is
/// that of the path over `paths_per_draw`, so a path remains an address. Networks of all draws
/// count in the same units, so that their paths add up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/scenario/calibrate.hpp"
#include "host/scenario/document.hpp"
#include "host/scenario/network.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

class OuterDraws {
 public:
  /// Expects a resolved scenario that `validate()` finds no fault with. Throws ScenarioError where
  /// an address holds no number, and where the scenario would not be valid or not calibrate with
  /// an input at either end of its distribution.
  explicit OuterDraws(Scenario scenario);

  /// The network without draws, every input as the scenario has it. Its hash also stands for what
  /// is uncertain.
  [[nodiscard]] const Network& base() const { return base_; }
  [[nodiscard]] std::uint64_t paths_per_draw() const {
    return static_cast<std::uint64_t>(scenario_.sampling.paths_per_draw);
  }
  [[nodiscard]] std::uint64_t draw_of(std::uint64_t path) const { return path / paths_per_draw(); }

  /// Each input's value, in file order.
  [[nodiscard]] std::vector<double> values(std::uint64_t draw) const;

  /// The calibrated network of the draw. Throws ScenarioError, which names the draw, its paths, the
  /// values and what is wrong, where they make no scenario. May be called from several threads.
  [[nodiscard]] Network network(std::uint64_t draw) const;

 private:
  /// The base with the values applied, validated.
  [[nodiscard]] Scenario with(const std::vector<std::pair<std::size_t, double>>& values) const;
  [[nodiscard]] std::vector<double> bounds_at_ends() const;
  void check_shape(const Network& network) const;
  void check_bounds(const std::vector<double>& usd) const;

  Scenario scenario_;
  Document document_;
  Network base_;
  std::vector<double> usd_bounds_;  ///< [member][mineral] of every draw
  MeasureScales scales_;
};

/// Complains about inputs whose address holds no number in the document, wherever that is told.
void check_uncertain_addresses(const Document& document, const Scenario& scenario,
                               Complaints& complaints);

/// Nothing where the scenario has no uncertain input.
[[nodiscard]] std::unique_ptr<const OuterDraws> outer_draws_of(const Scenario& scenario);

/// The network with every input as the scenario has it. `draws`: those of the scenario, which have
/// calibrated it already, or null where it has none.
[[nodiscard]] Network network_of(const Scenario& scenario, const OuterDraws* draws);

}  // namespace blocrisk
