/// What the parts of validation share: where to complain about an address, and the parts
/// themselves.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/scenario/document.hpp"
#include "host/scenario/scenario.hpp"

namespace blocrisk {

/// Tables and arrays that could not be read or lack the columns that name their rows, and addresses
/// of keys without a usable value. That is told already, and what refers to them or sums over them
/// cannot be judged.
using Unreadable = std::set<std::string, std::less<>>;

/// Where an address was written: its own place, or that of what it lies in, or `fallback`, its row.
[[nodiscard]] SourceLine place_of(const Scenario& scenario, const std::string& address,
                                  SourceLine fallback);

/// A complaint at that place.
[[nodiscard]] Complaint complaint_at(const Scenario& scenario, const std::string& address,
                                     SourceLine fallback, std::string value, std::string message);

/// Complaints about a scenario's values, each placed at the line that wrote it where that is known.
class Findings {
 public:
  /// `missing_is_told`: numbers that were not given have been complained about while reading.
  Findings(const Scenario& scenario, Complaints& complaints, bool missing_is_told,
           const Unreadable& unreadable)
      : scenario_(&scenario),
        complaints_(&complaints),
        missing_is_told_(missing_is_told),
        unreadable_(&unreadable) {}

  [[nodiscard]] bool missing_is_told() const { return missing_is_told_; }
  [[nodiscard]] bool can_read(std::string_view address) const {
    return !unreadable_->contains(address);
  }

  /// Complains, unless the address is unreadable anyway.
  void add(const std::string& address, SourceLine fallback, std::string value, std::string message);

  /// Complains where `index` is none: "no such country; nearest: CHN". `table` is where it should
  /// be.
  void check_known(int index, const std::string& address, SourceLine fallback,
                   const std::string& name, std::string_view table,
                   const std::vector<std::string>& known);

 private:
  const Scenario* scenario_;
  Complaints* complaints_;
  bool missing_is_told_;
  const Unreadable* unreadable_;
};

/// Each number in its range, each text fit for a name. Needs nothing resolved.
void check_values(const Scenario& scenario, Findings& findings);

/// Names that come twice, names of what does not exist, lists that are too long or empty.
void check_names(const Scenario& scenario, Findings& findings);

/// Regimes, weights, targets, scheduled events; the branching ratio of the events.
void check_actors(const Scenario& scenario, Findings& findings);

/// Stages, balances that cannot be, stocks, projects, clock, correlation.
void check_network(const Scenario& scenario, Findings& findings);

/// Distributions of uncertain inputs, and what may be uncertain at all.
void check_uncertain(const Scenario& scenario, Findings& findings);

/// All of it.
void validate_into(const Scenario& scenario, bool missing_is_told, const Unreadable& unreadable,
                   Complaints& complaints);

/// Smallest eigenvalue of a symmetric n x n matrix with ones on its diagonal.
[[nodiscard]] double smallest_eigenvalue(const std::vector<double>& matrix, std::size_t n);

/// Largest absolute eigenvalue of an n x n matrix without negative elements.
[[nodiscard]] double spectral_radius(const std::vector<double>& matrix, std::size_t n);

}  // namespace blocrisk
