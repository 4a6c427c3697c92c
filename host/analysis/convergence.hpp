/// How intervals narrowed while a run went on: the main figures at fixed path counts, which no
/// batch, thread or backend moves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/named_figure.hpp"
#include "host/engine/accumulators.hpp"

namespace blocrisk {

/// Path counts of a run at which figures are kept: 4,096 and its doubles within the limits.
std::vector<std::uint64_t> kept_path_counts(std::uint64_t least, std::uint64_t most);

struct Convergence {
  /// One figure's history.
  struct Series {
    NamedFigure figure;
    std::vector<double> value, half_width;  ///< [look][row]; half of the 95 % interval
  };

  std::vector<std::uint64_t> paths_done;  ///< [look]
  std::vector<Series> series;             ///< of `kept_figures`, in order

  Convergence();
  /// The figures as they are now; once for a count of paths.
  void record(const Accumulators& state, const ResultFacts& facts);
};

/// For people: each cell's half-widths in percent of its figure, a column for a count of paths.
std::string text_convergence(const Convergence& convergence, const ResultFacts& facts);
/// An array of one object per figure and cell, each with its points.
std::string json_convergence(const Convergence& convergence, const ResultFacts& facts);
/// member,mineral,figure,unit,paths,value,half_width
std::string csv_convergence(const Convergence& convergence, const ResultFacts& facts);

}  // namespace blocrisk
