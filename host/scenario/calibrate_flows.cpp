#include "host/scenario/calibrate_flows.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

#include "host/scenario/linear_algebra.hpp"
#include "kernels/math/exact_double.hpp"

namespace blocrisk {
namespace {

constexpr double seed_floor_share = 1e-6;
constexpr double largest_home_share = 0.95;
constexpr double aimed_residual = 1e-13;
// Scaling by turns takes most stages there in tens of rounds. It crawls where blocks of the market
// hardly trade with each other; Newton steps then take over, and the rest is for what they cannot
// do.
constexpr int scaling_rounds = 2'000;
constexpr int newton_rounds = 200;
constexpr int last_rounds = 20'000;
constexpr double largest_newton_step = 1.0;  // of a row's log factor

double sum_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

/// Nothing is known of this sink's imports: in proportion to output, its own country's counting
/// more.
std::vector<double> shares_by_output(const std::vector<double>& output,
                                     const std::vector<int>& node_country, int country,
                                     double home_bias) {
  std::vector<double> share(output.size());
  for (std::size_t i = 0; i < output.size(); ++i) {
    share[i] = output[i] * (node_country[i] == country ? home_bias : 1.0);
  }
  const double total = sum_of(share);
  for (double& value : share) value = total > 0.0 ? value / total : 0.0;
  return share;
}

/// The foreign part: named exporters as named, the others share what those leave by their output.
std::vector<double> foreign_shares(const std::vector<double>& output,
                                   const std::vector<int>& node_country, const SeedColumn& sink) {
  std::vector<double> share(output.size(), 0.0);
  std::vector<char> named(output.size(), 0);
  double known_sum = 0.0;
  for (const KnownImport& import : sink.known) {
    const auto i = static_cast<std::size_t>(import.node);
    named[i] = 1;
    share[i] = import.import_fraction;
    known_sum += import.import_fraction;
  }
  const auto is_unnamed = [&](std::size_t i) {
    return named[i] == 0 && node_country[i] != sink.country;
  };
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

std::vector<double> shares_by_known_imports(const std::vector<double>& output,
                                            const std::vector<int>& node_country,
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
  Fitting(std::vector<double>& flow, const std::vector<double>& rows,
          const std::vector<double>& columns)
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

  /// One step of Newton's method on the logarithms of the row factors, columns being scaled to fit:
  /// the gradient is what rows lack, the Hessian a Laplacian of how rows compete in columns. One
  /// row is held, for a common factor moves nothing. False where some rows share no column.
  bool step_rows() {
    const std::vector<std::size_t> free = free_rows();
    SquareMatrix hessian(static_cast<int>(free.size()));
    std::vector<double> lack(free.size());
    for (std::size_t a = 0; a < free.size(); ++a) {
      lack[a] = rows_[free[a]] - row_sum(free[a]);
      for (std::size_t k = 0; k < rows_.size(); ++k) {
        if (k != free[a]) hessian(static_cast<int>(a), static_cast<int>(a)) += overlap(free[a], k);
      }
      for (std::size_t b = 0; b < a; ++b) {
        const double shared = overlap(free[a], free[b]);
        hessian(static_cast<int>(a), static_cast<int>(b)) = -shared;
        hessian(static_cast<int>(b), static_cast<int>(a)) = -shared;
      }
    }
    const CholeskyFactor factor = factor_cholesky(hessian);
    if (factor.failed_row >= 0) return false;
    move_rows(free, solve_cholesky(factor.lower, lack));
    scale_columns();
    return true;
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

  /// Rows with output, less the largest.
  std::vector<std::size_t> free_rows() const {
    std::size_t held = 0;
    for (std::size_t i = 1; i < rows_.size(); ++i) {
      if (rows_[i] > rows_[held]) held = i;
    }
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (i != held && rows_[i] > 0.0) free.push_back(i);
    }
    return free;
  }

  double overlap(std::size_t i, std::size_t k) {
    double sum = 0.0;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      if (columns_[j] > 0.0) sum += at(i, j) * at(k, j) / columns_[j];
    }
    return sum;
  }

  void move_rows(const std::vector<std::size_t>& moved, const std::vector<double>& log_factor) {
    double largest = largest_newton_step;
    for (const double step : log_factor)
      largest = std::fabs(step) > largest ? std::fabs(step) : largest;
    for (std::size_t a = 0; a < moved.size(); ++a) {
      const double factor = exp_d(log_factor[a] * (largest_newton_step / largest));
      for (std::size_t j = 0; j < columns_.size(); ++j) at(moved[a], j) *= factor;
    }
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

std::vector<double> seed_shares(const std::vector<double>& output_t_per_yr,
                                const std::vector<int>& node_country, const SeedColumn& sink,
                                double home_bias) {
  if (!(sink.want_t_per_yr > 0.0)) return std::vector<double>(output_t_per_yr.size(), 0.0);
  std::vector<double> share =
      sink.known.empty() ? shares_by_output(output_t_per_yr, node_country, sink.country, home_bias)
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
  const auto repeat = [&](int n_rounds, auto&& improve) {
    for (int round = 0; round < n_rounds; ++round) {
      if (!improve()) return false;
      ++fit.n_rounds;
      fitting.measure(total, fit);
      if (fit.worst_residual < aimed_residual) return true;
    }
    return false;
  };
  const auto scale = [&] {
    fitting.scale_rows();
    fitting.scale_columns();
    return true;
  };
  if (repeat(scaling_rounds, scale)) return fit;
  if (repeat(newton_rounds, [&] { return fitting.step_rows(); })) return fit;
  repeat(last_rounds, scale);
  return fit;
}

}  // namespace blocrisk
