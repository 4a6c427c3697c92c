#include "host/analysis/draw_figures.hpp"

#include "host/analysis/cell_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "host/analysis/levels.hpp"

namespace blocrisk {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t least_draws = 2;
constexpr std::size_t least_draws_for_inputs = 16;
constexpr std::size_t most_classes = 8;
constexpr Level band_low{5, 100}, band_high{95, 100};

/// One cell's draws.
struct Series {
  std::vector<double> mean, n;  ///< [draw], of and in samples
};

/// What analysis of variance makes of a series.
struct Variances {
  double between = 0.0, within = 0.0;  ///< of one sample
  double of_means = 0.0;               ///< seen between the draws' means
  double of_grand_mean = 0.0;
  double grand_mean = 0.0;
  /// Whether the draws differ beyond what chance within them would make of equal ones: their
  /// F ratio is three of its standard errors above 1.
  bool differ = false;
};

/// Draws may have unequal numbers of paths. Searle, Casella and McCulloch (1992), Variance
/// Components, section 3.6: the ANOVA estimators of the one-way model.
Variances analyse(const Series& series, double total_variance) {
  const auto n_draws = static_cast<double>(series.mean.size());
  double n = 0.0, squared_n = 0.0, sum = 0.0;
  for (std::size_t k = 0; k < series.mean.size(); ++k) {
    n += series.n[k];
    squared_n += series.n[k] * series.n[k];
    sum += series.n[k] * series.mean[k];
  }
  Variances found;
  found.grand_mean = sum / n;
  double squares_between = 0.0, clustered = 0.0;
  for (std::size_t k = 0; k < series.mean.size(); ++k) {
    const double off = series.mean[k] - found.grand_mean;
    squares_between += series.n[k] * off * off;
    found.of_means += off * off / (n_draws - 1.0);
    clustered += series.n[k] * off / n * (series.n[k] * off / n);
  }
  const double squares_within = std::max((n - 1.0) * total_variance - squares_between, 0.0);
  found.within = squares_within / (n - n_draws);
  const double per_draw = (n - squared_n / n) / (n_draws - 1.0);
  const double ratio = squares_between / (n_draws - 1.0) / found.within;
  found.differ = ratio > 1.0 + 3.0 * std::sqrt(2.0 / (n_draws - 1.0));
  const double excess = squares_between / (n_draws - 1.0) - found.within;
  found.between = std::max(excess / per_draw, 0.0);
  found.of_grand_mean = clustered * n_draws / (n_draws - 1.0);
  return found;
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    xx += (x[k] - mean_x) * (x[k] - mean_x);
    yy += (y[k] - mean_y) * (y[k] - mean_y);
    xy += (x[k] - mean_x) * (y[k] - mean_y);
  }
  return xx > 0.0 && yy > 0.0 ? xy / std::sqrt(xx) / std::sqrt(yy) : not_a_number;
}

