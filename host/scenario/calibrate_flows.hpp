/// Base flows of one stage: a seed from outputs and known import fractions, then iterative
/// proportional fitting until rows sum to outputs and columns to wants. Knows no scenario.
#pragma once

#include <vector>

namespace blocrisk {

/// What a sink is known to import from an exporter, as a fraction of its imports.
struct KnownImport {
  int node;
  double import_fraction;
};

/// The seed of one sink's column: its need spread over the exporters.
struct SeedColumn {
  double want_t_per_yr;
  int country;
  std::vector<KnownImport> known;  ///< foreign nodes with output only; empty: nothing is known
};

/// [node] shares of the sink's need, before fitting. A positive floor keeps every pair with output
/// possible.
std::vector<double> seed_shares(const std::vector<double>& output_t_per_yr,
                                const std::vector<int>& node_country, const SeedColumn& sink,
                                double home_bias);

struct FlowFit {
  std::vector<double> flow;     ///< [row][column], in the unit of the sums
  double worst_residual = 0.0;  ///< |sum - wanted| over the total
  int worst_row = -1;           ///< where the worst residual is: a row, or else a column
  int worst_column = -1;
  int n_rounds = 0;
};

inline constexpr double allowed_flow_residual = 1e-9;

/// Scales rows and columns of `seed` by turns, columns last. Stops when the residual is at rounding
/// level or no longer worth waiting for; the caller compares it with `allowed_flow_residual`.
FlowFit fit_flows(std::vector<double> seed, const std::vector<double>& row_sums,
                  const std::vector<double>& column_sums);

}  // namespace blocrisk
