/// \file
/// Slots: the nodes, sinks or classes of a stage, each with a struct of its own, and the few things
/// that the model does with all of them at once. Here is the mapping of hosts: slots lie in memory
/// one after the other, a value is a vector of paths. A device gives each lane of half a warp a
/// slot of one path (half_warp.hpp) and has the same functions.
///
/// What the functions promise is what both mappings can keep: `each` visits slots independently of
/// each other; only `sum_slots`, `sum_each`, `permuted`, `value_at` and `sum_groups` let a slot see
/// others. The order in which slots are summed is part of the law, so it is written here.
#pragma once

#include "kernels/lanes/lanes.hpp"

RISK_BEGIN

/// Most slots of a stage; sums work on pieces of this many.
inline constexpr int most_slots = 64;
inline constexpr int piece_slots = 16;

/// Are a slot's values held by a lane of its own, out of the others' reach?
template <class L>
inline constexpr bool slots_in_registers = false;

template <class L>
concept WarpSlots = slots_in_registers<L>;
template <class L>
concept MemorySlots = !slots_in_registers<L>;

/// Structs that steps seldom look at say so: a lane that holds more than `most_in_registers` of
/// them keeps them in memory, and registers are for others.
template <class L, class T>
inline constexpr bool is_cold = [] {
  if constexpr (requires { L::n_pieces > T::most_in_registers; }) {
    return L::n_pieces > T::most_in_registers;
  } else {
    return false;
  }
}();

/// A set of slots, the same for all lanes.
struct SlotBits {
  std::uint32_t low, high;
  RISK_FN bool holds(int slot) const {
    return ((slot < 32 ? low >> slot : high >> (slot - 32)) & 1u) != 0;
  }
};

/// One struct per slot. `T` holds lane vectors of the policy L.
template <class L, class T>
struct Slots {
  T* first;
  RISK_FN T& operator[](int slot) const { return first[slot]; }
};

/// Slots that are laid out and summed: a multiple of 8, for sums read whole halves of a piece.
constexpr int padded_slots(int n) { return n <= 8 ? 8 : (n + 7) / 8 * 8; }

/// Sets all slots, with the padding behind them, to nothing.
template <MemorySlots L, class T>
RISK_FN void clear_slots(int n, Slots<L, T>& slots) {
  for (int slot = 0; slot < padded_slots(n); ++slot) slots[slot] = T{};
}

/// Calls f(slot) for slots 0..n-1, which do not see each other.
template <MemorySlots L, class Fn>
RISK_FN void each(int n, Fn&& f) {
#if !defined(__CUDACC__)
#pragma GCC unroll 2
#endif
  for (int slot = 0; slot < n; ++slot) f(slot);
}

/// A flag for every slot, the same for all lanes of a value: a bit each, so that a host finds the
/// raised ones without looking at the others.
template <class L>
struct SlotFlags {
  std::uint64_t bits;
  RISK_FN bool operator[](int slot) const { return ((bits >> slot) & 1u) != 0; }
  RISK_FN void set(int slot, bool raised) {
    const std::uint64_t bit = std::uint64_t{1} << slot;
    bits = raised ? bits | bit : bits & ~bit;
  }
};

/// Calls f(number) for the bits of a word, in order.
template <class Fn>
RISK_FN void each_bit(std::uint64_t bits, Fn&& f) {
  for (; bits != 0; bits &= bits - 1) f(__builtin_ctzll(bits));
}

/// Calls f(slot) for the slots whose flag is up, in order.
template <MemorySlots L, class Fn>
RISK_FN void each_raised(int /*n*/, const SlotFlags<L>& flags, Fn&& f) {
  each_bit(flags.bits, f);
}

/// Calls f(slot) for some of n slots, a bit each, in order. Of few slots each is asked in a place
/// of its own, which knows its address: more code, but less work.
template <class Fn>
RISK_FN void each_of(int n, std::uint64_t some, Fn&& f) {
  if (n <= piece_slots) {
    RISK_UNROLL
    for (int slot = 0; slot < piece_slots; ++slot) {
      if (((some >> slot) & 1u) != 0) f(slot);
    }
  } else {
    each_bit(some, f);
  }
}

