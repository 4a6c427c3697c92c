/// The figures of a run as variables: which there are, along which axes, under which names. A
/// result holds them as they are, a sweep stacks those of its members.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/analysis/summary.hpp"
#include "host/io/netcdf.hpp"

namespace blocrisk {

/// Refers to values of the summary that it was made from.
struct FigureVariable {
  Variable variable;
  std::size_t count = 0;
  std::string measure;  ///< "shortfall", "member_loss", "short_probability"
  /// "mean" with its interval, "std", "stderr", "quantile", "var", "cvar", "support",
  /// "exceedance", "probability" or "return"
  std::string figure;
};

/// Every figure of `/` but the lists of worst paths.
std::vector<FigureVariable> figure_variables(const Summary& summary);
/// Those of `/timeline`; `measure` is the quantity, `figure` empty.
std::vector<FigureVariable> timeline_variables(const Summary& summary);

/// The axes they lie along, in the root group and in `/timeline`.
void add_figure_axes(NetcdfGroup& root, const ResultFacts& facts);
void add_timeline_axes(NetcdfGroup& group, const ResultFacts& facts);

/// Writes one; flags say what they mean.
void add_figure(NetcdfGroup& group, const FigureVariable& figure);

}  // namespace blocrisk
