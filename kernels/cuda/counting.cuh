/// \file
/// Integer counting. Unless it says otherwise, all threads of a warp count at once: every one of
/// them has to call, in the same order and with the same target; what does not count says so. On
/// the host a warp is one thread.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/portability.hpp"

RISK_BEGIN

inline constexpr int warp_threads = 32;
inline constexpr std::uint32_t whole_warp = 0xffffffffU;

/// Adds the number of threads for which `condition` holds.
RISK_FN void count_if(std::uint32_t* counter, bool condition) {
#if defined(__CUDA_ARCH__)
  const std::uint32_t holds = __ballot_sync(whole_warp, condition);
  if (holds != 0 && threadIdx.x % warp_threads == 0) {
    atomicAdd(counter, static_cast<std::uint32_t>(__popc(holds)));
  }
#else
  if (condition) ++*counter;
#endif
}

/// Adds one to each thread's own bin. Bin 0 is the crowded one: it takes one atomic per warp.
RISK_FN void count_bin(std::uint32_t* counts, std::int32_t bin, bool counted) {
  count_if(counts, counted && bin == 0);
#if defined(__CUDA_ARCH__)
  if (counted && bin != 0) atomicAdd(counts + bin, 1U);
#else
  if (counted && bin != 0) ++counts[bin];
#endif
}

/// Adds every thread's value, modulo 2^64.
RISK_FN void add_to_sum(std::uint64_t* sum, std::uint64_t value) {
#if defined(__CUDA_ARCH__)
  if (__ballot_sync(whole_warp, value != 0) == 0) return;
  auto part = static_cast<unsigned long long>(value);
  for (int distance = warp_threads / 2; distance > 0; distance /= 2) {
    part += __shfl_xor_sync(whole_warp, part, distance);
  }
  if (threadIdx.x % warp_threads == 0) atomicAdd(reinterpret_cast<unsigned long long*>(sum), part);
#else
  *sum += value;
#endif
}

/// Adds to a counter or sum; threads may call alone.
RISK_FN void add_alone(std::uint32_t* counter, std::uint32_t value) {
#if defined(__CUDA_ARCH__)
  atomicAdd(counter, value);
#else
  *counter += value;
#endif
}
RISK_FN void add_alone(std::uint64_t* sum, std::uint64_t value) {
#if defined(__CUDA_ARCH__)
  atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(value));
#else
  *sum += value;
#endif
}

/// Takes the next number of a counter; threads may call alone.
RISK_FN std::uint32_t take_number(std::uint32_t* counter) {
#if defined(__CUDA_ARCH__)
  return atomicAdd(counter, 1U);
#else
  return (*counter)++;
#endif
}

RISK_END