/// Draws by ascending value of one input.
std::vector<std::size_t> order_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&values](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

/// Variance of the draws' means that classes of the input explain, less what classes without
/// meaning would (Kelley's epsilon squared, T. L. Kelley, PNAS 21, 1935, 554).
double explained_variance(const std::vector<double>& means, const std::vector<std::size_t>& order) {
  const std::size_t n = means.size();
  const std::size_t n_classes = std::min(most_classes, n / 8);
  const double grand = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(n);
  double all = 0.0, between = 0.0;
  for (std::size_t c = 0; c < n_classes; ++c) {
    const std::size_t first = c * n / n_classes, last = (c + 1) * n / n_classes;
    double sum = 0.0;
    for (std::size_t k = first; k < last; ++k) {
      const double off = means[order[k]] - grand;
      sum += off;
      all += off * off;
    }
    between += sum * sum / static_cast<double>(last - first);
  }
  const double error = (all - between) / static_cast<double>(n - n_classes);
  const double explained = between - static_cast<double>(n_classes - 1) * error;
  return explained / static_cast<double>(n - 1);
}

/// Makes the figures of one measure after the other from the same draws.
class DrawAnalysis {
 public:
  DrawAnalysis(const Accumulators& state, const ResultFacts& facts)
      : state_(state), inputs_(facts.uncertain.size()), orders_(facts.uncertain.size()) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      for (const auto& [draw, sums] : state.draws) inputs_[i].push_back(sums.inputs[i]);
      orders_[i] = order_of(inputs_[i]);
    }
  }

  /// `first_sum`: of the measure in the draws' sums; `samples_per_path`: years for annual loss.
  MeasureDraws run(std::size_t first_sum, const MeasureSummary& summary, const double* scale,
                   double samples_per_path) const {
    MeasureDraws figures;
    const std::size_t n_cells = summary.mean.size();
    figures.input_correlation.resize(inputs_.size() * n_cells, not_a_number);
    figures.input_share.resize(inputs_.size() * n_cells, not_a_number);
    for (std::size_t cell = 0; cell < n_cells; ++cell) {
      const Series series = series_of(first_sum + cell, scale[cell], samples_per_path);
      if (state_.draws.size() < least_draws || std::isnan(summary.std_dev[cell])) {
        append_nothing(figures);
      } else if (!(summary.std_dev[cell] > 0.0)) {
        append_constant(figures, summary.mean[cell]);
      } else {
        append(figures, series, summary, cell, n_cells);
      }
    }
    return figures;
  }

 private:
  Series series_of(std::size_t sum, double scale, double samples_per_path) const {
    Series series;
    for (const auto& [draw, sums] : state_.draws) {
      series.n.push_back(static_cast<double>(sums.n_paths) * samples_per_path);
      series.mean.push_back(static_cast<double>(sums.sums[sum]) / scale / series.n.back());
    }
    return series;
  }

  static void append_nothing(MeasureDraws& into) {
    for (auto* values : {&into.between_std, &into.within_std, &into.between_share, &into.mean_lo,
                         &into.mean_hi, &into.design_effect})
      values->push_back(not_a_number);
  }

  static void append_constant(MeasureDraws& into, double value) {
    into.between_std.push_back(0.0);
    into.within_std.push_back(0.0);
    into.between_share.push_back(not_a_number);
    into.mean_lo.push_back(value);
    into.mean_hi.push_back(value);
    into.design_effect.push_back(1.0);
  }

  void append(MeasureDraws& into, const Series& series, const MeasureSummary& summary,
              std::size_t cell, std::size_t n_cells) const {
    const double std_dev = summary.std_dev[cell];
    const Variances found = analyse(series, std_dev * std_dev);
    into.between_std.push_back(std::sqrt(found.between));
    into.within_std.push_back(std::sqrt(found.within));
    into.between_share.push_back(found.between / (found.between + found.within));
    append_band(into, series, found);
    const double plain = std_dev * std_dev / static_cast<double>(state_.n_paths);
    into.design_effect.push_back(std::max(found.of_grand_mean / plain, 1.0));
    if (series.mean.size() < least_draws_for_inputs) return;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const std::size_t at = i * n_cells + cell;
      into.input_correlation[at] = correlation(inputs_[i], series.mean);
      const bool varies = inputs_[i][orders_[i].front()] < inputs_[i][orders_[i].back()];
      const double explained = varies ? explained_variance(series.mean, orders_[i]) : 0.0;
      if (found.differ) into.input_share[at] = std::clamp(explained / found.between, 0.0, 1.0);
    }
  }

  /// Means drawn together until they vary as much as the noise-free ones (T. A. Louis, J. Am. Stat.
  /// Assoc. 79, 1984, 393).
  static void append_band(MeasureDraws& into, const Series& series, const Variances& found) {
    const double shrink = found.of_means > 0.0 ? std::sqrt(found.between / found.of_means) : 0.0;
    std::vector<double> sorted = series.mean;
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](Level level) {
      const double mean = sorted[rank_of(level, sorted.size()) - 1];
      return found.grand_mean + std::min(shrink, 1.0) * (mean - found.grand_mean);
    };
    into.mean_lo.push_back(at(band_low));
    into.mean_hi.push_back(at(band_high));
  }

  const Accumulators& state_;
  std::vector<std::vector<double>> inputs_;       ///< [input][draw]
  std::vector<std::vector<std::size_t>> orders_;  ///< [input]
};

