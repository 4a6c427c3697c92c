#include "host/scenario/calibrate_flows.hpp"

#include <cmath>
#include <cstddef>

namespace blocrisk {
namespace {

constexpr double seed_floor_share = 1e-6;
constexpr double largest_home_share = 0.95;
constexpr double aimed_residual = 1e-13;
constexpr int max_rounds = 100'000;

double sum_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

/// Nothing is known of this sink's imports: in proportion to output, its own country's counting more.
std::vector<double> shares_by_output(const std::vector<double>& output, const std::vector<int>& node_country,
                                     int country, double home_bias) {
  std::vector<double> share(output.size());
  for (std::size_t i = 0; i < output.size(); ++i) {
    share[i] = output[i] * (node_country[i] == country ? home_bias : 1.0);
  }
  const double total = sum_of(share);
  for (double& value : share) value = total > 0.0 ? value / total : 0.0;
  return share;
}

/// The foreign part: named exporters as named, the others share what those leave by their output.
std::vector<double> foreign_shares(const std::vector<double>& output, const std::vector<int>& node_country,
                                   const SeedColumn& sink) {
  std::vector<double> share(output.size(), 0.0);
  std::vector<char> named(output.size(), 0);
  double known_sum = 0.0;
  for (const KnownImport& import : sink.known) {
    const auto i = static_cast<std::size_t>(import.node);
    named[i] = 1;
    share[i] = import.import_fraction;
    known_sum += import.import_fraction;
  }
  const auto is_unnamed = [&](std::size_t i) { return named[i] == 0 && node_country[i] != sink.country; };
  double unnamed_output = 0.0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (is_unnamed(i)) unnamed_output += output[i];
  }
  const double left = known_sum < 1.0 ? 1.0 - known_sum : 0.0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (is_unnamed(i) && unnamed_output > 0.0) share[i] = left * output[i] / unnamed_output;
  }
  return share;
}

std::vector<double> shares_by_known_imports(const std::vector<double>& output, const std::vector<int>& node_country,
                                            const SeedColumn& sink) {
  double home_output = 0.0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (node_country[i] == sink.country) home_output += output[i];
  }
  const double covered = home_output / sink.want_t_per_yr;
  const double home_share = covered < largest_home_share ? covered : largest_home_share;
  std::vector<double> share = foreign_shares(output, node_country, sink);
  for (std::size_t i = 0; i < output.size(); ++i) {
    share[i] = node_country[i] == sink.country ? home_share : (1.0 - home_share) * share[i];
  }
  return share;
}

/// Row-major view of the flows while they are scaled.
class Fitting {
 public:
  Fitting(std::vector<double>& flow, const std::vector<double>& rows, const std::vector<double>& columns)
      : flow_(flow), rows_(rows), columns_(columns), column_sum_(columns.size()) {}

  void scale_rows() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double sum = row_sum(i);
      const double factor = sum > 0.0 ? rows_[i] / sum : 0.0;
      for (std::size_t j = 0; j < columns_.size(); ++j) at(i, j) *= factor;
    }
  }

  void scale_columns() {
    add_columns();
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      column_sum_[j] = column_sum_[j] > 0.0 ? columns_[j] / column_sum_[j] : 0.0;
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      for (std::size_t j = 0; j < columns_.size(); ++j) at(i, j) *= column_sum_[j];
    }
  }

  void measure(double total, FlowFit& fit) {
    fit.worst_residual = 0.0;
    fit.worst_row = fit.worst_column = -1;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      note(std::fabs(row_sum(i) - rows_[i]) / total, static_cast<int>(i), -1, fit);
    }
    add_columns();
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      note(std::fabs(column_sum_[j] - columns_[j]) / total, -1, static_cast<int>(j), fit);
    }
  }

 private:
  double& at(std::size_t i, std::size_t j) { return flow_[i * columns_.size() + j]; }

  double row_sum(std::size_t i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < columns_.size(); ++j) sum += at(i, j);
    return sum;
  }

  void add_columns() {
    for (double& sum : column_sum_) sum = 0.0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      for (std::size_t j = 0; j < columns_.size(); ++j) column_sum_[j] += at(i, j);
    }
  }

  static void note(double residual, int row, int column, FlowFit& fit) {
    if (residual <= fit.worst_residual) return;
    fit.worst_residual = residual;
    fit.worst_row = row;
    fit.worst_column = column;
  }

  std::vector<double>& flow_;
  const std::vector<double>& rows_;
  const std::vector<double>& columns_;
  std::vector<double> column_sum_;
};

}  // namespace

std::vector<double> seed_shares(const std::vector<double>& output_t_per_yr, const std::vector<int>& node_country,
                                const SeedColumn& sink, double home_bias) {
  if (!(sink.want_t_per_yr > 0.0)) return std::vector<double>(output_t_per_yr.size(), 0.0);
  std::vector<double> share = sink.known.empty()
                                  ? shares_by_output(output_t_per_yr, node_country, sink.country, home_bias)
                                  : shares_by_known_imports(output_t_per_yr, node_country, sink);
  for (std::size_t i = 0; i < share.size(); ++i) {
    if (!(output_t_per_yr[i] > 0.0)) {
      share[i] = 0.0;
    } else if (share[i] < seed_floor_share) {
      share[i] = seed_floor_share;
    }
  }
  return share;
}

FlowFit fit_flows(std::vector<double> seed, const std::vector<double>& row_sums,
                  const std::vector<double>& column_sums) {
  FlowFit fit;
  fit.flow = std::move(seed);
  const double total = sum_of(column_sums);
  if (!(total > 0.0)) return fit;
  Fitting fitting(fit.flow, row_sums, column_sums);
  while (fit.n_rounds < max_rounds) {
    fitting.scale_rows();
    fitting.scale_columns();
    ++fit.n_rounds;
    fitting.measure(total, fit);
    if (fit.worst_residual < aimed_residual) break;
  }
  return fit;
}

}  // namespace blocrisk
