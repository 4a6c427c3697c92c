/// Memory of a thread's model state, and what the sources that are compiled once per lane width
/// (RISK_LANES) call their entry points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "kernels/model/arena.hpp"
#include "kernels/model/world.hpp"

#define RISK_JOIN_(a, b) a##b
#define RISK_JOIN(a, b) RISK_JOIN_(a, b)
/// `prefix` with the lane width behind it.
#define RISK_LANES_NAME(prefix) RISK_JOIN(prefix, RISK_LANES)

RISK_BEGIN

/// In lane vectors of L, and integers.
template <class L>
struct LaneMemorySize {
  std::size_t vectors = 0, integers = 0;
  std::size_t bytes() const {
    return vectors * sizeof(typename L::F) + integers * sizeof(std::int32_t);
  }
};

/// Of layer 1 of a group.
template <class L>
LaneMemorySize<L> world_size(const NetworkView& net) {
  Arena<L> vectors(nullptr);
  Arena<Lanes<1>> integers(nullptr);
  take_world<L>(net, vectors, integers);
  return {vectors.used(), integers.used()};
}

/// The most that any one chain takes of an arena: chains run one after the other in the same
/// memory.
template <class L, class Take>
LaneMemorySize<L> largest_chain(const NetworkView& net, Take take) {
  LaneMemorySize<L> most;
  for (int m = 0; m < net.n_minerals; ++m) {
    Arena<L> vectors(nullptr);
    take(net.chains[m], vectors);
    if (vectors.used() > most.vectors) most.vectors = vectors.used();
  }
  return most;
}

/// Lane vectors and integers behind the rows of an arena. Untouched pages cost nothing.
template <class L>
class LaneMemory {
  using F = typename L::F;

 public:
  explicit LaneMemory(std::size_t vectors, std::size_t integers = 0)
      : vectors_(allocate(vectors * sizeof(F))),
        integers_(allocate(integers * sizeof(std::int32_t))) {}
  explicit LaneMemory(LaneMemorySize<L> size) : LaneMemory(size.vectors, size.integers) {}
  F* first() const { return static_cast<F*>(vectors_.get()); }
  Arena<L> vectors() const { return Arena<L>(vectors_.get()); }
  Arena<Lanes<1>> integers() const { return Arena<Lanes<1>>(integers_.get()); }

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  static void* allocate(std::size_t bytes) {
    void* p = std::aligned_alloc(64, (bytes / 64 + 1) * 64);
    if (p == nullptr) throw std::bad_alloc();
    return p;
  }
  std::unique_ptr<void, Free> vectors_, integers_;
};

RISK_END