/// Ends as far again from the figure, times `factor`; nothing measured is negative.
void widen(const std::vector<double>& value, std::vector<double>& low, std::vector<double>& high,
           const std::vector<double>& factor, const std::vector<double>& upper_bound) {
  const std::size_t per_cell = factor.empty() ? 1 : value.size() / factor.size();
  for (std::size_t at = 0; at < value.size(); ++at) {
    const double by = factor[at / per_cell];
    const double largest = upper_bound[at / per_cell];
    if (std::isnan(by)) {  // a single draw says nothing of how others would differ
      low[at] = 0.0;
      high[at] = largest;
      continue;
    }
    low[at] = std::max(value[at] - by * (value[at] - low[at]), 0.0);
    high[at] = std::min(value[at] + by * (high[at] - value[at]), largest);
  }
}

void widen(ProbabilitySummary& into, const std::vector<double>& factor) {
  const std::size_t per_cell = into.value.size() / std::max<std::size_t>(factor.size(), 1);
  for (std::size_t at = 0; at < into.std_error.size(); ++at)
    into.std_error[at] *= factor[at / per_cell];
  widen(into.value, into.low, into.high, factor, std::vector<double>(factor.size(), 1.0));
}

std::vector<double> roots_of(const std::vector<double>& values) {
  std::vector<double> roots;
  for (const double value : values) roots.push_back(std::sqrt(value));
  return roots;
}

void widen_measure(const std::vector<double>& factor, MeasureSummary& into,
                   const std::vector<double>& upper_bound) {
  for (std::size_t cell = 0; cell < factor.size(); ++cell) into.std_error[cell] *= factor[cell];
  widen(into.mean, into.mean_lo, into.mean_hi, factor, upper_bound);
  widen(into.std_dev, into.std_dev_lo, into.std_dev_hi, factor, upper_bound);
  widen(into.quantile, into.quantile_lo, into.quantile_hi, factor, upper_bound);
  widen(into.var, into.var_lo, into.var_hi, factor, upper_bound);
  widen(into.cvar, into.cvar_lo, into.cvar_hi, factor, upper_bound);
  widen(into.exceedance, factor);
}

/// What no path can exceed, for every cell or member.
template <class Kind>
std::vector<double> largest_values(Kind measure, const ResultFacts& facts, std::size_t count) {
  std::vector<double> largest;
  for (std::size_t at = 0; at < count; ++at)
    largest.push_back(largest_value(measure, facts, static_cast<int>(at)));
  return largest;
}

}  // namespace

DrawFigures draw_figures(const Accumulators& accumulators, const ResultFacts& facts,
                         const Summary& summary) {
  DrawFigures figures;
  figures.n_draws = accumulators.draws.size();
  const DrawAnalysis analysis(accumulators, facts);
  const auto n_cells = static_cast<std::size_t>(accumulators.shape.n_cells());
  const auto n_members = static_cast<std::size_t>(accumulators.shape.n_members);
  std::size_t first = 0;
  for (std::size_t k = 0; k < n_measures; ++k, first += n_cells) {
    figures.measure[k] =
        analysis.run(first, summary.measure[k], facts.measure_scale.data() + k * n_cells, 1.0);
  }
  for (std::size_t k = 0; k < n_member_measures; ++k, first += n_members) {
    const bool annual = static_cast<MemberMeasure>(k) == MemberMeasure::annual_loss;
    figures.member_measure[k] = analysis.run(first, summary.member_measure[k],
                                             facts.member_measure_scale.data() + k * n_members,
                                             annual ? std::max(facts.n_years, 1) : 1);
  }
  return figures;
}

void widen_for_draws(const DrawFigures& figures, const ResultFacts& facts, Summary& summary) {
  const std::size_t n_members = facts.members.size();
  for (std::size_t k = 0; k < n_measures; ++k) {
    widen_measure(
        roots_of(figures.measure[k].design_effect), summary.measure[k],
        largest_values(static_cast<Measure>(k), facts, n_members * facts.minerals.size()));
  }
  for (std::size_t k = 0; k < n_member_measures; ++k) {
    widen_measure(roots_of(figures.member_measure[k].design_effect), summary.member_measure[k],
                  largest_values(static_cast<MemberMeasure>(k), facts, n_members));
  }
  widen(summary.short_probability, roots_of(figures.of(Measure::months_short).design_effect));
  widen(summary.loss_return, summary.loss_return_lo, summary.loss_return_hi,
        roots_of(figures.of(MemberMeasure::annual_loss).design_effect),
        largest_values(MemberMeasure::annual_loss, facts, n_members));
}

}  // namespace blocrisk
