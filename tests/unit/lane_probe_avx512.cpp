// The battery for AVX-512.
#include "tests/unit/lane_probe.inl"
#include "tests/unit/lane_probe_variants.hpp"

#if defined(__x86_64__)
namespace blocrisk::probe {
namespace {
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
}  // namespace

extern const Variant avx512_1 = probe_body::variant<Lanes<1>>("avx512_1", &has_avx512);
extern const Variant avx512_8 = probe_body::variant<Lanes<8>>("avx512_8", &has_avx512);
extern const Variant avx512_16 = probe_body::variant<Lanes<16>>("avx512_16", &has_avx512);

}  // namespace blocrisk::probe
#endif
