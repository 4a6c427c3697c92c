/// When a gap is one. (Model, section 4.5.)
#pragma once

#include "kernels/model/chain_state.hpp"

RISK_BEGIN

/// In single precision a gap below this part of the need is none.
inline constexpr float smallest_gap_fraction = 1e-6f;

template <class F>
RISK_FN F real_gap(F gap, F need) {
  return masked(ge(gap, need * splat<F>(smallest_gap_fraction)), gap);
}

RISK_END
