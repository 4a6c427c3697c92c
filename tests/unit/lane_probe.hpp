/// \file
/// Every operation of kernels/{lanes,math,random} behind a plain function pointer, so that one
/// test can compare builds for different instruction sets and lane widths bit for bit.
#pragma once

#include <cstdint>

namespace blocrisk::probe {

inline constexpr int table_size = 1024;

/// Arrays of n elements each (n a multiple of 16, 64-byte aligned).
struct Inputs {
  const float* a;               ///< any finite float
  const float* b;               ///< any finite float
  const float* c;               ///< any finite float
  const float* positive;        ///< positive normal floats
  const float* probability;     ///< 0 to 1
  const std::int32_t* index;    ///< 0 to table_size - 1
  const std::uint32_t* word;    ///< any word
  const std::uint32_t* word_2;  ///< any word
  const float* table;           ///< table_size floats
  std::int64_t n;
};

/// Maps inputs element by element; out[k] are the bits of the k-th result.
struct Operation {
  const char* name;
  void (*run)(const Inputs& inputs, std::uint32_t* out);
};

/// One build of the kernels.
struct Variant {
  const char* name;
  int lanes;
  bool (*runs_here)();
  const Operation* operations;
  int n_operations;
  /// Checks what concerns all lanes at once; null, or what went wrong.
  const char* (*check_groups)();
  /// sum_slots over n slots: values[slot][16 paths], result for 16 paths.
  void (*sum_rows)(int n, const float* values, float* result);
  /// The same by sum_each, of each value and of its negative; visits[64] counts visits of slots.
  void (*sum_visited)(int n, const float* values, float* result, float* negative, int* visits);
};

/// Null-terminated list of the variants this program was built with; the first is scalar.
const Variant* const* variants();

}  // namespace blocrisk::probe
