// The loops for AVX2 with FMA.
#include "bench/lane_rates.inl"

#if defined(__x86_64__)
namespace blocrisk::rates {
namespace {
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
}  // namespace

extern const Loops avx2_8 = rates_body::loops<Lanes<8>>("avx2_8", &has_avx2);

}  // namespace blocrisk::rates
#endif