/// Is some flag up?
template <MemorySlots L>
RISK_FN bool some_raised(int /*n*/, const SlotFlags<L>& flags) {
  return flags.bits != 0;
}

/// Is a flag that slots have raised up for some of them, in some path? On a host they share it.
template <MemorySlots L>
RISK_FN bool some_slot(bool raised) {
  return raised;
}

/// Is there a path that needs it, among those that go the same way? The others then do it too, so
/// it has to be an exact no-op for them. Whatever lets slots see each other and is skipped asks
/// here.
template <MemorySlots L>
RISK_FN bool some_path(typename L::M needs) {
  return any(needs);
}

/// Sum of a field over slots 0..n-1: pieces of 16 slots are added in order, then slot i + slot i+8,
/// then i+4, i+2, i+1, as if the row were padded with zeros. Values are +0 or more, so adding or
/// leaving out a zero changes no bit; slots from n on hold +0.
template <class F, class Value>
RISK_FN F sum_values(int n, Value value) {
  // Nothing here is reached through a pointer, so that the parts stay in registers.
  F a = value(0), b = value(1), c = value(2), d = value(3);
  F e = value(4), f = value(5), g = value(6), h = value(7);
  const auto add = [&](int from) RISK_INLINE_BODY {
    a = a + value(from), b = b + value(from + 1), c = c + value(from + 2), d = d + value(from + 3);
    e = e + value(from + 4), f = f + value(from + 5), g = g + value(from + 6),
    h = h + value(from + 7);
  };
  if (n > 8) {
    if (n > piece_slots) {
      for (int next = piece_slots; next < n; next += piece_slots) add(next);
      F i = value(8), j = value(9), k = value(10), l = value(11);
      F m = value(12), o = value(13), p = value(14), q = value(15);
      for (int next = piece_slots + 8; next < n; next += piece_slots) {
        i = i + value(next), j = j + value(next + 1), k = k + value(next + 2),
        l = l + value(next + 3);
        m = m + value(next + 4), o = o + value(next + 5), p = p + value(next + 6),
        q = q + value(next + 7);
      }
      a = a + i, b = b + j, c = c + k, d = d + l;
      e = e + m, f = f + o, g = g + p, h = h + q;
    } else {  // nothing is added in vain
      switch (n) {
        default:
          h = h + value(15);
          [[fallthrough]];
        case 15:
          g = g + value(14);
          [[fallthrough]];
        case 14:
          f = f + value(13);
          [[fallthrough]];
        case 13:
          e = e + value(12);
          [[fallthrough]];
        case 12:
          d = d + value(11);
          [[fallthrough]];
        case 11:
          c = c + value(10);
          [[fallthrough]];
        case 10:
          b = b + value(9);
          [[fallthrough]];
        case 9:
          a = a + value(8);
      }
    }
  }
  return ((a + e) + (c + g)) + ((b + f) + (d + h));
}

template <MemorySlots L, class T, class F>
RISK_FN F sum_slots(int n, const Slots<L, T>& slots, F T::*field) {
  return sum_values<F>(n, [&](int slot) RISK_INLINE_BODY { return slots[slot].*field; });
}

/// The same of a field times a table, one number a slot; the table is padded like the slots.
template <MemorySlots L, class T, class F>
RISK_FN F sum_weighted(int n, const Slots<L, T>& slots, F T::*field, const float* weight) {
  return sum_values<F>(
      n, [&](int slot) RISK_INLINE_BODY { return slots[slot].*field * splat<F>(weight[slot]); });
}

/// Several values that are summed side by side.
template <class F, int n_values>
struct Several {
  F value[n_values];
  RISK_FN F operator[](int k) const { return value[k]; }
  RISK_FN friend Several operator+(const Several& a, const Several& b) {
    Several sum;
    RISK_UNROLL
    for (int k = 0; k < n_values; ++k) sum.value[k] = a.value[k] + b.value[k];
    return sum;
  }
};

