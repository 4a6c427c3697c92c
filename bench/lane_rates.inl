// Bodies of the loops, compiled once per instruction set by lane_rates_*.cpp. No standard
// library here, so that none of it is compiled for an instruction set others lack.

#include "bench/lane_rates.hpp"
#include "kernels/math/normal.hpp"
#include "kernels/random/address.hpp"

RISK_BEGIN
namespace rates_body {

using rates::n_values;

template <class L, int K>
std::uint32_t words(std::uint32_t first_block) {
  using U = typename L::U;
  const PhiloxKey key{1U, 2U};
  const Paths<L> paths = paths_from<L>(first_block);
  U sum = splat<U>(0U);
  for (std::uint32_t b = 0; b < n_values / (4 * K * L::n); ++b) {
    std::uint32_t block[K], stream[K];
    for (int i = 0; i < K; ++i) {
      block[i] = first_block + b;
      stream[i] = 1000U + static_cast<std::uint32_t>(i);
    }
    Words<L> out[K];
    philox_many<L, K>(key, paths, block, stream, out);
    for (const Words<L>& made : out) {
      for (const U word : made.w) sum = sum ^ word;
    }
  }
  return lane(sum, L::n - 1);
}

template <class L>
float normals(std::uint32_t first_block) {
  using F = typename L::F;
  const PhiloxKey key{1U, 2U};
  const Paths<L> paths = paths_from<L>(first_block);
  F sum = splat<F>(0.0F);
  for (std::uint32_t b = 0; b < n_values / (4 * L::n); ++b) {
    const Words<L> made = philox_words<L>(key, paths, first_block + b, 1000U);
    for (const auto word : made.w) sum = sum + normal_from_word<L>(word);
  }
  return lane(sum, L::n - 1);
}

template <class L, class T, class Function>
RISK_FN void map(const T* in, float* out, Function function) {
  for (int k = 0; k < n_values; k += L::n) {
    if constexpr (std::same_as<T, float>) {
      store(out + k, function(load<typename L::F>(in + k)));
    } else {
      store(out + k, function(load<typename L::U>(in + k)));
    }
  }
}

template <class L>
void normal_from_words(const std::uint32_t* in, float* out) {
  map<L>(in, out, [](auto word) { return normal_from_word<L>(word); });
}
template <class L>
void exp_of(const float* in, float* out) {
  map<L>(in, out, [](auto x) { return exp(x); });
}
template <class L>
void log_of(const float* in, float* out) {
  map<L>(in, out, [](auto x) { return log(x); });
}
template <class L>
void one_minus_exp_neg_of(const float* in, float* out) {
  map<L>(in, out, [](auto x) { return one_minus_exp_neg(x); });
}

template <class L>
constexpr rates::Loops loops(const char* name, bool (*runs_here)()) {
  return {name,         runs_here,   &words<L, 1>,
          &words<L, 4>, &normals<L>, &normal_from_words<L>,
          &exp_of<L>,   &log_of<L>,  &one_minus_exp_neg_of<L>};
}

}  // namespace rates_body
RISK_END
