/// \file
/// Philox words from cuRAND's device function. Include before anything of kernels/random, which
/// then takes its scalar words from here; they are the same words.
#pragma once

// cuRAND marks its functions __device__ only; the kernels' functions are for both sides.
#if !defined(QUALIFIERS)
#define QUALIFIERS static __forceinline__ __host__ __device__
#endif
#include <curand_philox4x32_x.h>

#include <cstdint>

namespace blocrisk {

__host__ __device__ __forceinline__ void curand_words(const std::uint32_t (&counter)[4],
                                                      const std::uint32_t (&key)[2],
                                                      std::uint32_t (&out)[4]) {
  const uint4 words = curand_Philox4x32_10(
      make_uint4(counter[0], counter[1], counter[2], counter[3]), make_uint2(key[0], key[1]));
  out[0] = words.x;
  out[1] = words.y;
  out[2] = words.z;
  out[3] = words.w;
}

}  // namespace blocrisk

#define RISK_PHILOX(counter, key, out) ::blocrisk::curand_words(counter, key, out)
