#include "host/scenario/linear_algebra.hpp"

#include <cmath>

namespace blocrisk {

SquareMatrix identity_matrix(int size) {
  SquareMatrix result(size);
  for (int k = 0; k < size; ++k) result(k, k) = 1.0;
  return result;
}

SquareMatrix multiply(const SquareMatrix& left, const SquareMatrix& right) {
  SquareMatrix result(left.size);
  for (int row = 0; row < left.size; ++row) {
    for (int column = 0; column < left.size; ++column) {
      double sum = 0.0;
      for (int k = 0; k < left.size; ++k) sum += left(row, k) * right(k, column);
      result(row, column) = sum;
    }
  }
  return result;
}

namespace {

double largest_exit_rate(const SquareMatrix& rates) {
  double largest = 0.0;
  for (int row = 0; row < rates.size; ++row) {
    double exit_rate = 0.0;
    for (int column = 0; column < rates.size; ++column) {
      if (column != row) exit_rate += rates(row, column);
    }
    if (exit_rate > largest) largest = exit_rate;
  }
  return largest;
}

void normalise_rows(SquareMatrix& matrix) {
  for (int row = 0; row < matrix.size; ++row) {
    double sum = 0.0;
    for (int column = 0; column < matrix.size; ++column) sum += matrix(row, column);
    for (int column = 0; column < matrix.size; ++column) matrix(row, column) /= sum;
  }
}

/// R dt + shift I, entry by entry not negative for a shift of at least the largest exit rate.
SquareMatrix shifted_generator(const SquareMatrix& rates, double dt_yr, double shift) {
  SquareMatrix result(rates.size);
  for (int row = 0; row < rates.size; ++row) {
    double exit = 0.0;
    for (int column = 0; column < rates.size; ++column) {
      if (column == row) continue;
      result(row, column) = rates(row, column) * dt_yr;
      exit += result(row, column);
    }
    result(row, row) = shift > exit ? shift - exit : 0.0;
  }
  return result;
}

/// Sum of A^k / k!, for entries of A that are small and not negative.
SquareMatrix exponential_series(const SquareMatrix& matrix) {
  constexpr int n_terms =
      20;  // row sums are at most 1/2: 0.5^20 / 20! is far below a double's last bit
  SquareMatrix sum = identity_matrix(matrix.size);
  SquareMatrix term = sum;
  for (int k = 1; k <= n_terms; ++k) {
    term = multiply(term, matrix);
    for (std::size_t at = 0; at < term.values.size(); ++at) {
      term.values[at] /= k;
      sum.values[at] += term.values[at];
    }
  }
  return sum;
}

}  // namespace

// Uniformisation, scaled and squared: exp(R dt) = e^-q exp(R dt + q I), whose terms are all
// positive, so nothing cancels; rows that are made to sum to 1 need no e^-q.
SquareMatrix transition_matrix(const SquareMatrix& rates_per_yr, double dt_yr) {
  double step_yr = dt_yr;
  int n_squarings = 0;
  const double exit_rate = largest_exit_rate(rates_per_yr);
  for (; exit_rate * step_yr > 0.5; ++n_squarings) step_yr *= 0.5;
  SquareMatrix result =
      exponential_series(shifted_generator(rates_per_yr, step_yr, exit_rate * step_yr));
  normalise_rows(result);
  for (int k = 0; k < n_squarings; ++k) {
    result = multiply(result, result);
    normalise_rows(result);
  }
  return result;
}

CholeskyFactor factor_cholesky(const SquareMatrix& symmetric) {
  CholeskyFactor factor{SquareMatrix(symmetric.size)};
  SquareMatrix& lower = factor.lower;
  for (int row = 0; row < symmetric.size; ++row) {
    for (int column = 0; column <= row; ++column) {
      double rest = symmetric(row, column);
      for (int k = 0; k < column; ++k) rest -= lower(row, k) * lower(column, k);
      if (column < row) {
        lower(row, column) = rest / lower(column, column);
      } else if (rest > 0.0) {
        lower(row, row) = std::sqrt(rest);
      } else {
        factor.failed_row = row;
        factor.pivot = rest;
        return factor;
      }
    }
  }
  return factor;
}

std::vector<double> solve_cholesky(const SquareMatrix& lower, std::vector<double> right) {
  for (int row = 0; row < lower.size; ++row) {
    double& x = right[static_cast<std::size_t>(row)];
    for (int k = 0; k < row; ++k) x -= lower(row, k) * right[static_cast<std::size_t>(k)];
    x /= lower(row, row);
  }
  for (int row = lower.size - 1; row >= 0; --row) {
    double& x = right[static_cast<std::size_t>(row)];
    for (int k = row + 1; k < lower.size; ++k)
      x -= lower(k, row) * right[static_cast<std::size_t>(k)];
    x /= lower(row, row);
  }
  return right;
}

}  // namespace blocrisk
