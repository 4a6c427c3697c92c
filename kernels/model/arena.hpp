/// Rows of working memory for one group of paths. On the CPU a row is an array of lane vectors; on
/// a device neighbouring threads' values lie side by side, so that a warp reads whole lines.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/lanes/slots.hpp"
#include "kernels/model/network.hpp"

/// A section of the model's step: a function of its own on the CPU, so that profiles show it and
/// the caller's code stays small.
#if defined(__CUDACC__)
#define RISK_SECTION RISK_FN
#else
#define RISK_SECTION __attribute__((noinline, flatten))
#endif

RISK_BEGIN

/// Lane vectors from one slot of a row to the next: the 32 threads of a warp interleave their rows.
#if defined(__CUDACC__)
inline constexpr int row_stride = 32;
#else
inline constexpr int row_stride = 1;
#endif

/// One value per slot. Every element is one lane vector of 32-bit values, whatever its type.
template <class T>
struct Row {
  T* first;
  RISK_FN T& operator[](int slot) const { return first[slot * row_stride]; }
  RISK_FN Row from(int slot) const { return {first + slot * row_stride}; }
};

/// Hands out rows from one block of memory. With a null base it only counts, so that the same code
/// sizes a workspace and lays it out.
template <class L>
class Arena {
 public:
  /// `base`: the first lane vector; on a device this thread's, its neighbours' beside it. `cold`:
  /// memory for slots that are seldom looked at, where the others are in registers.
  RISK_FN explicit Arena(void* base, void* cold = nullptr)
      : base_(base), cold_(static_cast<unsigned char*>(cold)) {}
  template <class T>
  RISK_FN Row<T> take(int slots) {
    static_assert(sizeof(T) == sizeof(typename L::F));
    T* const row = static_cast<T*>(base_) + (base_ == nullptr ? 0 : used_ * row_stride);
    used_ += static_cast<std::size_t>(slots);
    return {row};
  }
  /// Slots, with room for the padding that sums read; nothing where they are in registers.
  template <class T>
  RISK_FN Slots<L, T> take_slots(int n) {
    if constexpr (is_cold<L, T>) {
      T* const first = reinterpret_cast<T*>(cold_);
      if (cold_ == nullptr) return {first};
      for (int q = 0; q < L::n_pieces; ++q) first[q] = T{};
      cold_ += L::n_pieces * sizeof(T);
      return {first};
    } else if constexpr (slots_in_registers<L>) {
      return {};
    } else {
      static_assert(sizeof(T) % sizeof(typename L::F) == 0);
      constexpr int vectors = static_cast<int>(sizeof(T) / sizeof(typename L::F));
      return {reinterpret_cast<T*>(take<typename L::F>(padded_slots(n) * vectors).first)};
    }
  }
  template <class T>
  RISK_FN SlotMemory<L, T> take_slot_memory(int n, int depth) {
    if constexpr (slots_in_registers<L>) n = L::n_pieces;  // what the lane itself holds
    return {take<T>(n * depth).first, n};
  }
  /// Lane vectors handed out so far.
  RISK_FN std::size_t used() const { return used_; }

 private:
  void* base_;
  unsigned char* cold_;
  std::size_t used_ = 0;
};

/// A set of slots per lane, as two words of bits.
template <class L>
struct SlotSet {
  typename L::U low, high;
  RISK_FN typename L::M holds(int slot) const {
    return slot < 32 ? test_bit(low, slot) : test_bit(high, slot - 32);
  }
  /// Lanes that hold any slot.
  RISK_FN typename L::M some() const { return ne(low | high, splat<typename L::U>(0u)); }
  /// Empty for every lane.
  RISK_FN bool empty() const { return none(some()); }
};

/// The same set for all lanes.
using UniformSlotSet = SlotBits;

/// Read from two integers of a table.
RISK_FN UniformSlotSet uniform_set(const std::int32_t* two_words) {
  return {static_cast<std::uint32_t>(two_words[0]), static_cast<std::uint32_t>(two_words[1])};
}

RISK_END
