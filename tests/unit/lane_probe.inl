// The battery, compiled once per instruction set by lane_probe_*.cpp. No standard library here:
// an inline function of it, compiled for AVX-512, could be the copy the whole program uses.

#include "kernels/lanes/slots.hpp"
#include "kernels/math/normal.hpp"
#include "kernels/random/address.hpp"
#include "tests/unit/lane_probe.hpp"

RISK_BEGIN
namespace probe_body {

using probe::Inputs;
using probe::Operation;

template <class L>
struct Group {
  typename L::F a, b, c, positive, probability;
  typename L::I index;
  typename L::U word, word_2;
  const float* table;
};

template <class L>
RISK_FN Group<L> load_group(const Inputs& in, std::int64_t k) {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  return {load<F>(in.a + k),        load<F>(in.b + k),           load<F>(in.c + k),
          load<F>(in.positive + k), load<F>(in.probability + k), load<I>(in.index + k),
          load<U>(in.word + k),     load<U>(in.word_2 + k),      in.table};
}

template <class L, class R>
RISK_FN typename L::U result_bits(R r) {
  if constexpr (std::same_as<R, typename L::M>) {
    return select(r, splat<typename L::U>(1U), splat<typename L::U>(0U));
  } else if constexpr (std::same_as<R, typename L::F>) {
    return bits(r);
  } else if constexpr (std::same_as<R, typename L::I>) {
    return as_word(r);
  } else {
    return r;
  }
}

template <class L, class Body>
void run(const Inputs& in, std::uint32_t* out) {
  for (std::int64_t k = 0; k < in.n; k += L::n) {
    store(out + k, result_bits<L>(Body{}(load_group<L>(in, k))));
  }
}

template <class L, class Body>
constexpr Operation operation(const char* name, Body) {
  return {name, &run<L, Body>};
}

/// Words of a path group made of arbitrary numbers, folded so that each word matters.
template <class L>
RISK_FN typename L::U fold(const Words<L>& words) {
  return words.w[0] + shl(words.w[1], 1) + shl(words.w[2], 2) + shl(words.w[3], 3);
}

template <class L>
struct Battery {
  using F = typename L::F;
  using I = typename L::I;
  using U = typename L::U;
  using G = Group<L>;

