// The battery for AVX2 with FMA.
#include "tests/unit/lane_probe.inl"
#include "tests/unit/lane_probe_variants.hpp"

#if defined(__x86_64__)
namespace blocrisk::probe {
namespace {
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
}  // namespace

extern const Variant avx2_1 = probe_body::variant<Lanes<1>>("avx2_1", &has_avx2);
extern const Variant avx2_8 = probe_body::variant<Lanes<8>>("avx2_8", &has_avx2);
extern const Variant avx2_16 = probe_body::variant<Lanes<16>>("avx2_16", &has_avx2);

}  // namespace blocrisk::probe
#endif