/// Visits slots as `each` does and sums what f(slot) returns, each value as `sum_slots` would had
/// it been written to a field. Up to 16 slots are visited in the order of the sum, each in a place
/// of its own that knows its address, so that no value is put down on the way.
template <MemorySlots L, int n_values, class Fn>
RISK_FN Several<typename L::F, n_values> sum_each(int n, Fn f) {
  using Sums = Several<typename L::F, n_values>;
  if (n <= piece_slots) {
    constexpr int half = piece_slots / 2;
    const auto pair = [&](int k) RISK_INLINE_BODY {
      if (k >= n) return Sums{};
      const Sums first = f(k);
      return k + half < n ? first + f(k + half) : first;
    };
    const auto four = [&](int k) RISK_INLINE_BODY {
      const Sums two = pair(k) + pair(k + 4);
      return two + (pair(k + 2) + pair(k + 6));
    };
    const Sums even = four(0);
    return even + four(1);
  }
  Sums part[piece_slots] = {};
  for (int slot = 0; slot < n; ++slot) {
    Sums& sum = part[slot % piece_slots];
    sum = sum + f(slot);
  }
  return sum_values<Sums>(piece_slots, [&](int k) RISK_INLINE_BODY { return part[k]; });
}

/// Sum of value(slot) over the slots whose flag is up, as if the others held nothing; `field` of
/// all slots is what it may write to. In which order two are added does not matter.
template <MemorySlots L, class T, class F, class Value>
RISK_FN F sum_raised(int n, const SlotFlags<L>& flags, Slots<L, T>& slots, F T::*field,
                     Value value) {
  const std::uint64_t from_second = flags.bits & (flags.bits - 1);
  if (flags.bits == 0) return splat<F>(0.0f);
  if ((from_second & (from_second - 1)) == 0) {
    const F first = value(__builtin_ctzll(flags.bits));
    return from_second == 0 ? first : first + value(__builtin_ctzll(from_second));
  }
  each<L>(n, [&](int slot) { slots[slot].*field = splat<F>(0.0f); });
  each_raised<L>(n, flags, [&](int slot) { slots[slot].*field = value(slot); });
  return sum_slots<L>(n, slots, field);
}

/// What slot table[i] holds in a field, as seen from slot i.
template <class T, class F>
struct PermutedView {
  using Field = F T::*;
  const T* first;
  Field field;
  const std::int32_t* table;
  RISK_FN F operator[](int slot) const { return first[table[slot]].*field; }
};
/// `table` has n entries, each a slot or -1; what is seen through -1 must not be used.
template <MemorySlots L, class T, class F>
RISK_FN PermutedView<T, F> permuted(int /*n*/, const Slots<L, T>& slots, F T::*field,
                                    const std::int32_t* table) {
  return {slots.first, field, table};
}

/// Union of the bits that the slots have gathered in a word of the path's. On a host they have
/// gathered them in the same word.
template <MemorySlots L>
RISK_FN typename L::U union_of_lanes(typename L::U bits) {
  return bits;
}

/// A field of one slot, for all.
template <MemorySlots L, class T, class F>
RISK_FN F value_at(const Slots<L, T>& slots, F T::*field, int slot) {
  return slots[slot].*field;
}

/// Calls f(slot) for one slot.
template <MemorySlots L, class Fn>
RISK_FN void only_at(int slot, Fn&& f) {
  f(slot);
}

/// Sums a field over the members of each group, in order: members[first[k]] to
/// members[first[k+1]-1] of group k, `largest` of them at most. Calls set(k, sum).
template <MemorySlots L, class T, class F, class Set>
RISK_FN void sum_groups(int n_groups, const std::int32_t* first, const std::int32_t* members,
                        int /*largest*/, const Slots<L, T>& slots, F T::*field, Set&& set) {
  for (int k = 0; k < n_groups; ++k) {
    F sum = slots[members[first[k]]].*field;
    for (int at = first[k] + 1; at < first[k + 1]; ++at) sum = sum + slots[members[at]].*field;
    set(k, sum);
  }
}

/// Memory of several values a slot, too much for registers: rings and tables, row by row.
template <class L, class T>
struct SlotMemory {
  T* first;
  int n_slots;
  RISK_FN T* row(int k) const { return first + k * n_slots; }  ///< [slot]
};

RISK_END

#if defined(__CUDACC__)
#include "kernels/lanes/half_warp.hpp"
#endif