  static constexpr Operation operations[] = {
      operation<L>("add", [](G g) { return g.a + g.b; }),
      operation<L>("subtract", [](G g) { return g.a - g.b; }),
      operation<L>("multiply", [](G g) { return g.a * g.b; }),
      operation<L>("divide", [](G g) { return g.a / g.positive; }),
      operation<L>("fma", [](G g) { return fma(g.a, g.b, g.c); }),
      operation<L>("min", [](G g) { return min(g.a, g.b); }),
      operation<L>("max", [](G g) { return max(g.a, g.b); }),
      operation<L>("min of integers", [](G g) { return min(as_signed(g.word), g.index); }),
      operation<L>("max of integers", [](G g) { return max(as_signed(g.word), g.index); }),
      operation<L>("sqrt", [](G g) { return sqrt(g.positive); }),
      operation<L>("abs", [](G g) { return abs(g.a); }),
      operation<L>("floor", [](G g) { return floor(g.a); }),
      operation<L>("ceil", [](G g) { return ceil(g.a); }),
      operation<L>("lt", [](G g) { return lt(g.a, g.b); }),
      operation<L>("le", [](G g) { return le(g.a, g.b); }),
      operation<L>("gt", [](G g) { return gt(g.a, g.b); }),
      operation<L>("ge", [](G g) { return ge(g.a, g.b); }),
      operation<L>("eq", [](G g) { return eq(g.a, g.b); }),
      operation<L>("ne", [](G g) { return ne(g.a, g.b); }),
      operation<L>("lt of integers", [](G g) { return lt(as_signed(g.word), g.index); }),
      operation<L>("le of integers", [](G g) { return le(as_signed(g.word), g.index); }),
      operation<L>("gt of integers", [](G g) { return gt(as_signed(g.word), g.index); }),
      operation<L>("ge of integers", [](G g) { return ge(as_signed(g.word), g.index); }),
      operation<L>("eq of integers", [](G g) { return eq(g.index & splat<I>(3), splat<I>(2)); }),
      operation<L>("ne of integers", [](G g) { return ne(g.index & splat<I>(3), splat<I>(2)); }),
      operation<L>("lt of words", [](G g) { return lt(g.word, g.word_2); }),
      operation<L>("eq of words", [](G g) { return eq(shr(g.word, 30), shr(g.word_2, 30)); }),
      operation<L>("ne of words", [](G g) { return ne(shr(g.word, 30), shr(g.word_2, 30)); }),
      operation<L>("and_", [](G g) { return and_(lt(g.a, g.b), test_bit(g.word, 0)); }),
      operation<L>("or_", [](G g) { return or_(lt(g.a, g.b), test_bit(g.word, 31)); }),
      operation<L>("xor_", [](G g) { return xor_(lt(g.a, g.b), test_bit(g.word, 5)); }),
      operation<L>("not_", [](G g) { return not_(lt(g.a, g.b)); }),
      operation<L>("andnot", [](G g) { return andnot(lt(g.a, g.b), test_bit(g.word, 7)); }),
      operation<L>("select", [](G g) { return select(test_bit(g.word, 3), g.a, g.b); }),
      operation<L>("select of integers",
                   [](G g) { return select(lt(g.a, g.b), g.index, splat<I>(-1)); }),
      operation<L>("select of words", [](G g) { return select(lt(g.a, g.b), g.word, g.word_2); }),
      operation<L>("masked", [](G g) { return masked(gt(g.a, g.b), g.a); }),
      operation<L>("to_float", [](G g) { return to_float(as_signed(g.word)); }),
      operation<L>("truncate",
                   [](G g) { return truncate((g.probability - splat<F>(0.5F)) * splat<F>(4e9F)); }),
      operation<L>("from_bits", [](G g) { return bits(from_bits(g.word)); }),
      operation<L>("shl", [](G g) { return shl(g.word, 13); }),
      operation<L>("shr", [](G g) { return shr(g.word, 9); }),
      operation<L>("shl per lane", [](G g) { return shl(g.word, g.word_2 & splat<U>(31U)); }),
      operation<L>("shr per lane", [](G g) { return shr(g.word, g.word_2 & splat<U>(31U)); }),
      operation<L>("arithmetic shift", [](G g) { return as_signed(g.word) >> 23; }),
      operation<L>("word arithmetic",
                   [](G g) { return ((g.word * g.word_2) ^ g.word) + g.word_2; }),
      operation<L>("lookup", [](G g) { return lookup(g.table, g.index); }),
      operation<L>(
          "lookup of integers",
          [](G g) { return lookup(reinterpret_cast<const std::int32_t*>(g.table), g.index); }),
      operation<L>(
          "lookup of words",
          [](G g) { return lookup(reinterpret_cast<const std::uint32_t*>(g.table), g.index); }),
      operation<L>("exp", [](G g) { return exp(g.a); }),
      operation<L>("log", [](G g) { return log(g.positive); }),
      operation<L>("one_minus_exp_neg", [](G g) { return one_minus_exp_neg(g.positive); }),
      operation<L>("uniform_from_word", [](G g) { return uniform_from_word<L>(g.word); }),
      operation<L>("exponential_from_word",
                   [](G g) { return exponential_from_word<L>(g.word, g.probability); }),
      operation<L>("normal_from_word", [](G g) { return normal_from_word<L>(g.word); }),
      operation<L>("threshold_from_probability",
                   [](G g) { return threshold_from_probability(g.probability); }),
      operation<L>("happens",
                   [](G g) { return happens(g.word, threshold_from_probability(g.probability)); }),
      operation<L>("philox of any paths",
                   [](G g) {
                     return fold(philox_words<L>(PhiloxKey{0x12345678U, 0x9abcdef0U},
                                                 Paths<L>{g.word, g.word_2}, 77U, 0xfedcba98U));
                   }),
      operation<L>("philox of blocks",
                   [](G g) {
                     return fold(philox_words<L>(PhiloxKey{5U, 6U}, Paths<L>{g.word, g.word_2},
                                                 g.word_2, 99U));
                   }),
      operation<L>("philox_many", [](G g) {
        Words<L> out[3];
        philox_many<L, 3>(PhiloxKey{5U, 6U}, Paths<L>{g.word, g.word_2}, {1U, 2U, 3U},
                          {10U, 20U, 30U}, out);
        return fold(out[0]) ^ shl(fold(out[1]), 1) ^ shl(fold(out[2]), 2);
      })};
};

/// Every pattern of lanes through the functions that look at all lanes at once.
template <class L>
const char* check_groups() {
  using F = typename L::F;
  using I = typename L::I;
  constexpr std::uint32_t every = (1U << L::n) - 1U;
  if (mask_bits(no_lanes<L>()) != 0) return "no_lanes";
  if (mask_bits(all_lanes<L>()) != every) return "all_lanes";
  for (std::uint32_t pattern = 0; pattern <= every; ++pattern) {
    const auto mask = mask_from_bits<L>(pattern);
    const auto other = mask_from_bits<L>(pattern * 2654435761U >> 7);
    const std::uint32_t other_bits = (pattern * 2654435761U >> 7) & every;
    if (mask_bits(mask) != pattern) return "mask_bits";
    if (any(mask) != (pattern != 0)) return "any";
    if (none(mask) != (pattern == 0)) return "none";
    if (all(mask) != (pattern == every)) return "all";
    if (mask_bits(not_(mask)) != (~pattern & every)) return "not_";
    if (mask_bits(and_(mask, other)) != (pattern & other_bits)) return "and_";
    if (mask_bits(or_(mask, other)) != (pattern | other_bits)) return "or_";
    if (mask_bits(xor_(mask, other)) != (pattern ^ other_bits)) return "xor_";
    if (mask_bits(andnot(mask, other)) != (pattern & ~other_bits)) return "andnot";
  }
  F reals = splat<F>(2.0F);
  for (int k = 0; k < L::n; ++k) {
    if (lane(iota<I>(), k) != k) return "iota";
    if (lane(reals, k) != 2.0F) return "splat";
    set_lane(reals, k, static_cast<float>(k));
    if (lane(reals, k) != static_cast<float>(k)) return "set_lane";
  }
  // 64-bit path numbers: lanes straddle a carry into the high word.
  const Paths<L> paths = paths_from<L>((std::uint64_t{7} << 32) - 3U);
  std::uint64_t numbers[L::n];
  for (int k = 0; k < L::n; ++k)
    numbers[k] = (std::uint64_t{7} << 32) - 3U + static_cast<unsigned>(k);
  const Paths<L> listed = paths_of<L>(numbers);
  for (int k = 0; k < L::n; ++k) {
    if (lane(paths.lo, k) != static_cast<std::uint32_t>(numbers[k])) return "paths_from lo";
    if (lane(paths.hi, k) != static_cast<std::uint32_t>(numbers[k] >> 32)) return "paths_from hi";
    if (lane(listed.lo, k) != lane(paths.lo, k)) return "paths_of lo";
    if (lane(listed.hi, k) != lane(paths.hi, k)) return "paths_of hi";
  }
  return nullptr;
}

template <class L>
struct OneValue {
  typename L::F value;
};

template <class L>
void sum_rows(int n, const float* values, float* result) {
  using F = typename L::F;
  alignas(64) OneValue<L> memory[most_slots];
  Slots<L, OneValue<L>> slots{memory};
  for (int path = 0; path < 16; path += L::n) {
    clear_slots<L>(n, slots);
    for (int slot = 0; slot < n; ++slot) slots[slot].value = load<F>(values + 16 * slot + path);
    store(result + path, sum_slots<L>(n, slots, &OneValue<L>::value));
  }
}

template <class L>
void sum_visited(int n, const float* values, float* result, float* negative, int* visits) {
  using F = typename L::F;
  for (int path = 0; path < 16; path += L::n) {
    const auto sums = sum_each<L, 2>(n, [&](int slot) {
      ++visits[slot];
      const F value = load<F>(values + 16 * slot + path);
      return Several<F, 2>{{value, splat<F>(0.0F) - value}};
    });
    store(result + path, sums[0]);
    store(negative + path, sums[1]);
  }
}

template <class L>
constexpr probe::Variant variant(const char* name, bool (*runs_here)()) {
  return {name,
          L::n,
          runs_here,
          Battery<L>::operations,
          static_cast<int>(sizeof(Battery<L>::operations) / sizeof(Operation)),
          &check_groups<L>,
          &sum_rows<L>,
          &sum_visited<L>};
}

}  // namespace probe_body
RISK_END
