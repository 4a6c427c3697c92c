/// Variance-based sensitivity indices of a Saltelli design: how much of an output's variance each
/// axis explains alone (first order), and how much it takes part in (total).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/analysis/tail.hpp"

namespace blocrisk {

/// [axis]; not a number where the output does not vary, or fewer than two base points are whole.
struct SensitivityIndices {
  std::vector<Figure> first_order, total;
};

/// Of outputs [base point][A, B, A with axis i of B ...], as `saltelli_place` numbers members. Base
/// points one of whose members has no value are left out.
///
/// With m and V the mean and variance over A and B together, base points j:
///   first order  1/n sum (f(B)_j - m) (f(AB_i)_j - f(A)_j) / V
///                Saltelli et al., Comput. Phys. Commun. 181, 2010, 259, table 2 (b)
///   total        1/2n sum (f(A)_j - f(AB_i)_j)^2 / V        Jansen, ibid. table 2 (f)
/// Small ones may come out a little below zero. The 95 % interval is that of the mean of each
/// ratio's influence function, I + (g_j - I v_j) / V with g_j the numerator's term and v_j the
/// variance's, cut to what an index can be, 0 to 1: as if base points were independent, so it is
/// wider than it need be where they follow the Sobol sequence. tests/unit/sobol_indices_test.cpp
/// measures how often it holds the truth.
[[nodiscard]] SensitivityIndices sobol_indices(std::span<const double> outputs, std::size_t n_axes);

}  // namespace blocrisk
