/// Whether two values of a sweep say the same, wherever and however they were written: 1 is 1.0.
#pragma once

#include "host/scenario/document.hpp"

namespace blocrisk {

/// A strict order of values by what they say.
[[nodiscard]] bool comes_before(const Value& a, const Value& b);

[[nodiscard]] bool same_value(const Value& a, const Value& b);

}  // namespace blocrisk
