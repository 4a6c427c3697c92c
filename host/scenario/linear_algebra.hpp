/// Small dense matrices for calibration: the transition matrix of a Markov chain and the Cholesky
/// factor of a correlation. Only + - * / sqrt in a written order, so that every host agrees to the
/// bit.
#pragma once

#include <cstddef>
#include <vector>

namespace blocrisk {

/// A square matrix, row by row.
struct SquareMatrix {
  int size = 0;
  std::vector<double> values;

  SquareMatrix() = default;
  explicit SquareMatrix(int n)
      : size(n), values(static_cast<std::size_t>(n) * static_cast<std::size_t>(n)) {}

  double& operator()(int row, int column) { return values[index(row, column)]; }
  double operator()(int row, int column) const { return values[index(row, column)]; }

 private:
  std::size_t index(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(size) +
           static_cast<std::size_t>(column);
  }
};

SquareMatrix identity_matrix(int size);
SquareMatrix multiply(const SquareMatrix& left, const SquareMatrix& right);

/// exp(R dt) of the generator R whose off-diagonal entries are `rates_per_yr` (its diagonal is not
/// read: a row of a generator sums to 0). Every row of the result sums to 1, no entry is negative.
SquareMatrix transition_matrix(const SquareMatrix& rates_per_yr, double dt_yr);

/// Lower triangle L with L L^T = the matrix, if it is positive definite.
struct CholeskyFactor {
  SquareMatrix lower;
  int failed_row = -1;  ///< first row without a positive pivot; -1 where all is well
  double pivot = 0.0;   ///< what was left of that row's variance: by how much it fails
};
CholeskyFactor factor_cholesky(const SquareMatrix& symmetric);

/// x with L L^T x = right.
std::vector<double> solve_cholesky(const SquareMatrix& lower, std::vector<double> right);

}  // namespace blocrisk
