/// \file
/// Names of the builds that lane_probe_*.cpp make; those for x86 exist only there.
#pragma once

#include "tests/unit/lane_probe.hpp"

namespace blocrisk::probe {

extern const Variant plain_1, plain_8, plain_16;
#if defined(__x86_64__)
extern const Variant avx2_1, avx2_8, avx2_16;
extern const Variant avx512_1, avx512_8, avx512_16;
#endif

}  // namespace blocrisk::probe
