// The list of builds, compiled without special instructions.
#include "tests/unit/lane_probe.hpp"

#include "tests/unit/lane_probe_variants.hpp"

namespace blocrisk::probe {

const Variant* const* variants() {
  static const Variant* const list[] = {
    &plain_1,
    &plain_8,
    &plain_16,
#if defined(__x86_64__)
    &avx2_1,
    &avx2_8,
    &avx2_16,
    &avx512_1,
    &avx512_8,
    &avx512_16,
#endif
    nullptr
  };
  return list;
}

}  // namespace blocrisk::probe
