/// \file
/// Slots on a device: half a warp holds one path, and each of its 16 lanes a slot of every piece,
/// in registers. Slots see each other by exchanging registers, which all lanes of the warp have to
/// do together: never inside the body of an `each`, nor where only one of the two paths goes; see
/// `some_path`. (Halves that exchange under masks of their own may part, but every exchange then
/// first has to find out who is there: three slow instructions before each sum.) On a host
/// exchanges go through an emulator, so that tests can run the lanes one by one. Included by
/// slots.hpp.
#pragma once

#include "kernels/lanes/scalar.hpp"

namespace blocrisk {

inline constexpr int half_warp_lanes = 16;
inline constexpr int warp_lanes = 2 * half_warp_lanes;

#if !defined(__CUDA_ARCH__)
/// The lane of a warp that is running, and an exchange as it sees it: what each lane gave. `site`
/// tells exchanges apart; lanes that meet at different ones are a mistake. Tests define them.
int emulated_lane();
const std::uint32_t* emulated_exchange(std::uint32_t word, int site);
#endif

}  // namespace blocrisk

RISK_BEGIN

/// One path in half a warp, for chains of S stages and P pieces of 16 slots in every row. Values
/// are scalars, as with Lanes<1>; what belongs to the path and to no slot is the same in all lanes.
template <int S, int P>
struct HalfWarp {
  static constexpr int n = 1;
  using F = float;
  using I = std::int32_t;
  using U = std::uint32_t;
  using M = bool;
  static constexpr int n_stages = S;
  static constexpr int n_pieces = P;
};

template <int S, int P>
inline constexpr bool slots_in_registers<HalfWarp<S, P>> = true;

RISK_FN int half_warp_lane() {
#if defined(__CUDA_ARCH__)
  return static_cast<int>(threadIdx.x) % half_warp_lanes;
#else
  return emulated_lane() % half_warp_lanes;
#endif
}

#if defined(__CUDA_ARCH__)
inline constexpr unsigned all_of_warp = 0xffffffffu;
#endif

#if !defined(__CUDA_ARCH__)
/// Words, as which the emulator exchanges values.
RISK_FN std::uint32_t word_of(float value) { return bits(value); }
RISK_FN std::uint32_t word_of(std::int32_t value) { return as_word(value); }
RISK_FN std::uint32_t word_of(std::uint32_t value) { return value; }
RISK_FN void set_word(float& value, std::uint32_t word) { value = from_bits(word); }
RISK_FN void set_word(std::int32_t& value, std::uint32_t word) { value = as_signed(word); }
RISK_FN void set_word(std::uint32_t& value, std::uint32_t word) { value = word; }
#endif

/// What lane `from` of the half gives as `value`.
template <class V>
RISK_FN V from_lane(V value, int from, [[maybe_unused]] int site) {
#if defined(__CUDA_ARCH__)
  return __shfl_sync(all_of_warp, value, from, half_warp_lanes);
#else
  const int first = emulated_lane() / half_warp_lanes * half_warp_lanes;
  set_word(value, emulated_exchange(word_of(value), 4 * site)[first + from % half_warp_lanes]);
  return value;
#endif
}

/// What the lane gives whose number differs by the bits of `distance`.
template <class V>
RISK_FN V across(V value, int distance, [[maybe_unused]] int site) {
#if defined(__CUDA_ARCH__)
  return __shfl_xor_sync(all_of_warp, value, distance, half_warp_lanes);
#else
  set_word(value, emulated_exchange(word_of(value), 4 * site + 1)[emulated_lane() ^ distance]);
  return value;
#endif
}

/// Bit k: lane k of the warp says yes.
RISK_FN std::uint32_t votes(bool yes, [[maybe_unused]] int site) {
#if defined(__CUDA_ARCH__)
  return __ballot_sync(all_of_warp, yes);
#else
  const std::uint32_t* const all = emulated_exchange(yes ? 1u : 0u, 4 * site + 2);
  std::uint32_t bits = 0;
  for (int k = 0; k < warp_lanes; ++k) bits |= all[k] << k;
  return bits;
#endif
}

/// Sum over the lanes of the half, the same bits in all of them.
template <class V>
RISK_FN V sum_of_lanes(V value, int site = __builtin_LINE()) {
  value = value + across(value, 8, site);
  value = value + across(value, 4, site);
  value = value + across(value, 2, site);
  return value + across(value, 1, site);
}

/// A slot of piece Q: which register to take is known when the code is compiled.
template <int Q>
struct WarpSlot {
  static constexpr int piece = Q;
  int index;
  RISK_FN operator int() const { return index; }
};

