// The loops for AVX-512.
#include "bench/lane_rates.inl"

#if defined(__x86_64__)
namespace blocrisk::rates {
namespace {
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
}  // namespace

extern const Loops avx512_16 = rates_body::loops<Lanes<16>>("avx512_16", &has_avx512);

}  // namespace blocrisk::rates
#endif
