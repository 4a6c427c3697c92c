/// \file
/// Inner loops of the rng and math benchmarks, one set per instruction set and lane width.
#pragma once

#include <cstdint>

namespace blocrisk::rates {

/// Each call makes or maps this many values.
inline constexpr int n_values = 4096;

struct Loops {
  const char* name;
  bool (*runs_here)();
  /// All four words of consecutive blocks of one stream; returns a checksum.
  std::uint32_t (*words)(std::uint32_t first_block);
  /// The same with four streams at once.
  std::uint32_t (*words_of_four_streams)(std::uint32_t first_block);
  /// Words turned into normals, the words' making included.
  float (*normals)(std::uint32_t first_block);
  // out[k] = f(in[k]); in and out 64-byte aligned.
  void (*normal_from_word)(const std::uint32_t* in, float* out);
  void (*exp)(const float* in, float* out);
  void (*log)(const float* in, float* out);
  void (*one_minus_exp_neg)(const float* in, float* out);
};

extern const Loops plain_1;
#if defined(__x86_64__)
extern const Loops avx2_8, avx512_16;
#endif

}  // namespace blocrisk::rates