/// Is the lane one of the second path's?
RISK_FN bool in_high_half() {
#if defined(__CUDA_ARCH__)
  return (threadIdx.x & half_warp_lanes) != 0;
#else
  return emulated_lane() >= half_warp_lanes;
#endif
}

/// A set of slots for the path at hand, and what it and the warp's other path have together.
struct SlotsOfPaths {
  SlotBits mine, some;
};

/// Calls f(slot) for the lane's slots, whether they exist or not.
template <class L, int Q = 0, class Fn>
RISK_FN void each_piece(Fn&& f) {
  f(WarpSlot<Q>{half_warp_lane() + Q * piece_slots});
  if constexpr (Q + 1 < L::n_pieces) each_piece<L, Q + 1>(f);
}

/// One value per slot, in registers.
template <int P, class T>
struct WarpRow {
  T piece[P];
  template <int Q>
  RISK_FN T& operator[](WarpSlot<Q>) {
    return piece[Q];
  }
  template <int Q>
  RISK_FN const T& operator[](WarpSlot<Q>) const {
    return piece[Q];
  }
};

/// One struct per slot that is seldom looked at: in memory of the thread's own, where it takes no
/// registers from what every step needs.
template <class T>
struct ColdRow {
  T* first;
  template <int Q>
  RISK_FN T& operator[](WarpSlot<Q>) const {
    return first[Q];
  }
};

template <int S, int P, class T>
struct Slots<HalfWarp<S, P>, T> : WarpRow<P, T> {};
template <int S, int P, class T>
requires(is_cold<HalfWarp<S, P>, T>) struct Slots<HalfWarp<S, P>, T> : ColdRow<T> {
};

template <WarpSlots L, class T>
RISK_FN void clear_slots(int /*n*/, Slots<L, T>& slots) {
  each_piece<L>([&](auto slot) { slots[slot] = T{}; });
}

template <WarpSlots L, class Fn>
RISK_FN void each(int n, Fn&& f) {
  each_piece<L>([&](auto slot) {
    if (slot < n) f(slot);
  });
}

/// A flag per slot, in registers.
template <int S, int P>
struct SlotFlags<HalfWarp<S, P>> {
  bool raised[P];
  template <int Q>
  RISK_FN bool operator[](WarpSlot<Q>) const {
    return raised[Q];
  }
  template <int Q>
  RISK_FN void set(WarpSlot<Q>, bool up) {
    raised[Q] = up;
  }
};

template <WarpSlots L, class Fn>
RISK_FN void each_raised(int n, const SlotFlags<L>& flags, Fn&& f) {
  each<L>(n, [&](auto slot) {
    if (flags[slot]) f(slot);
  });
}

template <WarpSlots L>
RISK_FN bool some_raised(int n, const SlotFlags<L>& flags, int site = __builtin_LINE()) {
  bool some = false;
  each<L>(n, [&](auto slot) { some = some || flags[slot]; });
  return votes(some, site) != 0;
}

template <WarpSlots L>
RISK_FN bool some_slot(bool raised, int site = __builtin_LINE()) {
  return votes(raised, site) != 0;
}

template <WarpSlots L>
RISK_FN bool some_path(bool needs, int site = __builtin_LINE()) {
  return votes(needs, site) != 0;
}

/// Slots for which `holds` does.
template <WarpSlots L, class Fn>
RISK_FN SlotsOfPaths slots_with(int n, Fn&& holds, int site = __builtin_LINE()) {
  SlotsOfPaths slots{{0, 0}, {0, 0}};
  constexpr std::uint32_t of_half = (1u << piece_slots) - 1u;
  each_piece<L>([&](auto slot) {
    constexpr int q = decltype(slot)::piece;
    const std::uint32_t both = votes(slot < n && holds(slot), site);
    const std::uint32_t low = both & of_half;
    const std::uint32_t high = both >> piece_slots;
    const std::uint32_t mine = in_high_half() ? high : low;
    (q < 2 ? slots.mine.low : slots.mine.high) |= mine << (q % 2 * piece_slots);
    (q < 2 ? slots.some.low : slots.some.high) |= (low | high) << (q % 2 * piece_slots);
  });
  return slots;
}

template <WarpSlots L>
RISK_FN SlotsOfPaths raised_slots(int n, const SlotFlags<L>& flags, int site = __builtin_LINE()) {
  return slots_with<L>(
      n, [&](auto slot) { return flags[slot]; }, site);
}

template <WarpSlots L, class T, class F>
RISK_FN F sum_slots(int /*n*/, const Slots<L, T>& slots, F T::*field, int site = __builtin_LINE()) {
  F sum{};
  each_piece<L>([&](auto slot) {
    sum = decltype(slot)::piece == 0 ? slots[slot].*field : sum + slots[slot].*field;
  });
  return sum_of_lanes(sum, site);
}

