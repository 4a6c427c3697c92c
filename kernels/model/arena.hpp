/// Rows of working memory for one group of paths. On the CPU a row is an array of lane vectors; on
/// a device neighbouring threads' values lie side by side, so that a warp reads whole lines.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/lanes/lanes.hpp"

RISK_BEGIN

/// One value per slot. Every element is one lane vector of 32-bit values, whatever its type.
template <class T>
struct Row {
#if defined(__CUDACC__)
    T* first;
    std::size_t stride;  ///< threads that share the arena
    RISK_FN T& operator[](int slot) const { return first[static_cast<std::size_t>(slot) * stride]; }
    RISK_FN Row from(int slot) const { return {first + static_cast<std::size_t>(slot) * stride, stride}; }
#else
    T* first;
    RISK_FN T& operator[](int slot) const { return first[slot]; }
    RISK_FN Row from(int slot) const { return {first + slot}; }
#endif
};

/// Hands out rows from one block of memory. With a null base it only counts, so that the same code
/// sizes a workspace and lays it out.
template <class L>
class Arena {
   public:
#if defined(__CUDACC__)
    /// `base`: this thread's first word of an arena interleaved over `stride` threads.
    RISK_FN Arena(void* base, std::size_t stride) : base_(base), stride_(stride) {}
#else
    RISK_FN explicit Arena(void* base) : base_(base) {}
#endif
    template <class T>
    RISK_FN Row<T> take(int slots) {
        static_assert(sizeof(T) == sizeof(typename L::F));
        T* const row = static_cast<T*>(base_) + (base_ == nullptr ? 0 : used_ * element_stride());
        used_ += static_cast<std::size_t>(slots);
#if defined(__CUDACC__)
        return {row, stride_};
#else
        return {row};
#endif
    }
    /// Lane vectors handed out so far.
    RISK_FN std::size_t used() const { return used_; }

   private:
    RISK_FN std::size_t element_stride() const {
#if defined(__CUDACC__)
        return stride_;
#else
        return 1;
#endif
    }
    void* base_;
#if defined(__CUDACC__)
    std::size_t stride_;
#endif
    std::size_t used_ = 0;
};

/// A set of slots per lane, as two words of bits.
template <class L>
struct SlotSet {
    typename L::U low, high;
    RISK_FN typename L::M holds(int slot) const {
        return slot < 32 ? test_bit(low, slot) : test_bit(high, slot - 32);
    }
};

/// The same set for all lanes, read from two integers of a table.
struct UniformSlotSet {
    std::uint32_t low, high;
    RISK_FN bool holds(int slot) const {
        return ((slot < 32 ? low >> slot : high >> (slot - 32)) & 1u) != 0;
    }
    RISK_FN bool empty() const { return (low | high) == 0; }
};

RISK_FN UniformSlotSet uniform_set(const std::int32_t* two_words) {
    return {static_cast<std::uint32_t>(two_words[0]), static_cast<std::uint32_t>(two_words[1])};
}

RISK_END
