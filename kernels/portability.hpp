/// \file
/// Marks for code that both the host compiler and the device compiler build: the one
/// place that asks which compiler runs and which instructions it may use.
#pragma once

#include <cassert>
#include <cmath>
#include <cstdint>

#if !defined(__CUDACC__)
// Lane vectors are only ever passed between always-inlined functions of one translation unit, so
// the calling convention GCC warns about is never used.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

// RISK_FN: a small function of the path arithmetic. It is always inlined, because one
// program holds the same header compiled for several instruction sets.
#if defined(__CUDACC__)
#define RISK_FN __host__ __device__ __forceinline__
#define RISK_INLINE_BODY
#define RISK_UNROLL
#else
/// Before a loop of up to 16 rounds over what stays in registers.
#define RISK_UNROLL _Pragma("GCC unroll 16")
#define RISK_FN inline __attribute__((always_inline))
/// After the parameters of a lambda that is called from several places of hot code.
#define RISK_INLINE_BODY __attribute__((always_inline))
#endif

// RISK_ISA names an inline namespace per instruction set. Translation units compiled with
// different -m flags then never share a symbol, so the linker cannot hand AVX-512 code to
// a machine without it. Types shared between such units (scenario, network, results) live
// outside of it, in plain `namespace blocrisk`.
#if defined(__CUDACC__)
#define RISK_ISA isa_cuda
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && \
    defined(__AVX512VL__) && defined(__FMA__)
#define RISK_ISA isa_avx512
#define RISK_HAS_AVX512 1
#define RISK_HAS_AVX2 1
#elif defined(__AVX2__) && defined(__FMA__)
#define RISK_ISA isa_avx2
#define RISK_HAS_AVX2 1
#else
#define RISK_ISA isa_plain
#endif

#ifndef RISK_HAS_AVX512
#define RISK_HAS_AVX512 0
#endif
#ifndef RISK_HAS_AVX2
#define RISK_HAS_AVX2 0
#endif

#define RISK_BEGIN     \
  namespace blocrisk { \
  inline namespace RISK_ISA {
#define RISK_END \
  }              \
  }

/// Our mistake, not the user's: checked in debug builds, on host and device.
#define RISK_ASSERT(condition) assert(condition)

// The operations IEEE 754 fixes, spelled per compiler. nvcc needs --fmad=false and its
// default -prec-div, -prec-sqrt and -ftz; host compilers need -ffp-contract=off.
#if defined(__CUDACC__)
#define RISK_FMAF(a, b, c) ::fmaf(a, b, c)
#define RISK_SQRTF(a) ::sqrtf(a)
#define RISK_FLOORF(a) ::floorf(a)
#define RISK_CEILF(a) ::ceilf(a)
#else
#define RISK_FMAF(a, b, c) __builtin_fmaf(a, b, c)
#define RISK_SQRTF(a) __builtin_sqrtf(a)
#define RISK_FLOORF(a) __builtin_floorf(a)
#define RISK_CEILF(a) __builtin_ceilf(a)
#endif

#if defined(__CUDA_ARCH__)
#define RISK_LOWEST_BIT(word) (__ffs(static_cast<int>(word)) - 1)
#else
#define RISK_LOWEST_BIT(word) __builtin_ctz(word)
#endif

// a < b ? a : b and a > b ? a : b, also for zeros of either sign. Given a constant operand nvcc
// would turn the plain expression into min.f32, which orders -0 before +0; a comparison and a
// selection of our own stay what they are.
#if defined(__CUDA_ARCH__)
RISK_BEGIN
RISK_FN float device_select_less(float a, float b) {
  float result;
  asm("{.reg .pred less; setp.lt.f32 less, %1, %2; selp.f32 %0, %1, %2, less;}"
      : "=f"(result)
      : "f"(a), "f"(b));
  return result;
}
RISK_FN float device_select_greater(float a, float b) {
  float result;
  asm("{.reg .pred more; setp.gt.f32 more, %1, %2; selp.f32 %0, %1, %2, more;}"
      : "=f"(result)
      : "f"(a), "f"(b));
  return result;
}
RISK_END
#define RISK_MINF(a, b) device_select_less(a, b)
#define RISK_MAXF(a, b) device_select_greater(a, b)
#else
#define RISK_MINF(a, b) ((a) < (b) ? (a) : (b))
#define RISK_MAXF(a, b) ((a) > (b) ? (a) : (b))
#endif
