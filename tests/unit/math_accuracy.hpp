/// \file
/// How far an elementary function of the kernels is from the truth, over ranges of floats or
/// words, measured with the fastest build this processor runs (all give the same bits).
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/unit/lane_probe.hpp"

namespace blocrisk::accuracy {

inline constexpr std::int64_t block_size = 4096;

inline float float_of(std::uint32_t bits) {
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}
inline std::uint32_t bits_of(float x) {
  std::uint32_t result;
  std::memcpy(&result, &x, sizeof result);
  return result;
}

/// |value - truth| in units in the last place of a float of the truth's size, which
/// is a normal float.
inline double ulp_error(float value, double truth) {
  // 2^(23 - exponent of the truth), from the exponent's bits: this runs billions of times.
  std::uint64_t word = 0;
  std::memcpy(&word, &truth, sizeof word);
  const std::uint64_t exponent = (word >> 52) & 0x7ffU;
  word = (2046U + 23U - exponent) << 52;
  double per_ulp = 0.0;
  std::memcpy(&per_ulp, &word, sizeof per_ulp);
  return std::fabs(static_cast<double>(value) - truth) * per_ulp;
}

struct Worst {
  double ulp = 0.0;
  std::uint32_t bits = 0;

  void note(double error, std::uint32_t at) {
    if (!(error <= ulp)) {
      ulp = error;
      bits = at;
    }
  }
};

/// The operation of that name in the widest build that runs here.
inline const probe::Operation& operation(const std::string& name) {
  const probe::Operation* found = nullptr;
  for (const probe::Variant* const* v = probe::variants(); *v != nullptr; ++v) {
    if (!(*v)->runs_here()) continue;
    for (int k = 0; k < (*v)->n_operations; ++k) {
      if (name == (*v)->operations[k].name) found = &(*v)->operations[k];
    }
  }
  return *found;
}

/// Calls visit(bits, result) for first, first + stride, .. up to last. Every array of inputs
/// holds the same bits, so the operation reads whichever it takes.
template <class Visit>
void for_each_result(const std::string& name, std::uint32_t first, std::uint32_t last,
                     std::uint32_t stride, Visit visit) {
  alignas(64) static std::uint32_t words[block_size];
  alignas(64) static float reals[block_size];
  alignas(64) static std::int32_t indices[block_size];
  alignas(64) static std::uint32_t out[block_size];
  const probe::Operation& function = operation(name);
  const probe::Inputs inputs{reals,   reals, reals, reals, reals,
                             indices, words, words, reals, block_size};
  for (std::uint64_t start = first; start <= last; start += block_size * std::uint64_t{stride}) {
    std::int64_t count = 0;
    for (std::int64_t k = 0; k < block_size; ++k) {
      const std::uint64_t bits = start + static_cast<std::uint64_t>(k) * stride;
      words[k] = bits <= last ? static_cast<std::uint32_t>(bits) : last;
      count += bits <= last;
    }
    std::memcpy(reals, words, sizeof words);
    function.run(inputs, out);
    for (std::int64_t k = 0; k < count; ++k) visit(words[k], float_of(out[k]));
  }
}

/// Worst error of a function of one float, by bit patterns.
template <class Truth>
Worst worst_error(const std::string& name, float first, float last, std::uint32_t stride,
                  Truth truth) {
  Worst worst;
  for_each_result(name, bits_of(first), bits_of(last), stride,
                  [&](std::uint32_t bits, float result) {
                    worst.note(ulp_error(result, truth(static_cast<double>(float_of(bits)))), bits);
                  });
  return worst;
}

}  // namespace blocrisk::accuracy