template <WarpSlots L, int n_values, class Fn>
RISK_FN Several<float, n_values> sum_each(int n, Fn f, int site = __builtin_LINE()) {
  Several<float, n_values> sums{};
  each<L>(n, [&](auto slot) {
    const auto of_slot = f(slot);
    if constexpr (decltype(slot)::piece == 0) {
      sums = of_slot;
    } else {
      sums = sums + of_slot;
    }
  });
  for (float& sum : sums.value) sum = sum_of_lanes(sum, site);
  return sums;
}

template <WarpSlots L, class T, class F>
RISK_FN F sum_weighted(int n, const Slots<L, T>& slots, F T::*field, const float* weight,
                       int site = __builtin_LINE()) {
  F sum{};
  each_piece<L>([&](auto slot) {
    const F part = slot < n ? slots[slot].*field * weight[slot] : F{};
    sum = decltype(slot)::piece == 0 ? part : sum + part;
  });
  return sum_of_lanes(sum, site);
}

template <WarpSlots L, class T, class F, class Value>
RISK_FN F sum_raised(int n, const SlotFlags<L>& flags, Slots<L, T>& slots, F T::*field, Value value,
                     int site = __builtin_LINE()) {
  each<L>(n, [&](auto slot) { slots[slot].*field = flags[slot] ? value(slot) : F{}; });
  return sum_slots<L>(n, slots, field, site);
}

/// What slot `from` holds in a field; it may be another one in every lane.
template <WarpSlots L, class T, class F>
RISK_FN F see_slot(const Slots<L, T>& slots, F T::*field, int from, int site) {
  F seen{};
  each_piece<L>([&](auto slot) {
    constexpr int q = decltype(slot)::piece;
    const F value = from_lane(slots[slot].*field, from, site);
    seen = q == 0 || from / piece_slots == q ? value : seen;
  });
  return seen;
}

template <WarpSlots L, class T, class F>
RISK_FN WarpRow<L::n_pieces, F> permuted(int n, const Slots<L, T>& slots, F T::*field,
                                         const std::int32_t* table, int site = __builtin_LINE()) {
  WarpRow<L::n_pieces, F> seen;
  each_piece<L>([&](auto slot) {
    const int from = slot < n ? table[slot] : 0;
    seen[slot] = see_slot<L>(slots, field, from < 0 ? 0 : from, site);
  });
  return seen;
}

template <WarpSlots L>
RISK_FN std::uint32_t union_of_lanes(std::uint32_t bits, int site = __builtin_LINE()) {
  bits |= across(bits, 8, site);
  bits |= across(bits, 4, site);
  bits |= across(bits, 2, site);
  return bits | across(bits, 1, site);
}

template <WarpSlots L, class T, class F>
RISK_FN F value_at(const Slots<L, T>& slots, F T::*field, int slot, int site = __builtin_LINE()) {
  F value{};
  each_piece<L>([&](auto mine) {
    constexpr int q = decltype(mine)::piece;
    const F held = slots[mine].*field;
    value = q == 0 || slot / piece_slots == q ? held : value;
  });
  return from_lane(value, slot, site);
}

template <WarpSlots L, class Fn>
RISK_FN void only_at(int slot, Fn&& f) {
  each_piece<L>([&](auto mine) {
    if (mine == slot) f(mine);
  });
}

/// A lane adds up the groups with the numbers of its slots.
template <WarpSlots L, class T, class F, class Set>
RISK_FN void sum_groups(int n_groups, const std::int32_t* first, const std::int32_t* members,
                        int largest, const Slots<L, T>& slots, F T::*field, Set&& set,
                        int site = __builtin_LINE()) {
  each_piece<L>([&](auto k) {
    constexpr int q = decltype(k)::piece;
    if (q * piece_slots >= n_groups) return;
    const bool exists = k < n_groups;
    const int begin = exists ? first[k] : 0;
    const int n = exists ? first[k + 1] - begin : 0;
    F sum{};
    for (int at = 0; at < largest; ++at) {
      const F value = see_slot<L>(slots, field, at < n ? members[begin + at] : 0, site);
      sum = at == 0 ? value : at < n ? sum + value : sum;
    }
    if (exists) set(k, sum);
  });
}

/// Several values a slot in memory, each lane's apart from the others': `first` is the lane's own,
/// a warp's lie side by side.
template <int S, int P, class T>
struct SlotMemory<HalfWarp<S, P>, T> {
  struct SlotRow {
    T* first;
    template <int Q>
    RISK_FN T& operator[](WarpSlot<Q>) const {
      return first[Q * warp_lanes];
    }
  };
  T* first;
  int n_slots;  ///< that the lane itself holds
  RISK_FN SlotRow row(int k) const { return {first + k * P * warp_lanes}; }
};

RISK_END
