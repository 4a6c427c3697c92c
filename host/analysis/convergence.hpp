/// How intervals narrowed while a run went on: the main figures at fixed path counts, which no
/// batch, thread or backend moves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/analysis/facts.hpp"
#include "host/analysis/named_figure.hpp"
#include "host/engine/accumulators.hpp"

namespace blocrisk {

/// What a run is looked at for.
enum class LookedAt : std::uint8_t { for_history, for_precision };

/// Path counts at which a run of at most `n_paths` keeps its figures, beside its end: 4,096 and its
/// doubles. A batch ends at every one of them, and one that is short leaves threads and devices
/// idle: a run that is not looked at for a precision anyway begins with a 32nd of its paths.
std::vector<std::uint64_t> kept_path_counts(std::uint64_t n_paths, LookedAt why);

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
  /// Of these counts alone; nothing where one of them was not kept.
  std::optional<Convergence> at(const std::vector<std::uint64_t>& counts) const;
};

/// For people: each cell's half-widths in percent of its figure, a column for a count of paths.
std::string text_convergence(const Convergence& convergence, const ResultFacts& facts);
/// An array of one object per figure and cell, each with its points.
std::string json_convergence(const Convergence& convergence, const ResultFacts& facts);
/// member,mineral,figure,unit,paths,value,half_width
std::string csv_convergence(const Convergence& convergence, const ResultFacts& facts);

}  // namespace blocrisk
